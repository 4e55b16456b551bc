from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.bars import bar_on, bars_of
from headgate.core.promotion import LogEntry, champion_at, fold_log
from headgate.core.rollback import plan_rollback
from headgate.errors import PromotionError
from tests.unit.logs import START, appended, entry, foreign

LOG = [entry(1, fingerprint="f1", snapshot="s1"), entry(2, fingerprint="f2"), entry(3, fingerprint="f3")]


def rolled(log: list[LogEntry], to: int | None = None) -> list[LogEntry]:
    plan = plan_rollback(log, model="sales", to=to, who="ann", reason="it was off by ten")
    return log if plan.entry is None else appended(log, plan.entry)


def refusal(log: list[LogEntry], to: int | None) -> str:
    with pytest.raises(PromotionError) as caught:
        plan_rollback(log, model="sales", to=to, who="ann", reason="off")
    return str(caught.value)


def test_a_rollback_appends_the_model_of_then_as_the_next_version() -> None:
    champion = fold_log(rolled(LOG, 1)).champion
    assert champion is not None
    assert (champion.version, champion.entry.model_id, champion.entry.as_of) == (4, "m-1", LOG[0].entry.as_of)
    assert (champion.tag_of("rollback_to"), champion.tag_of("snapshot")) == ("1", "s1")


def test_without_a_version_it_goes_to_the_champion_before() -> None:
    champion = fold_log(rolled(LOG)).champion
    assert champion is not None
    assert champion.entry.model_id == "m-2"


def test_what_was_rolled_back_from_is_barred_with_its_reason() -> None:
    log = rolled(LOG, 1)
    (bar,) = bars_of(log)
    assert (bar.version, bar.model_id, bar.fingerprint) == ("3", "m-3", "f3")
    assert str(bar) == "the fit of version 3 is barred since version 4, by ann: it was off by ten"


@pytest.mark.parametrize(
    ("model_id", "fingerprint", "barred"),
    [("m-3", "", "3"), ("m-9", "f3", "3"), ("m-9", "f9", None), ("m-9", "", None)],
)
def test_the_same_fit_is_barred_whatever_its_model_is_called(
    model_id: str, fingerprint: str, barred: str | None
) -> None:
    bar = bar_on(rolled(LOG, 1), model_id=model_id, fingerprint=fingerprint)
    assert (bar.version if bar else None) == barred


def test_a_bar_that_somebody_lifted_bars_no_more() -> None:
    log = rolled(LOG, 1)
    lifted = [*log[:3], entry(4, bars="3", bars_model="m-3", lifted="ann: mended")]
    assert bars_of(lifted) == ()


def test_a_bar_of_a_void_entry_bars_nothing() -> None:
    assert bars_of([*LOG, entry(4, expected=1, bars="3", bars_model="m-3")]) == ()


def test_asking_again_finds_what_was_done() -> None:
    log = rolled(LOG, 1)
    for to in (1, None):
        plan = plan_rollback(log, model="sales", to=to, who="ann", reason="off")
        assert (plan.entry, plan.done) == (None, log[-1])


def test_back_to_where_it_was_rolled_back_from_needs_the_bar_lifted() -> None:
    assert "must not be barred. Got version 3 instead: the fit of version 3 is barred" in refusal(rolled(LOG, 1), 3)


def test_a_rollback_of_a_rollback_goes_on() -> None:
    champion = fold_log(rolled(rolled(LOG, 2), 1)).champion
    assert champion is not None
    assert (champion.version, champion.entry.model_id) == (5, "m-1")
    assert {bar.model_id for bar in bars_of(rolled(rolled(LOG, 2), 1))} == {"m-2", "m-3"}


@pytest.mark.parametrize(
    ("log", "to", "said"),
    [
        ([], None, "must have a champion to be rolled back from. Got none"),
        (LOG[:1], None, "must have had a champion before version 1. Got none"),
        (LOG, 3, "must be another than the champion. Got version 3"),
        (
            LOG,
            9,
            "must have been its champion once. Got version 9, which isn't there instead. Champions were: 1, 2, 3.",
        ),
        ([*LOG, entry(4, expected=1)], 4, "Got version 4, which never was instead"),
        ([*LOG, foreign(4)], 4, "Got version 4, which never was instead"),
        ([*LOG, entry(4, model_id="m-1")], 1, "must stand for another model than the champion, version 4"),
    ],
)
def test_what_cannot_be_rolled_back_to_is_refused_in_words(log: list[LogEntry], to: int | None, said: str) -> None:
    assert said in refusal(log, to)


@given(st.lists(st.integers(0, 6), max_size=12))
def test_whatever_is_asked_the_log_only_grows_and_its_champion_is_what_was_asked_for(asked: list[int]) -> None:
    log = list(LOG)
    for to in asked:
        try:
            after = rolled(log, to)
        except PromotionError:
            continue
        assert after[: len(log)] == log
        champion, wanted = fold_log(after).champion, after[to - 1]
        assert champion is not None
        assert champion.entry.model_id == wanted.entry.model_id
        assert bar_on(after, model_id=champion.entry.model_id, fingerprint="") is None
        log = after


def test_who_was_champion_when() -> None:
    log = [*LOG, entry(4, expected=1)]
    seen = [champion_at(log, START.replace(second=second)) for second in (0, 1, 3, 9)]
    assert [one.version if one else None for one in seen] == [None, 1, 3, 3]
