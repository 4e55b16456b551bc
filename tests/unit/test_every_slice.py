"""The same gates on every slice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from headgate.core.every_slice import EverySlice, slices_of
from headgate.core.gates import AtLeast, AtMost
from headgate.core.metrics import mae, r2, rmse
from headgate.core.needs import Sliced
from headgate.core.paired import BetterBy, NoWorseThan
from headgate.core.predictions import Predictions
from headgate.core.slices import Bins, Where
from headgate.core.verdict import Outcome
from headgate.errors import InputError
from tests.unit.predicted import asked, errors, evaluation, first, noise, says

PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED
SEASONS = ("autumn", "spring", "summer", "winter")


def holdout(rows: int = 400, *, worse_in: str = "", by: Any = "season") -> Predictions:
    """Return four seasons, turn by turn, on each of which the candidate is better but perhaps one."""
    season = np.tile(SEASONS, rows // 4).astype(object)
    sign = np.where(season == worse_in, -1.0, 1.0)
    change = sign * 0.5 + noise(rows, 0.2, seed=6)
    return errors(9 - change, np.full(rows, 9.0), slices=(by,), season=season, hour=np.arange(rows) % 24)


def test_every_gate_must_pass_on_every_slice() -> None:
    gate = EverySlice("season", (AtMost(mae, 10.0), BetterBy(mae)))
    verdict = asked(gate, holdout())
    assert (verdict.outcome, verdict.reason) == (PASS, "8 of 8 passed")
    assert [part.gate for part in verdict.parts[:3]] == [
        "AtMost(mae, season=autumn)",
        "BetterBy(mae, season=autumn)",
        "AtMost(mae, season=spring)",
    ]
    assert [found.slice for found in verdict.comparisons] == [f"season={season}" for season in SEASONS]


def test_one_slice_on_which_it_fails_decides_and_is_named() -> None:
    verdict = asked(EverySlice("season", (AtMost(mae, 10.0), NoWorseThan(mae))), holdout(worse_in="summer"))
    assert verdict.outcome is FAIL
    assert verdict.reason.startswith("7 of 8 passed, 8 must: mae of season=summer 9.5")
    assert verdict.reason.count("mae of") == 1


def test_one_slice_that_cannot_be_told_keeps_it_open() -> None:
    verdict = asked(EverySlice("season", (BetterBy(mae, 0.49),)), holdout())
    assert verdict.outcome is UNDECIDED


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("season", tuple(f"season={season}" for season in SEASONS)),
        (Bins("hour", (6, 18)), ("hour < 6", "hour in [6, 18)", "hour >= 18")),
        (Where(name="night", column="hour", below=6), ("night",)),
    ],
)
def test_slices_are_those_of_a_column_of_bins_or_of_a_condition(by: Any, names: tuple[str, ...]) -> None:
    found = holdout(by=by)
    assert slices_of(by, found) == names
    verdict = asked(EverySlice(by, (AtMost(mae, 10.0),)), found)
    assert verdict.outcome is PASS
    assert tuple(part.gate for part in verdict.parts) == tuple(f"AtMost(mae, {name})" for name in names)


def test_slices_that_nobody_asked_for_are_undecided() -> None:
    for by in ("region", Bins("hour", (6,)), Where(name="night", column="hour", below=6)):
        verdict = asked(EverySlice(by, (AtMost(mae, 10.0),)), holdout())
        assert verdict.outcome is UNDECIDED
        assert verdict.reason == f"there are no slices of {by}: their rows aren't there"


def test_another_columns_slices_are_not_asked() -> None:
    found = holdout()
    more = replace(found, slices={**found.slices, "seasonal=yes": np.arange(3), "night": np.arange(5)})
    assert slices_of("season", more) == slices_of("season", found)


EMPTY = Bins("hour", (6, 18, 30))


def test_an_empty_slice_is_undecided_unless_it_is_passed_over() -> None:
    found = holdout(by=EMPTY)
    gate = EverySlice(EMPTY, (AtMost(mae, 10.0),))
    verdict = asked(gate, found)
    assert (verdict.outcome, verdict.parts[-1].reason) == (UNDECIDED, "mae of hour >= 30 was not measured")
    over = asked(replace(gate, skip_below=1), found)
    assert (over.outcome, over.reason) == (PASS, "3 of 3 passed; passed over, with fewer than 1 rows: hour >= 30")


@pytest.mark.parametrize(("skip_below", "expected"), [(9, UNDECIDED), (10, UNDECIDED), (11, PASS), (12, PASS)])
def test_small_slices_are_passed_over_below_a_size_and_undecided_from_there(skip_below: int, expected: Outcome) -> None:
    """A slice of ten rows, where a comparison takes thirty."""
    season = np.array([*["rare"] * 10, *["often"] * 190], dtype=object)
    found = errors(9 - 0.5 - noise(200, 0.2), np.full(200, 9.0), slices=("season",), season=season)
    verdict = asked(EverySlice("season", (BetterBy(mae),), skip_below=skip_below), found)
    assert verdict.outcome is expected
    assert ("passed over" in verdict.reason) is (expected is PASS)
    if expected is UNDECIDED:
        assert "mae of season=rare must have 30 rows to compare on. Got 10" in verdict.reason


def test_every_slice_that_is_passed_over_is_named() -> None:
    edges = Bins("hour", (6, 18, 30, 40))
    verdict = asked(EverySlice(edges, (AtMost(mae, 10.0),), skip_below=2_000), holdout(9_600, by=edges))
    skipped = "passed over, with fewer than 2,000 rows: hour in [30, 40), hour >= 40"
    assert (verdict.outcome, verdict.reason) == (PASS, f"3 of 3 passed; {skipped}")


def test_where_every_slice_is_passed_over_it_is_undecided() -> None:
    verdict = asked(EverySlice("season", (AtMost(mae, 10.0),), skip_below=101), holdout())
    assert (verdict.outcome, verdict.reason) == (UNDECIDED, "every slice of season has fewer than 101 rows")


def test_a_first_candidate_is_asked_the_limits_alone() -> None:
    found = first(holdout())
    verdict = asked(EverySlice("season", (AtMost(mae, 10.0), BetterBy(mae))), found, baseline=None)
    assert (verdict.outcome, verdict.reason) == (PASS, "4 of 4 passed")
    assert [part.warn_only for part in verdict.parts] == [False, True] * 4
    compares = EverySlice("season", (BetterBy(mae), NoWorseThan(rmse)))
    assert compares.needs_baseline
    assert asked(compares, found, baseline=None).outcome is UNDECIDED


def test_a_null_is_a_slice_of_its_own() -> None:
    season = np.array(["a", None] * 100, dtype=object)
    found = errors(np.ones(200), slices=("season",), season=season)
    verdict = asked(EverySlice("season", (AtMost(mae, 1.0),)), found)
    assert [part.gate for part in verdict.parts] == ["AtMost(mae, season=a)", "AtMost(mae, season=null)"]


def test_it_needs_the_slices_and_what_its_gates_need() -> None:
    gate = EverySlice("season", (AtMost(mae, 1.0), BetterBy(mae), AtLeast(r2, 0.1)))
    assert gate.needs == (Sliced(by="season"), mae, r2)
    assert not gate.needs_baseline
    assert gate.name == "EverySlice(season: AtMost(mae), BetterBy(mae), AtLeast(r2))"
    assert EverySlice(Bins("hour", (6,)), (AtMost(mae, 1.0),)).name == "EverySlice(bins of hour: AtMost(mae))"


def test_one_gate_needs_no_tuple() -> None:
    assert EverySlice("season", AtMost(mae, 1.0)) == EverySlice("season", (AtMost(mae, 1.0),))  # type: ignore[arg-type]


def test_50_slices_are_50_answers() -> None:
    code = np.arange(2000) % 50
    found = errors(np.abs(noise(2000)), slices=("code",), code=code)
    gate = EverySlice("code", (AtMost(mae, 9.0),))
    assert len(gate.judge(evaluation(found), found).parts) == 50


LIMIT = AtMost(mae, 1.0)


@pytest.mark.parametrize(
    ("by", "gates", "skip_below", "said"),
    [
        ("", (LIMIT,), 0, "by of EverySlice must be a column's name"),
        (None, (LIMIT,), 0, "by of EverySlice must be"),
        ("season", (), 0, r"EverySlice\(season\) must have gates, and skip_below >= 0"),
        ("season", None, 0, r"gates of EverySlice\(season\) must be a tuple"),
        ("season", (LIMIT,), -1, "skip_below >= 0. Got .*, -1 instead"),
        ("season", (LIMIT,), 1.5, "skip_below >= 0"),
        ("season", (LIMIT,), True, "skip_below >= 0"),
        ("season", (LIMIT, LIMIT), 0, "must differ by name"),
        ("season", (replace(LIMIT, slice="a=b"),), 0, "must be limits or paired gates without a slice"),
        ("season", (says(PASS),), 0, "must be limits or paired gates"),
        ("season", (AtMost,), 0, r"gates of EverySlice\(season\)\.0 must be a gate"),
        ("season", ("AtMost",), 0, "must be a gate"),
        ("season", (EverySlice("hour", (LIMIT,)),), 0, "must be limits or paired gates"),
    ],
)
def test_slices_or_gates_that_make_no_sense_are_refused(by: Any, gates: Any, skip_below: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        EverySlice(by, gates, skip_below)
