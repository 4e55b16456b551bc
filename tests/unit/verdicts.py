"""Verdicts and their records by hand, for the tests of what is told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from headgate.core.evaluation import OVERALL, Evaluation, Fact, Measure
from headgate.core.frozen import dump_frozen
from headgate.core.gate_answers import at_most_surely
from headgate.core.gates import AtMost
from headgate.core.metrics import mae
from headgate.core.mode import Mode, RunMode
from headgate.core.policy import Policy
from headgate.core.refs import CandidateRef, ChampionRef, SnapshotRef, TrackedRun, VerdictRef
from headgate.core.validation import ValidationSummary
from headgate.core.verdict import Bounded, Comparison, Judgement, Outcome, Verdict
from headgate.core.verdict_record import VerdictRecord, record_of
from tests.unit.page_reader import RUN

SNAPSHOT = SnapshotRef(
    id="5e" * 32,
    run=RUN,
    label="ppm",
    event_time="week",
    training_rows=520,
    holdout_rows=52,
    manifest="co2_weekly/manifests/5e.json",
)
CANDIDATE = CandidateRef(
    snapshot=SNAPSHOT,
    tracked=TrackedRun(experiment="1", mlflow_run="0af5"),
    model_id="m-7e1",
    fingerprint="f1" * 32,
    reused=False,
    validation=ValidationSummary(state="PASS with 1 warning", warnings=("ppm: 3 of 572 rows are null",)),
)
CHAMPION = ChampionRef(version="4", model_id="m-4d2", as_of=datetime(1999, 1, 1, tzinfo=UTC))
LIVE = RunMode(mode=Mode.LIVE, reason="as-of 2000-01-01 is after the champion's 1999-01-01")
REPLAY = RunMode(mode=Mode.REPLAY, reason="a backfill only records what it would have done")
EVALUATION = Evaluation(
    candidate="m-7e1",
    baseline="4",
    baseline_error=None,
    measures=(
        Measure(metric="mae", slice=OVERALL, rows=52, candidate=0.31, baseline=0.35),
        Measure(metric="mae", slice="season=summer", rows=13, candidate=0.4, baseline=0.36),
    ),
    facts=(
        Fact(name="latency_row_p99", unit="ms", candidate=1.25, baseline=1.0),
        Fact(name="size", unit="bytes", candidate=120_000.0, baseline=118_000.0),
        Fact(name="memory", unit="bytes", candidate=None, note="the process was killed"),
    ),
)


def compared(
    improvement: float, low: float, high: float, limit: float = 0.0, /, of: str = OVERALL, **change: Any
) -> Comparison:
    """Return a comparison whose p-values agree with its bounds."""
    given: dict[str, Any] = {
        "metric": "mae",
        "slice": of,
        "rows": 52,
        "improvement": improvement,
        "low": low,
        "high": high,
        "limit": limit,
        "confidence": 0.95,
        "p_pass": 0.01 if low > limit else 0.3,
        "p_fail": 0.01 if high < limit else 0.3,
        "said": "mae 0.31 against 0.35 of version 4",
        "asked": f"within the tolerance {-limit}" if limit < 0 else f"more than the margin {limit}",
        "method": "moving blocks of 4 rows, 2,000 resamples, percentile",
    }
    return Comparison(**{**given, **change})


def verdict_on(gate: str, comparison: Comparison, **change: Any) -> Verdict:
    outcome = {"better": Outcome.PASS, "worse": Outcome.FAIL}.get(comparison.answer, Outcome.UNDECIDED)
    given = {"outcome": outcome, "reason": f"{comparison.said}: {comparison.answer}", "comparison": comparison}
    return Verdict(gate=gate, **{**given, **change})


LIMIT = Verdict.passed("AtMost(mae)", "mae 0.31 is at most 0.6", value=0.31, limit=0.6)
BETTER = verdict_on("BetterBy(mae)", compared(0.04, 0.012, 0.07))
DOUBTFUL = verdict_on("BetterBy(mae)", compared(0.04, -0.012, 0.09, enough_rows=140))
WORSE = verdict_on("BetterBy(mae)", compared(-0.2, -0.3, -0.1))
SEASONS = Verdict(
    gate="EverySlice(season)",
    outcome=Outcome.FAIL,
    reason="season=summer is worse",
    parts=(
        verdict_on("NoWorseThan(mae, season=summer)", compared(-0.1, -0.16, -0.04, -0.02, of="season=summer", rows=13)),
        verdict_on("NoWorseThan(mae, season=winter)", compared(0.06, 0.02, 0.11, -0.02, of="season=winter", rows=13)),
        verdict_on(
            "NoWorseThan(mae, season=spring)",
            compared(0.01, -0.05, 0.06, -0.02, of="season=spring", rows=13, enough_rows=60),
        ),
    ),
)
GAP = at_most_surely(
    "DemographicParity(region)",
    Bounded(
        what="selection rates: gap",
        rows=800,
        value=0.155,
        low=0.11,
        high=0.25,
        ceiling=0.1,
        confidence=0.95,
        p_pass=1.0,
        p_fail=0.04,
        method="Newcombe (1998)",
        corrected_fail=0.08,
    ),
)
NO_BASELINE = Verdict.undecided("BetterBy(mae)", "no baseline: nothing was promoted yet")


def judgement(outcome: Outcome, *verdicts: Verdict, notes: tuple[str, ...] = ()) -> Judgement:
    told = "; ".join(one.reason for one in verdicts if one.outcome is not Outcome.PASS)
    return Judgement(outcome=outcome, reason=told or f"{len(verdicts)} gates passed", verdicts=verdicts, notes=notes)


PASSED = judgement(Outcome.PASS, LIMIT, BETTER)
FAILED = judgement(
    Outcome.FAIL, LIMIT, DOUBTFUL, SEASONS, notes=("corrected for 4 comparisons that could shut the door (Holm)",)
)


def verdict(told: Judgement = PASSED, **change: Any) -> VerdictRef:
    given: dict[str, Any] = {
        "candidate": CANDIDATE,
        "head": 4,
        "judgement": told,
        "mode": LIVE,
        "dry_run": False,
        "reason": "",
        "champion": CHAMPION,
    }
    return VerdictRef(**{**given, **change})


def record(told: Judgement = PASSED, evaluation: Evaluation | None = EVALUATION, **change: Any) -> VerdictRecord:
    policy = dump_frozen(Policy(gates=(AtMost(mae, 0.6),)))
    return record_of(verdict(told, **change), evaluation=evaluation, policy=policy)


def of_slices(*names: str) -> Judgement:
    """Return a failed judgement with a part for each slice."""
    parts = tuple(verdict_on(f"NoWorseThan(mae, {n})", compared(-0.2, -0.3, -0.1, of=n)) for n in names)
    return judgement(Outcome.FAIL, replace(SEASONS, parts=parts))
