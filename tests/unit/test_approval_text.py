from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from headgate.core.approval import Approved, Awaited
from headgate.core.approval_text import ApprovalQuestion, Side, question_of
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.evaluation import Evaluation, Measure
from headgate.core.mode import Mode, RunMode
from headgate.core.refs import CandidateRef, ChampionRef, RunRef, SnapshotRef, TrackedRun, VerdictRef
from headgate.core.span import Span, days
from headgate.core.validation import ValidationSummary
from headgate.core.verdict import Comparison, Judgement, Outcome, Verdict
from headgate.core.windows import Rolling

MAY, JUNE = datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
ADA = Approved(who="ada", at=JUNE, why="fine")


def candidate(as_of: datetime = JUNE, **fields: Any) -> CandidateRef:
    run = RunRef(
        dag_id="sales",
        dag_run_id="manual 1",
        run_type=RunType.MANUAL,
        who="eve",
        model="sales",
        as_of=AsOf(instant=as_of, origin=Origin.FORM),
        windows=Rolling(lookback=days(30), holdout=days(7)).at(as_of, label_delay=Span()),
    )
    snapshot = SnapshotRef(
        id=f"{as_of.month:x}" * 64,
        run=run,
        label="sold",
        event_time="day",
        training_rows=1000 * as_of.month,
        holdout_rows=7,
        manifest="m",
    )
    tracked = TrackedRun(experiment="1", mlflow_run="r")
    given = {"tracked": tracked, "model_id": "m-1", "fingerprint": "f", "reused": False, **fields}
    return CandidateRef(snapshot=snapshot, **given)


def compared(slice_name: str, improvement: float, low: float, high: float, metric: str = "mae") -> Comparison:
    return Comparison(
        metric=metric,
        slice=slice_name,
        rows=100,
        improvement=improvement,
        low=low,
        high=high,
        limit=0.0,
        confidence=0.95,
        p_pass=0.5,
        p_fail=0.5,
        said="",
        asked="",
        method="",
    )


def gate(name: str, outcome: Outcome, *comparisons: Comparison, **fields: Any) -> Verdict:
    parts = tuple(Verdict(gate=name, outcome=outcome, reason="", comparison=one) for one in comparisons)
    return Verdict(gate=name, outcome=outcome, reason=f"{name} said so", parts=parts, **fields)


def verdict(*gates: Verdict, people: int = 1, **fields: Any) -> VerdictRef:
    champion = ChampionRef(version="7", model_id="m-0", as_of=MAY)
    given: dict[str, Any] = {"candidate": candidate(), "reason": "", "champion": champion, **fields}
    return VerdictRef(
        head=7,
        judgement=Judgement(outcome=Outcome.PASS, reason="2 gates passed", verdicts=gates),
        mode=RunMode(mode=Mode.LIVE, reason=""),
        dry_run=False,
        awaits=Awaited(reason="each promotion is approved by people", people=people),
        **given,
    )


MEASURES = (
    Measure(metric="mae", slice="overall", rows=7, candidate=0.31, baseline=0.33),
    Measure(metric="r2", slice="overall", rows=7, candidate=0.9, baseline=0.8),
    Measure(metric="own", slice="overall", rows=7, candidate=1.0, baseline=None),
    Measure(metric="mae", slice="season=spring", rows=2, candidate=9.0, baseline=9.0),
)
EVALUATION = Evaluation(candidate="m-1", baseline="7", baseline_error=None, measures=MEASURES)


def asked(given: VerdictRef, evaluation: Evaluation = EVALUATION, **fields: Any) -> ApprovalQuestion:
    sides = {"candidate": Side(candidate=given.candidate), "champion": Side(candidate=candidate(MAY))}
    return question_of(given, evaluation, about="abc123", **{**sides, "links": {}, **fields})


def lines(question: ApprovalQuestion) -> list[str]:
    return question.body.splitlines()


def test_the_first_lines_say_what_is_decided_and_why_one_is_asked() -> None:
    question = asked(verdict(reason="it is summer"))
    assert question.subject == "Promote sales, as-of 2024-06-01?"
    assert [line for line in lines(question) if line][:5] == [
        "**You are asked because** each promotion is approved by people.",
        "**The gates say PASS:** 2 gates passed.",
        "**If you approve,** candidate `m-1` of sales takes the place of version 7, whose as-of is 2024-05-01.",
        "**If you reject,** or nobody answers in time, nothing changes.",
        "**eve started this run because** it is summer",
    ]


def test_gates_that_do_not_pass_are_counted_and_the_table_says_why() -> None:
    outcomes = (Outcome.PASS, Outcome.FAIL, Outcome.FAIL, Outcome.UNDECIDED)
    given = verdict(
        *(gate(f"g{n}", outcome) for n, outcome in enumerate(outcomes)), gate("w", outcomes[1], warn_only=True)
    )
    judgement = replace(given.judgement, outcome=Outcome.FAIL, reason="a long story")
    question = asked(replace(given, judgement=judgement))
    assert "**The gates say FAIL:** of 4, 1 passed, 2 failed and 1 undecided." in lines(question)
    assert "a long story" not in question.body


