"""Who served when, read from logs as MLflow may hold them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from headgate.core.adoption import ADOPTED
from headgate.core.bars import BARS, BARS_FINGERPRINT, BARS_MODEL
from headgate.core.promotion import LogEntry, champion_at, effective_of, foreign_entry
from headgate.core.rollback import ROLLBACK_TO
from headgate.core.terms import term_at, term_by, terms_of, verdict_said
from tests.unit.test_promotion import START, entry, logs


def tagged(found: LogEntry, **tags: str) -> LogEntry:
    return replace(found, entry=replace(found.entry, tags=tuple(tags.items())))


def at(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


LOG = (
    entry(1, expected=0, as_of=10),
    entry(2, expected=1, as_of=20),
    entry(3, expected=1, as_of=30),
    tagged(entry(4, expected=3, as_of=10), **{ROLLBACK_TO: "1", BARS: "2", BARS_MODEL: "m-2", BARS_FINGERPRINT: "f"}),
)


def test_each_champion_serves_until_the_next_one_and_the_last_one_until_now() -> None:
    terms = terms_of(LOG)
    assert [term.entry.version for term in terms] == [1, 2, 4]
    assert [(term.since, term.until) for term in terms] == [
        (START + at(1), START + at(2)),
        (START + at(2), START + at(4)),
        (START + at(4), None),
    ]


def test_a_rollback_says_which_version_it_is_again_and_what_it_bars() -> None:
    first, second, third = terms_of(LOG)
    assert (first.again, second.again, third.again) == (None, None, "1")
    assert (first.bar, third.bar) == (None, None)
    assert str(second.bar) == "the fit of version 2 is barred since version 4, by ann: better"


def test_an_adopted_version_says_which_one_it_is_again() -> None:
    (term,) = terms_of([tagged(entry(1, expected=0), **{ADOPTED: "7"})])
    assert term.again == "7"


def test_void_and_foreign_versions_are_told_when_asked_for() -> None:
    foreign = foreign_entry(version=5, at=START, model_id="", who="eve")
    every = terms_of([*LOG, foreign], every=True)
    assert [term.entry.version for term in every] == [1, 2, 3, 4, 5]
    assert [term.void for term in every[:2]] == [None, None]
    assert every[2].void == "void: it was to follow version 1, and version 2 came first"
    assert every[4].void == "void: nobody promoted it: the version was made or changed by hand"
    assert every[2].since is every[2].until is None


@pytest.mark.parametrize(("seconds", "version"), [(0.5, None), (1, 1), (1.5, 1), (2, 2), (3.9, 2), (4, 4), (9, 4)])
def test_who_served_at_a_moment_is_who_had_come_last(seconds: float, version: int | None) -> None:
    found = term_at(terms_of(LOG), START + at(seconds))
    assert (found.entry.version if found else None) == version


@pytest.mark.parametrize(("days", "version"), [(9, None), (10, 4), (19, 4), (20, 4), (29, 4)])
def test_by_as_of_it_is_the_last_champion_that_knew_nothing_later(days: int, version: int | None) -> None:
    found = term_by(terms_of(LOG), START + timedelta(days=days))
    assert (found.entry.version if found else None) == version


def test_by_as_of_a_later_champion_of_a_later_as_of_does_not_count() -> None:
    found = term_by(terms_of(LOG[:2]), START + timedelta(days=15))
    assert found is not None
    assert found.entry.version == 1


@given(logs())
def test_terms_agree_with_the_log_at_every_moment(log: list[LogEntry]) -> None:
    terms = terms_of(log)
    assert [term.entry for term in terms] == list(effective_of(log))
    for seconds in range(15):
        found = term_at(terms, START + at(seconds))
        assert (found.entry if found else None) == champion_at(log, START + at(seconds))
    assert {term.entry.version for term in terms_of(log, every=True)} == {one.version for one in log}


def test_a_verdict_is_told_by_its_gates_numbers() -> None:
    verdicts = (
        '[{"gate": "AtMost(mae)", "outcome": "PASS", "reason": "", "value": 0.34891, "limit": 0.5}, '
        '{"gate": "NoWorseThan(mae)", "outcome": "UNDECIDED", "reason": "", "value": null, "limit": null}]'
    )
    assert verdict_said(tagged(LOG[0], verdict="PASS", verdicts=verdicts)) == "PASS: AtMost(mae) 0.3489"


@pytest.mark.parametrize("verdicts", ["", "{", "[1]", '[{"gate": "g"}]', '[{"gate": "g", "value": "much"}]', "7"])
def test_a_verdict_whose_tag_somebody_changed_is_told_without_numbers(verdicts: str) -> None:
    assert verdict_said(tagged(LOG[0], verdict="PASS", verdicts=verdicts)) == "PASS"


def test_a_version_that_nobody_judged_has_no_verdict() -> None:
    assert verdict_said(LOG[0]) == ""
