"""Take an immutable snapshot of the rows that a run may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from headgate import wire
from headgate.core.parts import gaps, is_within, overlaps, plan_parts
from headgate.core.refs import RunRef, SnapshotRef
from headgate.core.snapshots import Column, Manifest, Part, snapshot_id
from headgate.core.tally import Tally
from headgate.core.windows import Window
from headgate.errors import TransientError
from headgate.ports import Cut, Gathered, Profiler, RowsCutter, RowsPile, RowsTable, SnapshotStore
from headgate.steps.filling import require_filled
from headgate.steps.keeping import Kept, Wanted, kept_parts
from headgate.steps.leakage import require_no_leaks
from headgate.steps.progress import Progress
from headgate.steps.sketches import sketch_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotPorts:
    """What taking a snapshot needs of the world."""

    cutter: RowsCutter
    store: SnapshotStore
    profiler: Profiler
    table: RowsTable


def take_snapshot(
    run: RunRef, *, wanted: Wanted, ports: SnapshotPorts, tell: Callable[[str], None] = lambda _: None
) -> SnapshotRef:
    """Read what no earlier snapshot holds, cut both windows into parts, write these, then the manifest.

    Memory holds the largest part, not the windows. The same rows give the same parts and the same id, whatever
    an earlier snapshot held, and whatever batches they came in. With a key, these are the latest versions that were
    known at the as-of.

    Running it again: writes no part twice. The manifest comes last, so a snapshot that has one is whole.

    Args:
        run: Which run takes it.
        wanted: What it is taken of.
        ports: How.
        tell: Takes a line now and then that says how far it is.

    Raises:
        InputError: The source isn't what the specification says.
        DataError: The rows don't fill the windows, labels are missing or weren't final, batches don't go together, or
            nothing says which version of a row came last.
        StoreError: The store refuses.
        TransientError: The source or the store can't be reached.
    """
    kept = kept_parts(run, wanted, ports.store)
    try:
        manifest = _taken(run, wanted, ports, kept, Progress(tell))
    except _OtherColumnsError:
        tell("the source's columns may not be those of the snapshot before: everything is read")
        manifest = _taken(run, wanted, ports, Kept(), Progress(tell))
    require_no_leaks(manifest, run.windows)
    ports.store.put_document(manifest.path, wire.text(manifest))
    _require_whole(manifest, ports.store)
    return SnapshotRef(
        id=manifest.id,
        run=run,
        label=manifest.label,
        event_time=manifest.event_time,
        training_rows=sum(part.content.rows for part in manifest.training),
        holdout_rows=sum(part.content.rows for part in manifest.holdout),
        manifest=manifest.path,
    )


def _require_whole(manifest: Manifest, store: SnapshotStore) -> None:
    """Look once more for each part: one that was there already may have been pruned before the manifest named it."""
    lost = [part.content.digest for part in manifest.parts if not store.has(part.content)]
    if lost:
        msg = (
            f"parts of the snapshot {manifest.id[:16]} must be in the store. Got none of {lost[0][:16]}: prune took it "
        )
        raise TransientError(msg + "while the snapshot was made; another try writes it again.")


class _OtherColumnsError(Exception):
    """What was read doesn't go with what was kept, or doesn't say whether it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """A part to be: one that stays, or a span whose rows are gathered, also from parts that it takes in."""

    span: Window
    stays: Part | None
    takes_in: tuple[Part, ...]
    token: str | None = None


def _taken(run: RunRef, wanted: Wanted, ports: SnapshotPorts, kept: Kept, progress: Progress) -> Manifest:
    both = (run.windows.training, run.windows.holdout)
    spans = tuple(gap for window in both for gap in gaps(window, [part.span for part in kept.parts]))
    before = {span: wanted.source.token(span, run.as_of.instant) for span in spans}
    with ports.cutter.pile(_cut(spans, run, wanted)) as pile:
        for batch in wanted.source.read(run.windows, spans) if spans else ():
            pile.add(batch)
            progress.read(batch.num_rows)
        gathered = pile.gathered()
        if kept.parts and gathered.columns != kept.columns and (gathered.columns or not kept.all):
            raise _OtherColumnsError
        require_filled(gathered, kept.parts, run.windows, wanted.label)
        planned = [tuple(_planned(window, gathered.counts, kept.parts)) for window in both]
        planned = _with_tokens(planned, before, gathered, wanted, run.as_of.instant)
        training, holdout = ([_made(one, pile, ports, progress, wanted) for one in plans] for plans in planned)
    progress.end(superseded=gathered.superseded)
    return _manifest(
        run,
        wanted,
        columns=gathered.columns or kept.columns,
        training=training,
        holdout=holdout,
        profiler=ports.profiler,
    )


