"""All, any, k of n, and gates that only warn."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from headgate.core.combining import AtLeastOf, WarnOnly, all_of, any_of, folded
from headgate.core.gates import AtLeast, AtMost
from headgate.core.metrics import mae, r2, rmse
from headgate.core.paired import BetterBy, NoWorseThan
from headgate.core.verdict import Outcome, Verdict
from headgate.errors import InputError
from tests.unit.predicted import Says, asked, evaluation, first, pair, says

PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED
FOUND = pair(better=0.5)


@pytest.mark.parametrize("enough", [1, 2, 3])
@pytest.mark.parametrize("outcomes", list(product(Outcome, repeat=3)))
def test_k_of_n_passes_when_k_pass_and_fails_when_they_can_no_longer(
    outcomes: tuple[Outcome, ...], enough: int
) -> None:
    gate = AtLeastOf(enough, tuple(says(each, f"g{place}") for place, each in enumerate(outcomes)))
    passed, open_ = outcomes.count(PASS), outcomes.count(UNDECIDED)
    expected = PASS if passed >= enough else FAIL if passed + open_ < enough else UNDECIDED
    verdict = asked(gate, FOUND)
    assert verdict.outcome is expected
    assert [part.outcome for part in verdict.parts] == list(outcomes)
    if expected is PASS:
        assert verdict.reason == f"{passed} of 3 passed"
    else:
        assert verdict.reason.startswith(f"{passed} of 3 passed, {enough} must: ")
        missed = [f"g{place} says {each}" for place, each in enumerate(outcomes) if each is not PASS]
        assert verdict.reason.endswith("; ".join(missed))


def test_all_of_and_any_of_are_short_for_it() -> None:
    good, bad = says(PASS, "good"), says(FAIL, "bad")
    assert (all_of(good, bad).enough, any_of(good, bad).enough) == (2, 1)
    assert (all_of(good, bad).name, any_of(good, bad).name) == ("all of (good, bad)", "any of (good, bad)")
    assert (asked(all_of(good, bad), FOUND).outcome, asked(any_of(good, bad), FOUND).outcome) == (FAIL, PASS)
    assert AtLeastOf(2, (good, bad)).name == "2 of (good, bad)"
    assert all_of(good, bad, title="quality").name == "quality"
    assert asked(all_of(good, any_of(good, bad)), FOUND).outcome is PASS


def test_it_needs_what_its_gates_need_and_a_baseline_if_all_do() -> None:
    assert all_of(AtMost(mae, 1.0), BetterBy(rmse), NoWorseThan(mae)).needs == (mae, rmse)
    assert not all_of(AtMost(mae, 1.0), BetterBy(rmse)).needs_baseline
    assert all_of(BetterBy(mae), BetterBy(rmse)).needs_baseline
    warning = WarnOnly(BetterBy(mae))
    assert (warning.name, warning.needs, warning.needs_baseline) == ("WarnOnly(BetterBy(mae))", (mae,), True)


LIMIT, COMPARISON = AtMost(mae, 6.0), BetterBy(mae)


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        (all_of(LIMIT, COMPARISON), PASS),
        (AtLeastOf(2, (LIMIT, AtLeast(r2, -1e9), COMPARISON)), PASS),
        (AtLeastOf(2, (LIMIT, AtMost(rmse, 0.1), COMPARISON)), FAIL),
        (all_of(AtMost(rmse, 0.1), COMPARISON), FAIL),
        (any_of(AtMost(rmse, 0.1), COMPARISON), FAIL),
        (all_of(COMPARISON, NoWorseThan(rmse)), UNDECIDED),
        (any_of(COMPARISON, NoWorseThan(rmse)), UNDECIDED),
        (all_of(LIMIT, all_of(COMPARISON, NoWorseThan(rmse))), PASS),
    ],
)
def test_of_a_first_candidate_gates_that_need_a_baseline_do_not_count(gate: AtLeastOf, expected: Outcome) -> None:
    verdict = asked(gate, first(FOUND), baseline=None)
    assert verdict.outcome is expected
    for part, each in zip(verdict.parts, gate.gates, strict=True):
        assert part.warn_only is each.needs_baseline
        assert ("no baseline" in part.reason) is each.needs_baseline


def test_where_nothing_counts_it_is_undecided_and_says_why() -> None:
    verdict = asked(all_of(COMPARISON, NoWorseThan(rmse)), first(FOUND), baseline=None)
    assert verdict.reason.startswith("there was nothing to ask; no baseline")
    assert asked(all_of(WarnOnly(LIMIT), WarnOnly(COMPARISON)), FOUND).outcome is UNDECIDED


def test_a_gate_that_only_warns_does_not_count() -> None:
    gate = all_of(LIMIT, WarnOnly(AtMost(rmse, 0.1)))
    verdict = asked(gate, FOUND)
    assert (verdict.outcome, verdict.reason) == (PASS, "1 of 1 passed")
    assert [(part.gate, part.outcome, part.warn_only) for part in verdict.parts] == [
        ("AtMost(mae)", PASS, False),
        ("WarnOnly(AtMost(rmse))", FAIL, True),
    ]


@pytest.mark.parametrize(
    "answer",
    [RuntimeError("no luck"), SystemExit(), True, None, "PASS", Verdict(gate="Says", outcome="PASS", reason="x")],  # type: ignore[arg-type]
)
def test_a_part_that_breaks_or_answers_something_else_is_undecided(answer: Any) -> None:
    broken = Says(answer)
    assert asked(all_of(LIMIT, broken), FOUND).outcome is UNDECIDED
    assert asked(any_of(LIMIT, broken), FOUND).outcome is PASS
    verdict = asked(WarnOnly(broken), FOUND)
    assert (verdict.outcome, verdict.warn_only, "Says " in verdict.reason) == (UNDECIDED, True, True)


def test_each_gate_is_asked_once_of_the_predictions_at_hand() -> None:
    one, two, three = says(PASS, "one"), says(FAIL, "two"), says(FAIL, "three")
    all_of(one, any_of(two, WarnOnly(three))).judge(evaluation(FOUND), FOUND)
    for each in (one, two, three):
        assert len(each.asked_of) == 1
        assert each.asked_of[0] is FOUND


def test_parts_come_to_nothing_where_there_are_none() -> None:
    assert (folded("x", ()).outcome, folded("x", ()).reason) == (UNDECIDED, "there was nothing to ask")


def test_where_all_must_pass_only_what_shut_the_door_is_told() -> None:
    parts = tuple(Verdict(gate="g", outcome=outcome, reason=f"it says {outcome}") for outcome in Outcome)
    assert folded("x", parts).reason == "1 of 3 passed, 3 must: it says FAIL"
    assert folded("x", parts, enough=3).reason == "1 of 3 passed, 3 must: it says FAIL; it says UNDECIDED"
    assert folded("x", (parts[0], parts[2])).reason == "1 of 2 passed, 2 must: it says UNDECIDED"


def test_a_verdict_keeps_its_parts_and_how_many_must_pass() -> None:
    parts = (Verdict.undecided("one", "so"), Verdict.undecided("two", "so"))
    for enough in (1, 2, None):
        verdict = folded("x", parts, enough=enough)
        assert (verdict.gate, verdict.parts, verdict.enough) == ("x", parts, enough)


GOOD = says(PASS, "good")


@pytest.mark.parametrize(
    ("enough", "gates", "said"),
    [
        (0, (GOOD, LIMIT), "must have two gates or more, and ask for 1 to all of them. Got 0 of 2"),
        (3, (GOOD, LIMIT), "Got 3 of 2"),
        (-1, (GOOD, LIMIT), "Got -1 of 2"),
        (1.0, (GOOD, LIMIT), "Got 1.0 of 2"),
        (True, (GOOD, LIMIT), "Got True of 2"),
        ("1", (GOOD, LIMIT), "Got '1' of 2"),
        (1, (GOOD,), "Got 1 of 1"),
        (1, (), "Got 1 of 0"),
        (1, (GOOD, GOOD), "gates of AtLeastOf must differ by name. Got good twice instead"),
        (1, (GOOD, "LIMIT"), r"gates of AtLeastOf\.1 must be a gate such as AtMost"),
        (1, (GOOD, AtMost), "must be a gate"),
        (1, None, "gates of AtLeastOf must be a tuple"),
        (1, GOOD, "must be a tuple"),
    ],
)
def test_a_combination_that_makes_no_sense_is_refused(enough: Any, gates: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        AtLeastOf(enough, gates)


@pytest.mark.parametrize("make", [all_of, any_of])
def test_one_gate_or_what_is_none_is_no_combination(make: Any) -> None:
    for gates in ((), (GOOD,), (GOOD, None), ("a", "b")):
        with pytest.raises(InputError):
            make(*gates)
    with pytest.raises(InputError, match=r"^gates of AtLeastOf\.1 must be a gate"):
        make(GOOD, None)
    with pytest.raises(InputError, match=r"gate of WarnOnly\.0 must be a gate"):
        WarnOnly(mae)  # type: ignore[arg-type]
