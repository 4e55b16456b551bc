"""The runs that a simulated history is made of, read from the tracking server's records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from headgate.core.approval_record import Answer, answer_on, answers_in
from headgate.core.ledger import RunRecord
from headgate.core.promotion import LogEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """A run that is over, live or replay: with a candidate that was judged, or refused.

    Args:
        key: `dag|as-of|model`.
        as_of: Its as-of, in UTC.
        experiment: MLflow's experiment.
        mlflow_run: The MLflow run that holds its evidence.
        snapshot: Id of its snapshot.
        model_id: Its candidate's logged model id; `None` where it has none.
        fingerprint: Hash of the candidate's fit.
        refused: Why the run ended without a judged candidate; `None` when it has one.
        answer: What people answered when they were asked about its promotion; `None` where nobody was asked.
    """

    key: str
    as_of: datetime
    experiment: str
    mlflow_run: str
    snapshot: str = ""
    model_id: str | None = None
    fingerprint: str = ""
    refused: str | None = None
    answer: Answer | None = None

    @property
    def place(self) -> tuple[datetime, str]:
        """Its place in time; runs of two Dags at one as-of are in the order of their keys."""
        return self.as_of, self.key

    @property
    def day(self) -> str:
        """The as-of, as short as it is exact."""
        text = self.as_of.isoformat().replace("+00:00", "Z")
        return text.removesuffix("T00:00:00Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What there is of a model's past.

    Args:
        runs: One for each key, oldest as-of first.
        unfinished: Live runs that aren't judged yet, or never will be: they were killed.
    """

    runs: tuple[PastRun, ...]
    unfinished: tuple[PastRun, ...]


def past_of(records: Iterable[RunRecord], *, start: datetime | None = None, end: datetime | None = None) -> Past:
    """Return the runs of a model's past, from records in any order.

    What was superseded or deleted, or was made by no dag run, isn't among them. Should two live runs bear one key, the
    judged one counts, then the later one.

    Args:
        records: The MLflow runs of the model's experiment.
        start: Leave out earlier as-ofs.
        end: Leave out later as-ofs.
    """
    chosen: dict[str, RunRecord] = {}
    for record in sorted((one for one in records if _is_asked(one, start, end)), key=_weight):
        chosen[str(record.key)] = record
    finished = [_past_run(one) for one in chosen.values() if _is_judged(one) or one.status == "FAILED"]
    unfinished = [_past_run(one) for one in chosen.values() if not _is_judged(one) and one.status != "FAILED"]
    return Past(runs=_in_order(finished), unfinished=_in_order(unfinished))


def with_answers(past: Past, log: Iterable[LogEntry]) -> Past:
    """Return the past with what a promotion log knows of people: it counts more than what their runs say.

    A run may have missed an answer, since an outage of the tracking server doesn't undo it.
    """
    known = answers_in(log)
    told = (replace(run, answer=known.get(run.model_id or "", run.answer)) for run in past.runs)
    return replace(past, runs=tuple(told))


def _is_asked(record: RunRecord, start: datetime | None, end: datetime | None) -> bool:
    if record.key is None or record.as_of is None or not record.is_live:
        return False
    as_of = record.as_of.astimezone(UTC)
    return (start is None or as_of >= start) and (end is None or as_of <= end)


def _is_judged(record: RunRecord) -> bool:
    has_candidate = record.tag_of("candidate") is not None and record.tag_of("verdict") is not None
    return has_candidate and record.status != "FAILED"


def _weight(record: RunRecord) -> tuple[bool, bool, datetime, str]:
    """Return what the run of a key that counts has most of."""
    return _is_judged(record), record.status == "FAILED", record.started, record.mlflow_run


def _past_run(record: RunRecord) -> PastRun:
    as_of = record.as_of
    assert as_of is not None  # noqa: S101 - `_is_asked`
    judged = _is_judged(record)
    return PastRun(
        key=str(record.key),
        as_of=as_of.astimezone(UTC),
        experiment=record.experiment,
        mlflow_run=record.mlflow_run,
        snapshot=record.tag_of("snapshot") or "",
        model_id=record.tag_of("candidate") if judged else None,
        fingerprint=record.tag_of("fingerprint") or "",
        refused=None if judged else record.tag_of("reason") or "the run failed and doesn't say why",
        answer=answer_on(record),
    )


def _in_order(runs: Iterable[PastRun]) -> tuple[PastRun, ...]:
    return tuple(sorted(runs, key=lambda run: run.place))
