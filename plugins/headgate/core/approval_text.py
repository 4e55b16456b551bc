"""The question that people are asked about a verdict, as Markdown for Airflow's page of required actions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headgate.core.evaluation import OVERALL, Evaluation, Measure
from headgate.core.metrics import METRICS
from headgate.core.refs import CandidateRef, VerdictRef
from headgate.core.verdict import Comparison, Judgement, Outcome, Verdict

LISTED = 12
"""How many slices, and warnings, are named; the gate report has all of them."""

_MARKS = re.compile(r"([\\`*_~#<>\[\]|])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Candidate or champion, as far as it is known.

    Args:
        candidate: What it was fitted on; `None` where a version doesn't say.
        params: The params of its fit; `None` where they aren't known.
    """

    candidate: CandidateRef | None
    params: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalQuestion:
    """What people are asked.

    Args:
        about: Names exactly what is approved: another candidate, champion or judgement has another name.
        subject: One line.
        body: Markdown.
    """

    about: str
    subject: str
    body: str


def question_of(
    verdict: VerdictRef,
    evaluation: Evaluation,
    *,
    about: str,
    candidate: Side,
    champion: Side,
    links: Mapping[str, str],
) -> ApprovalQuestion:
    """Return the question: what is decided, then what speaks for and against it, then what changed.

    Nothing in it depends on a clock, or on who is asked: asked again about the same, it is the same.

    Args:
        verdict: What was judged, and why people are asked.
        evaluation: What was measured.
        about: Names exactly what is approved.
        candidate: The candidate.
        champion: The champion that it would take the place of; empty when there is none.
        links: Where a person finds more, by what the link says.
    """
    blocks = [
        _headline(verdict),
        f"### Measured on the holdout\n\n{_measured(verdict, evaluation)}",
        _slices(_comparisons(verdict)),
        f"### Gates\n\n{_gates(verdict)}",
        f"### Data and params\n\n{_changes(verdict, candidate, champion)}",
        _warnings(verdict),
        " · ".join(f"[{name}]({address})" for name, address in links.items()),
        f"Question `{about}`: an answer is about exactly this candidate, this champion and these verdicts.",
    ]
    return ApprovalQuestion(about=about, subject=_subject(verdict), body="\n\n".join(filter(None, blocks)))


def plain(text: str) -> str:
    r"""Return text that Markdown shows as it is, also in a table.

    >>> plain("a|b\n<i>")
    'a\\|b \\<i\\>'
    """
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _subject(verdict: VerdictRef) -> str:
    run, people = verdict.candidate.snapshot.run, verdict.awaits.people if verdict.awaits else 1
    which = f" ({'second' if verdict.approvals else 'first'} of two people)" if people > 1 else ""
    return f"Promote {run.model}, as-of {_day(verdict.candidate)}?{which}"


def _headline(verdict: VerdictRef) -> str:
    run, champion = verdict.candidate.snapshot.run, verdict.champion
    then = "becomes its first champion"
    if champion is not None:
        then = f"takes the place of version {champion.version}, whose as-of is {_stamp(champion.as_of.isoformat())}"
    lines = [
        f"**You are asked because** {plain(verdict.awaits.reason if verdict.awaits else '')}.",
        f"**The gates say {verdict.judgement.outcome}:** {plain(_count(verdict.judgement))}.",
        f"**If you approve,** candidate `{verdict.candidate.model_id}` of {plain(run.model)} {then}.",
        "**If you reject,** or nobody answers in time, nothing changes.",
    ]
    if verdict.reason:
        lines.append(f"**{plain(run.who)} started this run because** {plain(verdict.reason)}")
    if verdict.approvals:
        lines.append("One person approved already: the log of the task before says who, and why.")
    return "\n\n".join(lines)


def _count(judgement: Judgement) -> str:
    """Return what the gates say; where some don't pass, how many, since the table of gates says why."""
    if judgement.outcome is Outcome.PASS or not judgement.verdicts:
        return judgement.reason
    counted = [one.outcome for one in judgement.verdicts if not one.warn_only]
    said = {Outcome.PASS: "passed", Outcome.FAIL: "failed", Outcome.UNDECIDED: "undecided"}
    counts = [f"{counted.count(outcome)} {word}" for outcome, word in said.items() if outcome in counted]
    return f"of {len(counted)}, {' and '.join(filter(None, (', '.join(counts[:-1]), counts[-1])))}" if counts else ""


