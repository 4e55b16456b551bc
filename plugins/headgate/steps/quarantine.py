"""Set aside the rows that fail, and make a snapshot of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from headgate import wire
from headgate.core.evaluation import OVERALL
from headgate.core.profile import Profile
from headgate.core.quarantine import GATE, Aside, Quarantine, decide_quarantine
from headgate.core.refs import SnapshotRef
from headgate.core.snapshots import LeftOut, Manifest, Part, snapshot_id
from headgate.core.suite import Expectation, Suite
from headgate.core.validation import ExpectationResult, Finding
from headgate.core.verdict import Outcome, Verdict
from headgate.errors import DataError, InputError
from headgate.ports import Profiler, Rows, RowsSplitter, RowsTable, SnapshotStore
from headgate.steps.reading import all_rows
from headgate.steps.sketches import sketch_of

REASONS = "headgate_reasons"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinePorts:
    """What quarantine needs of the world."""

    store: SnapshotStore
    table: RowsTable
    splitter: RowsSplitter
    profiler: Profiler


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """What became of a quarantine.

    Args:
        verdict: Whether the rows may be set aside; undecided when an expectation can't be asked row by row.
        manifest: Of the snapshot of the rest; `None` when nothing was set aside.
        rows: The rows set aside, with the column `headgate_reasons`.
    """

    verdict: Verdict
    manifest: Manifest | None = None
    rows: Rows | None = None


def aside_expectations(
    suite: Suite, results: Sequence[ExpectationResult], limits: Quarantine, splitter: RowsSplitter
) -> tuple[Expectation, ...]:
    """Return the expectations that rows fail, by themselves or by their group, and that set rows aside.

    Args:
        suite: The suite.
        results: What became of its expectations: one that broke, or that every row meets, sets nothing aside.
        limits: The severities that do.
        splitter: Knows which expectations are about rows.
    """
    failing = {r.place for r in results if r.finding is not Finding.BROKEN and r.share != 0}
    wanted = [e for e in suite.expectations if e.severity in limits.severities and e.place in failing]
    return tuple(e for e in wanted if splitter.is_row_level(e))


def quarantine_rows(
    manifest: Manifest, expectations: Sequence[Expectation], limits: Quarantine, *, ports: QuarantinePorts
) -> Quarantined:
    """Count the rows that fail; when few enough do, write the rest as a snapshot of its own.

    The rows are read twice, so that nothing is written before it is decided. Parts without such rows stay the same
    parts. Rows set aside are kept in memory, at most the share of them that may be set aside.

    What it does not do: change the snapshot that there was.

    Running it again: gives the same id, and writes nothing new.

    Raises:
        InputError: A slice names a column that isn't there.
        SnapshotDamagedError: A part isn't what was written.
        StoreError: The store refuses.
    """
    try:
        tally = _tally(manifest, expectations, limits, ports)
    except DataError as error:
        return Quarantined(verdict=Verdict.undecided(GATE, str(error)))
    verdict = decide_quarantine(limits, tally.overall, slices=tally.slices, windows=tally.windows)
    if verdict.outcome is not Outcome.PASS or not tally.overall.aside:
        return Quarantined(verdict=verdict)
    parts, aside = _split(manifest, expectations, ports)
    rows = ports.table.join(aside)
    left_out = LeftOut(
        rows=rows.num_rows,
        of=tally.overall.rows,
        content=ports.store.put(rows),
        reasons=tuple(sorted(ports.table.counts(rows, REASONS).items(), key=lambda pair: (-pair[1], pair[0]))),
        snapshot=manifest.id,
    )
    clean = _manifest(manifest, parts, left_out, ports)
    ports.store.put_document(clean.path, wire.text(clean))
    return Quarantined(verdict=verdict, manifest=clean, rows=rows)


def cleaned(snapshot: SnapshotRef, manifest: Manifest) -> SnapshotRef:
    """Return what names the snapshot of the rest."""
    return replace(
        snapshot,
        id=manifest.id,
        training_rows=sum(part.content.rows for part in manifest.training),
        holdout_rows=sum(part.content.rows for part in manifest.holdout),
        manifest=manifest.path,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tally:
    overall: Aside
    slices: tuple[Aside, ...]
    windows: tuple[Aside, ...]


def _tally(
    manifest: Manifest, expectations: Sequence[Expectation], limits: Quarantine, ports: QuarantinePorts
) -> _Tally:
    _require_slices(manifest, limits)
    rows, aside = Counter[str](), Counter[str]()
    in_windows = {"the training window": [0, 0], "the holdout": [0, 0]}
    for number, (_, keep, away) in enumerate(_pairs(manifest, expectations, ports)):
        counts = in_windows["the training window" if number < len(manifest.training) else "the holdout"]
        counts[0] += keep.num_rows + away.num_rows
        counts[1] += away.num_rows
        _count(keep, limits.slices, rows, ports.table)
        _count(away, limits.slices, aside, ports.table)
    rows.update(aside)
    slices = tuple(Aside(slice=name, rows=rows[name], aside=aside[name]) for name in sorted(rows) if name != OVERALL)
    overall = Aside(slice=OVERALL, rows=rows[OVERALL], aside=aside[OVERALL])
    windows = tuple(Aside(slice=name, rows=of, aside=away) for name, (of, away) in in_windows.items())
    return _Tally(overall=overall, slices=slices, windows=windows)


def _count(rows: Rows, slices: Sequence[str], counts: Counter[str], table: RowsTable) -> None:
    counts[OVERALL] += rows.num_rows
    for column in slices if rows.num_rows else ():
        for value, number in table.counts(rows, column).items():
            counts[f"{column}={value}"] += number


def _split(
    manifest: Manifest, expectations: Sequence[Expectation], ports: QuarantinePorts
) -> tuple[tuple[Part, ...], tuple[Rows, ...]]:
    parts, aside = [], []
    for part, keep, away in _pairs(manifest, expectations, ports):
        if away.num_rows:
            aside.append(away)
            # Not what the source would give: the token must not let a later snapshot take it for that.
            parts.append(Part(span=part.span, content=ports.store.put(keep)))
        else:
            parts.append(part)
    return tuple(parts), tuple(aside)


def _pairs(
    manifest: Manifest, expectations: Sequence[Expectation], ports: QuarantinePorts
) -> Iterator[tuple[Part, Rows, Rows]]:
    pairs = ports.splitter.split(expectations, all_rows(ports.store, manifest))
    for part, (keep, away) in zip(manifest.parts, pairs, strict=True):
        yield part, keep, away


def _manifest(manifest: Manifest, parts: Sequence[Part], left_out: LeftOut, ports: QuarantinePorts) -> Manifest:
    training, holdout = tuple(parts[: len(manifest.training)]), tuple(parts[len(manifest.training) :])
    return replace(
        manifest,
        id=snapshot_id([part.content for part in training], [part.content for part in holdout]),
        training=training,
        holdout=holdout,
        statistics=_statistics(parts, ports),
        left_out=left_out,
    )


def _statistics(parts: Sequence[Part], ports: QuarantinePorts) -> Profile:
    contents = [part.content for part in parts]
    return ports.profiler.merge(
        [
            sketch_of(part, partial(ports.store.get, part), store=ports.store, profiler=ports.profiler)
            for part in contents
        ]
    )


def _require_slices(manifest: Manifest, limits: Quarantine) -> None:
    present = [column.name for column in manifest.columns]
    if missing := [name for name in limits.slices if name not in present]:
        msg = f"slices of Quarantine must be columns of the rows. Got {missing[0]!r} instead; "
        msg += f"there are: {', '.join(present)}."
        raise InputError(msg)