def _cut(spans: tuple[Window, ...], run: RunRef, wanted: Wanted) -> Cut:
    return Cut(
        spans=spans,
        as_of=run.as_of.instant,
        event_time=wanted.event_time,
        label=wanted.label,
        known_at=wanted.known_at,
        key=wanted.key,
        final_at=wanted.final_at,
    )


def _planned(window: Window, tally: Tally, kept: Sequence[Part]) -> Iterator[_Planned]:
    inside = [part for part in kept if is_within(part.span, window)]
    every = tally.and_at({part.span.start: part.content.rows for part in inside})
    for span in plan_parts(window, every):
        takes_in = tuple(part for part in inside if is_within(part.span, span))
        stays = takes_in[0] if takes_in and takes_in[0].span == span else None
        yield _Planned(span=span, stays=stays, takes_in=() if stays else takes_in)


def _with_tokens(
    planned: Sequence[Sequence[_Planned]],
    before: Mapping[Window, str | None],
    gathered: Gathered,
    wanted: Wanted,
    as_of: datetime,
) -> list[tuple[_Planned, ...]]:
    """Say what the source makes new parts of, where it is sure that this is what was read.

    The tokens of parts are asked for after reading, between two looks at whether anything changed meanwhile. A part
    that lacks rows which weren't known yet has no token: a later as-of knows them.
    """

    def token(span: Window) -> str | None:
        return wanted.source.token(span, as_of)

    taken_in = {part.span: part.token for plans in planned for plan in plans for part in plan.takes_in}
    watched = {**before, **taken_in}
    if all(seen is None for seen in watched.values()):
        return [tuple(plans) for plans in planned]
    named = [[replace(plan, token=None if plan.stays else token(plan.span)) for plan in plans] for plans in planned]
    unsure = [span for span, seen in watched.items() if seen is None or token(span) != seen]

    def is_sure(span: Window) -> bool:
        return not gathered.unknown.rows_in(span) and not any(overlaps(span, other) for other in unsure)

    return [tuple(plan if is_sure(plan.span) else replace(plan, token=None) for plan in plans) for plans in named]


def _made(plan: _Planned, pile: RowsPile, ports: SnapshotPorts, progress: Progress, wanted: Wanted) -> tuple[Part, str]:
    """Return the part and its sketch."""
    if plan.stays:
        progress.kept()
        content = plan.stays.content
        sketch = sketch_of(content, lambda: ports.store.get(content), store=ports.store, profiler=ports.profiler)
        return plan.stays, sketch
    rows = pile.rows(plan.span, [ports.store.get(part.content) for part in plan.takes_in])
    extents = ports.table.extents(rows, wanted.times)
    content = ports.store.put(rows)
    sketch = sketch_of(content, lambda: rows, store=ports.store, profiler=ports.profiler)
    progress.written()
    return Part(span=plan.span, content=content, token=plan.token, extents=extents), sketch


def _manifest(
    run: RunRef,
    wanted: Wanted,
    *,
    columns: tuple[Column, ...],
    training: Sequence[tuple[Part, str]],
    holdout: Sequence[tuple[Part, str]],
    profiler: Profiler,
) -> Manifest:
    contents = ([part.content for part, _ in parts] for parts in (training, holdout))
    return Manifest(
        id=snapshot_id(*contents),
        model=run.model,
        source=wanted.source.name,
        columns=columns,
        label=wanted.label,
        event_time=wanted.event_time,
        known_at=wanted.known_at,
        key=wanted.key,
        final_at=wanted.final_at,
        labels_final_before=wanted.labels_final_before,
        windows=run.windows,
        training=tuple(part for part, _ in training),
        holdout=tuple(part for part, _ in holdout),
        statistics=profiler.merge([sketch for _, sketch in (*training, *holdout)]),
        recipe=wanted.recipe,
    )