def _measured(verdict: VerdictRef, evaluation: Evaluation) -> str:
    overall = [measure for measure in evaluation.measures if measure.slice == OVERALL]
    compared = {one.metric: one for one in _comparisons(verdict) if one.slice == OVERALL}
    if evaluation.baseline is None:
        return _table(("metric", "candidate"), [(plain(one.metric), _number(one.candidate)) for one in overall])
    head = ("metric", "candidate", f"version {evaluation.baseline}", "improvement", "interval")
    rows = [
        (plain(measure.metric), _number(measure.candidate), _number(measure.baseline), *_better(measure, compared))
        for measure in overall
    ]
    lines = [_table(head, rows)]
    if compared:
        levels = " or ".join(f"{level:.3g} %" for level in sorted({100 * one.confidence for one in compared.values()}))
        lines.append(
            f"Positive improvements are better, whatever the metric. Each end of an interval holds with {levels}."
        )
    if evaluation.baseline_error:
        lines.append(f"The champion could not be scored: {plain(evaluation.baseline_error)}")
    return "\n\n".join(lines)


def _better(measure: Measure, compared: Mapping[str, Comparison]) -> tuple[str, str]:
    """Return the improvement and its interval, as far as they are known."""
    if (one := compared.get(measure.metric)) is not None:
        return _signed(one.improvement), f"{_signed(one.low)} to {_signed(one.high)}"
    metric = METRICS.get(measure.metric)
    if metric is None or measure.candidate is None or measure.baseline is None:
        return "", ""
    return _signed(metric.improvement(candidate=measure.candidate, baseline=measure.baseline)), ""


def _slices(comparisons: Sequence[Comparison]) -> str:
    found: dict[str, list[str]] = {"better": [], "worse": [], "can't tell": []}
    for one in comparisons:
        if one.slice != OVERALL:
            told = f"{plain(one.slice)} ({plain(one.metric)} {_signed(one.improvement)})"
            found["better" if one.low > 0 else "worse" if one.high < 0 else "can't tell"].append(told)
    lines = [f"* **{answer}** in {len(told)}: {_listed(told)}" for answer, told in found.items() if told]
    return "\n".join(["### Slices\n", *lines]) if lines else ""


def _gates(verdict: VerdictRef) -> str:
    return _table(("gate", "verdict", "why"), [_gate(one) for one in verdict.judgement.verdicts])


def _gate(verdict: Verdict) -> tuple[str, str, str]:
    only = " (warns only)" if verdict.warn_only else ""
    return plain(verdict.gate), f"{verdict.outcome}{only}", plain(verdict.reason)


def _changes(verdict: VerdictRef, candidate: Side, champion: Side) -> str:
    rows = [*_data_rows(verdict.candidate, champion.candidate), *_params(candidate, champion)]
    if verdict.champion is None:
        return _table(("", "candidate"), [row[:2] for row in rows])
    return _table(("", "candidate", f"version {verdict.champion.version}"), rows)


def _data_rows(new: CandidateRef, old: CandidateRef | None) -> Iterator[tuple[str, str, str]]:
    before = _data(old) if old else {}
    for name, told in _data(new).items():
        yield name, plain(told), plain(before.get(name, "not known"))


def _data(candidate: CandidateRef) -> dict[str, str]:
    snapshot = candidate.snapshot
    return {
        "as-of": _day(candidate),
        "training window": str(snapshot.run.windows.training),
        "holdout": str(snapshot.run.windows.holdout),
        "training rows": f"{snapshot.training_rows:,}",
        "holdout rows": f"{snapshot.holdout_rows:,}",
        "snapshot": snapshot.id[:12],
    }


def _params(candidate: Side, champion: Side) -> Iterator[tuple[str, str, str]]:
    if candidate.params is None:
        return
    old = champion.params or {}
    changed = [name for name in {**candidate.params, **old} if candidate.params.get(name) != old.get(name)]
    if champion.params is not None and not changed:
        yield "params", "the same", ""
    for name in changed:
        yield plain(name), plain(candidate.params.get(name, "")), plain(old.get(name, ""))


def _warnings(verdict: VerdictRef) -> str:
    validation = verdict.candidate.validation
    told = validation.warnings if validation else ()
    lines = [f"* {plain(line)}" for line in told[:LISTED]]
    if len(told) > LISTED:
        lines.append(f"* and {len(told) - LISTED} more")
    return "\n".join(["### Warnings about the data\n", *lines]) if lines else ""


def _comparisons(verdict: VerdictRef) -> list[Comparison]:
    """Return the paired tests, the first of each metric and slice."""
    found: dict[tuple[str, str], Comparison] = {}
    for gate in verdict.judgement.verdicts:
        for one in gate.comparisons:
            found.setdefault((one.metric, one.slice), one)
    return list(found.values())


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell or ' ' for cell in line)} |" for line in lines)


def _listed(told: Sequence[str]) -> str:
    more = f" and {len(told) - LISTED} more" if len(told) > LISTED else ""
    return f"{', '.join(told[:LISTED])}{more}"


def _day(candidate: CandidateRef) -> str:
    return _stamp(candidate.snapshot.run.as_of.instant.isoformat())


def _stamp(instant: str) -> str:
    return instant.replace("+00:00", "Z").removesuffix("T00:00:00Z")


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4g}"


def _signed(value: float) -> str:
    return f"{value:+.3g}"
