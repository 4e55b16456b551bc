"""Wear of a holdout: the decisions that its rows have taken part in before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from headgate.core.ledger import RunRecord
from headgate.core.mode import Mode
from headgate.core.windows import Window
from headgate.errors import InputError


def decided_before(records: Iterable[RunRecord], as_of: datetime, mode: Mode) -> tuple[Window, ...]:
    """Return the holdout of each decision that came before a run's, oldest as-of first.

    A decision is a candidate that was judged and might have been promoted: live, and no dry run. A fit that was judged
    twice at one as-of decided once; another fit of that as-of decided again, whether its run was superseded or not. The
    run's own as-of doesn't count. A replay of the past only counts as-ofs before its own, so that it answers the same
    on whatever day it runs; a live run counts what has happened.

    Raises:
        InputError: A run doesn't say what its holdout was.
    """
    decided: dict[tuple[datetime, str], RunRecord] = {}
    for record in records:
        when = record.as_of
        if when is None or not _decides(record):
            continue
        if when == as_of or (mode is Mode.REPLAY and when > as_of):
            continue
        decided[when.astimezone(UTC), record.tag_of("fingerprint") or record.mlflow_run] = record
    return tuple(_holdout_of(record) for _, record in sorted(decided.items(), key=lambda item: item[0]))


def _decides(record: RunRecord) -> bool:
    is_judged = record.status != "FAILED" and record.tag_of("candidate") is not None
    is_live = record.tag_of("mode") == Mode.LIVE and record.tag_of("dry_run") == "false"
    return is_judged and is_live and record.tag_of("verdict") is not None


def _holdout_of(record: RunRecord) -> Window:
    said = record.tag_of("holdout") or ""
    try:
        start, end = (datetime.fromisoformat(part) for part in said.strip("[)").split(", "))
    except ValueError as error:
        msg = (
            f"run {record.mlflow_run} must say what its holdout was, in the tag headgate.holdout. Got {said!r} instead."
        )
        raise InputError(msg) from error
    return Window(start=_in_utc(start), end=_in_utc(end))


def _in_utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
