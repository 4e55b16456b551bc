from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate import wire
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.evaluation import Evaluation
from headgate.core.mode import Mode, RunMode
from headgate.core.refs import (
    CandidateRef,
    ChampionRef,
    DeploymentRef,
    EvaluationRef,
    PromotionRef,
    RunRef,
    SnapshotRef,
    TrackedRun,
    ValidatedRef,
    VerdictRef,
)
from headgate.core.validation import ExpectationResult, Finding, Severity, ValidationReport
from headgate.core.verdict import Judgement, Outcome, Verdict
from headgate.core.windows import Window, Windows
from headgate.errors import InputError

VALUES = [
    RunRef,
    SnapshotRef,
    ValidatedRef,
    CandidateRef,
    EvaluationRef,
    VerdictRef,
    PromotionRef,
    DeploymentRef,
    ChampionRef,
    ValidationReport,
    Evaluation,
    Judgement,
]

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@given(st.sampled_from(VALUES).flatmap(st.from_type))
def test_any_value_comes_back_as_it_went_out(value: Any) -> None:
    assert wire.load(type(value), json.loads(wire.text(value))) == value


@given(st.sampled_from(VALUES).flatmap(st.from_type))
def test_what_goes_out_is_plain_json(value: Any) -> None:
    data = wire.dump(value)
    assert json.loads(json.dumps(data, allow_nan=False)) == data


INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
RUN = RunRef(
    dag_id="co2",
    dag_run_id="manual__1",
    run_type=RunType.MANUAL,
    who="ada",
    model="co2_weekly",
    as_of=AsOf(instant=INSTANT, origin=Origin.FORM),
    windows=Windows(
        as_of=INSTANT,
        training=Window(start=INSTANT - timedelta(days=2), end=INSTANT - timedelta(days=1)),
        holdout=Window(start=INSTANT - timedelta(days=1), end=INSTANT),
    ),
)
SNAPSHOT = SnapshotRef(
    id="0" * 64,
    run=RUN,
    label="y",
    event_time="when",
    training_rows=3,
    holdout_rows=1,
    manifest="snapshots/co2.json",
)
CANDIDATE = CandidateRef(
    snapshot=SNAPSHOT,
    tracked=TrackedRun(experiment="1", mlflow_run="2"),
    model_id="m-1",
    fingerprint="3" * 64,
    reused=False,
)


def test_equal_values_give_equal_text_whatever_the_order_of_their_keys() -> None:
    again = wire.load(SnapshotRef, dict(reversed(wire.dump(SNAPSHOT).items())))
    assert wire.text(again) == wire.text(SNAPSHOT)


def test_a_zone_is_kept_as_the_instant_that_it_means() -> None:
    there = timezone(timedelta(hours=2))
    value = ChampionRef(version="1", model_id="m-1", as_of=INSTANT.astimezone(there))
    assert wire.load(ChampionRef, wire.dump(value)).as_of == INSTANT


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (None, "the whole: "),
        ({}, "id: Field required"),
        ("text", "the whole: "),
        ([1], "the whole: "),
        (wire.dump(SNAPSHOT) | {"training_rows": "many"}, "training_rows: "),
        (wire.dump(CANDIDATE), "id: Field required"),
    ],
)
def test_what_is_no_output_of_the_task_before_is_refused(data: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=rf"output of the task before, a SnapshotRef\. Got {sentence}"):
        wire.load(SnapshotRef, data)


def test_outcomes_and_severities_come_back_as_themselves() -> None:
    judgement = Judgement(
        outcome=Outcome.FAIL, reason="no", verdicts=(Verdict.failed("AtMost(mae)", "no", value=1.0, limit=0.5),)
    )
    verdict = VerdictRef(
        candidate=CANDIDATE,
        head=0,
        judgement=judgement,
        mode=RunMode(mode=Mode.LIVE, reason="first"),
        dry_run=False,
        reason="",
    )
    assert wire.load(VerdictRef, wire.dump(verdict)).judgement.outcome is Outcome.FAIL
    result = ExpectationResult(
        expectation="expect_x", column="x", severity=Severity.WARNING, finding=Finding.UNMET, sentence="no", share=0.5
    )
    report = ValidationReport(suite="s", snapshot="0", rows=1, results=(result,))
    assert wire.load(ValidationReport, wire.dump(report)).results[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("outcome", "mode", "dry_run", "opens"),
    [
        (Outcome.PASS, Mode.LIVE, False, True),
        (Outcome.PASS, Mode.LIVE, True, False),
        (Outcome.PASS, Mode.REPLAY, False, False),
        (Outcome.FAIL, Mode.LIVE, False, False),
        (Outcome.UNDECIDED, Mode.LIVE, False, False),
    ],
)
def test_only_a_live_pass_that_is_no_dry_run_opens(outcome: Outcome, mode: Mode, dry_run: bool, opens: bool) -> None:  # noqa: FBT001 - the answer
    verdict = VerdictRef(
        candidate=CANDIDATE,
        head=0,
        judgement=Judgement(outcome=outcome, reason="", verdicts=()),
        mode=RunMode(mode=mode, reason=""),
        dry_run=dry_run,
        reason="",
    )
    assert verdict.opens is opens
    assert wire.load(VerdictRef, wire.dump(verdict)).opens is opens


def test_a_run_is_named_by_data() -> None:
    assert RUN.key == "co2|2000-01-01|co2_weekly"
    assert RUN.name == "co2 2000-01-01"
