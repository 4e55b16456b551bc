"""A model card as data: what a version is for, how it was made and judged, and how to make it again.

After Mitchell et al. (2019), Model Cards for Model Reporting, FAT* '19, whose sections are all here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from headgate.core.about import About
from headgate.core.card_metrics import metric_rows, slice_rows
from headgate.core.fact_words import fact_text
from headgate.core.verdict import Outcome, Verdict
from headgate.core.verdict_record import RECORD, VerdictRecord
from headgate.core.verdict_words import OUTCOME_WORDS, is_unasked, walk

_MOST_SLICES = 100
_MOST_GATES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a card: whatever of it isn't empty, in this order.

    Args:
        title: Its heading.
        words: Paragraphs.
        facts: Names and what they stand for.
        items: A list.
        head: Heads of a table's columns.
        rows: Its rows.
        command: What to type.
    """

    title: str
    words: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A model card.

    Args:
        title: Which version of which model.
        lead: Why it was promoted, in a sentence.
        sections: In the order in which people read them.
    """

    title: str
    lead: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a card tells besides the verdict.

    Args:
        version: The version's number.
        who: Who promoted it: an Airflow user, or the Dag by itself.
        about: What the owner says.
        fit: How it was fitted, by name: the builder's path, params, seed, libraries.
    """

    version: str
    who: str
    about: About = field(default_factory=About)
    fit: Mapping[str, str] = field(default_factory=dict)


def card_of_version(record: VerdictRecord, made: Made) -> Card:
    """Return the card of a promoted version."""
    sections = (
        _purpose(made.about),
        _data(record),
        _validation(record),
        _metrics(record),
        _slices(record),
        _gates(record),
        _limits(record, made.about),
        _costs(record),
        _lineage(record, made),
        _approvals(record),
        _again(record, made),
    )
    title = f"{record.run.model}, version {made.version}"
    return Card(title=title, lead=record.decision, sections=tuple(one for one in sections if one is not None))


def _purpose(about: About) -> Section:
    facts = (("Owner", about.owner),) if about.owner else ()
    words = (about.purpose,) if about.purpose else ()
    if not facts and not words:
        words = ("Nobody said: give the pipeline about=About(purpose=..., owner=..., limits=...).",)
    return Section(title="Purpose and owner", words=words, facts=facts)


def _data(record: VerdictRecord) -> Section:
    windows, snapshot = record.run.windows, record.snapshot
    return Section(
        title="Data",
        facts=(
            ("As-of", _day(record)),
            ("Training window", f"{windows.training}, {snapshot.training_rows:,} rows"),
            ("Holdout", f"{windows.holdout}, {snapshot.holdout_rows:,} rows"),
            ("Label", snapshot.label),
            ("Snapshot", snapshot.id),
        ),
    )


def _validation(record: VerdictRecord) -> Section | None:
    validation = record.candidate.validation
    if validation is None:
        return None
    return Section(
        title="Validation of the data", words=(validation.state,), items=(*validation.warnings, *validation.notes)
    )


def _metrics(record: VerdictRecord) -> Section | None:
    rows = metric_rows(record)
    head = ("Metric", "Better is", "Candidate", "Champion", "Improvement", "Range", "Rows")
    whom = f", against version {record.baseline.version}" if record.baseline.version else ""
    said = f"On the whole holdout{whom}. The range is where the true improvement probably lies."
    return Section(title="Metrics", words=(said,), head=head, rows=rows) if rows else None


def _slices(record: VerdictRecord) -> Section | None:
    found = slice_rows(record)
    if not found:
        return None
    head = ("Slice", "Metric", "Candidate", "Champion", "Improvement", "Range", "Rows", "Candidate is")
    more = len(found) - _MOST_SLICES
    words = (f"The first {_MOST_SLICES}; {RECORD} has {more:,} more.",) if more > 0 else ()
    return Section(title="Slices", words=words, head=head, rows=found[:_MOST_SLICES])


def _gates(record: VerdictRecord) -> Section:
    found = [one for one in walk(record.judgement.verdicts) if one.depth == 0 or one.is_leaf]
    rows = tuple(
        (one.verdict.gate, _answer(one.verdict), one.verdict.reason if one.is_leaf else "of its parts, see below")
        for one in found[:_MOST_GATES]
    )
    more = len(found) - _MOST_GATES
    words = (*record.judgement.notes, *((f"{RECORD} has {more:,} more.",) if more > 0 else ()))
    return Section(title="Gates", words=words, head=("Gate", "Answer", "Why"), rows=rows)


def _answer(verdict: Verdict) -> str:
    if is_unasked(verdict):
        return "not asked"
    return f"{OUTCOME_WORDS[verdict.outcome]}{' (only warns)' if verdict.warn_only else ''}"


def _limits(record: VerdictRecord, about: About) -> Section:
    items = tuple(_known_limits(record))
    words = (about.limits,) if about.limits else ()
    return Section(title="Limits", words=words or (() if items else ("None is known.",)), items=items)


def _known_limits(record: VerdictRecord) -> Iterator[str]:
    yield f"It was judged on {record.run.windows.holdout}: what came later, nobody knows."
    for one in walk(record.judgement.verdicts):
        verdict = one.verdict
        if one.is_leaf and verdict.outcome is not Outcome.PASS and not is_unasked(verdict):
            yield f"{verdict.gate}: {verdict.reason}"
    if record.override:
        yield f"It was promoted by the override {record.override}: {record.mode.reason}."


def _costs(record: VerdictRecord) -> Section | None:
    rows = tuple(
        (
            fact.name.replace("_", " "),
            fact_text(fact.candidate, fact.unit),
            fact_text(fact.baseline, fact.unit),
            fact.note,
        )
        for fact in record.facts
    )
    head = ("What", "Candidate, or the data", "Champion", "To know")
    return Section(title="Costs and other measurements", head=head, rows=rows) if rows else None


def _lineage(record: VerdictRecord, made: Made) -> Section:
    run, candidate = record.run, record.candidate
    replaced = f"version {record.champion.version}, {record.champion.model_id}" if record.champion else "nobody"
    facts = {
        "Logged model": candidate.model_id,
        "MLflow run": candidate.mlflow_run,
        "Dag": run.dag_id,
        "Dag run": f"{run.dag_run_id} ({run.run_type})",
        "Promoted by": made.who,
        "Why the run was started": record.reason,
        "Takes the place of": replaced,
        "Fit": candidate.fingerprint,
        **made.fit,
    }
    return Section(title="Lineage", facts=tuple((name, text) for name, text in facts.items() if text))


def _approvals(record: VerdictRecord) -> Section:
    if record.awaits is None:
        return Section(title="Approvals", words=("The gates decided alone; nobody was asked.",))
    items = tuple(f"{each.who}, {each.at:%Y-%m-%d %H:%M} UTC: {each.why}" for each in record.approvals)
    return Section(title="Approvals", words=(f"Asked because: {record.awaits}.",), items=items)


def _again(record: VerdictRecord, made: Made) -> Section:
    return Section(
        title="How to reproduce it",
        words=("Fits it again from its snapshot, code and params, and compares the predictions row by row:",),
        command=f"headgate reproduce {record.run.model}@{made.version}",
    )


def _day(record: VerdictRecord) -> str:
    return record.run.as_of.instant.isoformat().replace("+00:00", "Z").removesuffix("T00:00:00Z")