def test_a_first_champion_takes_nobodys_place() -> None:
    first = Evaluation(candidate="m-1", baseline=None, baseline_error=None, measures=MEASURES[2:3])
    question = asked(verdict(champion=None), first, champion=Side(candidate=None))
    assert "candidate `m-1` of sales becomes its first champion." in question.body
    assert {"| own | 1 |", "|   | candidate |", "| training rows | 6,000 |"} <= set(lines(question))


def test_candidate_and_champion_are_side_by_side_with_the_interval_of_the_improvement() -> None:
    question = asked(verdict(gate("NoWorseThan(mae)", Outcome.PASS, compared("overall", 0.02, 0.004, 0.036))))
    assert lines(question)[lines(question).index("| metric | candidate | version 7 | improvement | interval |") :][
        :5
    ] == [
        "| metric | candidate | version 7 | improvement | interval |",
        "| --- | --- | --- | --- | --- |",
        "| mae | 0.31 | 0.33 | +0.02 | +0.004 to +0.036 |",
        "| r2 | 0.9 | 0.8 | +0.1 |   |",
        "| own | 1 | not measured |   |   |",
    ]
    assert "Each end of an interval holds with 95 %." in question.body


def test_the_slices_are_told_by_whether_their_interval_lies_above_or_below_nothing() -> None:
    slices = [compared("a", 2, 1, 3), compared("b", -2, -3, -1), compared("c", 0.5, -1, 2), compared("d", 1, 0, 2)]
    question = asked(verdict(gate("EverySlice", Outcome.PASS, *slices)))
    assert [line for line in lines(question) if line.startswith("* ")] == [
        "* **better** in 1: a (mae +2)",
        "* **worse** in 1: b (mae -2)",
        "* **can't tell** in 2: c (mae +0.5), d (mae +1)",
    ]


def test_many_slices_are_counted_and_a_dozen_named() -> None:
    question = asked(verdict(gate("g", Outcome.PASS, *(compared(f"s{n}", 2, 1, 3) for n in range(14)))))
    (line,) = [line for line in lines(question) if line.startswith("* ")]
    assert line.startswith("* **better** in 14: s0 (mae +2)")
    assert line.endswith("s11 (mae +2) and 2 more")


def test_each_gate_has_a_line_with_its_reason() -> None:
    question = asked(verdict(gate("a", Outcome.PASS), gate("b", Outcome.FAIL, warn_only=True)))
    assert {"| a | PASS | a said so |", "| b | FAIL (warns only) | b said so |"} <= set(lines(question))


def test_what_changed_of_the_data_and_the_params_is_told_and_the_rest_is_not() -> None:
    sides: dict[str, Any] = {
        "candidate": Side(candidate=candidate(), params={"alpha": "0.1", "seed": "0"}),
        "champion": Side(candidate=candidate(MAY), params={"alpha": "0.2", "seed": "0"}),
    }
    told = set(lines(asked(verdict(), **sides)))
    assert {"| training rows | 6,000 | 5,000 |", "| as-of | 2024-06-01 | 2024-05-01 |", "| alpha | 0.1 | 0.2 |"} <= told
    assert not any(line.startswith("| seed") for line in told)
    same = {**sides, "champion": Side(candidate=candidate(MAY), params={"alpha": "0.1", "seed": "0"})}
    assert "| params | the same |   |" in lines(asked(verdict(), **same))


def test_a_champion_of_which_nothing_is_known_is_said_to_be_so() -> None:
    question = asked(verdict(), champion=Side(candidate=None))
    assert "| training rows | 6,000 | not known |" in lines(question)
    assert "| params" not in question.body


def test_warnings_of_the_validation_and_a_champion_that_could_not_be_scored_are_told() -> None:
    summary = ValidationSummary(state="PASS", warnings=tuple(f"warning {n}" for n in range(13)), notes=())
    odd = replace(EVALUATION, baseline_error="version 7 could not be loaded")
    body = asked(verdict(candidate=candidate(validation=summary)), odd).body
    assert "* warning 11\n* and 1 more" in body
    assert "The champion could not be scored: version 7 could not be loaded" in body


def test_links_and_the_name_of_the_question_come_last() -> None:
    last = lines(asked(verdict(), links={"MLflow run": "http://m/1", "Version 7": "http://m/7"}))
    assert last[-3:] == [
        "[MLflow run](http://m/1) · [Version 7](http://m/7)",
        "",
        "Question `abc123`: an answer is about exactly this candidate, this champion and these verdicts.",
    ]


def test_the_second_person_sees_that_one_approved_and_not_who() -> None:
    first, second = asked(verdict(people=2)), asked(verdict(people=2, approvals=(ADA,)))
    assert first.subject.endswith("(first of two people)")
    assert second.subject.endswith("(second of two people)")
    assert "One person approved already" in second.body
    assert "ada" not in second.body


@pytest.mark.parametrize("text", ["a|b", "<script>", "[x](http://evil)", "`code`", "**bold**", "two\nlines", "# head"])
def test_what_users_write_is_shown_as_it_is(text: str) -> None:
    body = asked(verdict(reason=text)).body
    line = next(line for line in body.splitlines() if line.startswith("**eve started"))
    bare = line.removeprefix("**eve started this run because** ")
    assert bare.replace("\\", "") == " ".join(text.split())
    assert all(before == "\\" for before, mark in zip(f" {bare}", bare, strict=False) if mark in "|<>[]`*#")
