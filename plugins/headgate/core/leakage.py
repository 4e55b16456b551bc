"""Whether a snapshot holds what nobody could know at its as-of: judged by its rows' times, not by how it was cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from headgate.core.snapshots import Extent, Manifest, Part
from headgate.core.windows import Window, Windows


def leaks_of(manifest: Manifest, windows: Windows) -> tuple[str, ...]:
    """Return what must not be in a snapshot, a sentence each; nothing when every row and label was known at the as-of.

    These are leaks: an event at or after the as-of; one whose label wasn't final then, by the label delay or by the
    column `final_at`; one in the gap between the windows, or anywhere else outside of its own; one outside of its
    part's span; a row known after the as-of; a null, which says nothing; and a column of times that nobody has
    looked at.

    Args:
        manifest: What is judged, with its parts' extents, and when labels were final.
        windows: The as-of and the windows of the run; what the manifest says of them doesn't count.
    """
    parts, as_of = manifest.parts, windows.as_of
    known, final = (_extents(parts, column) for column in (manifest.known_at, manifest.final_at))
    return (
        *_unseen(parts, manifest.times),
        *_events(manifest, windows, "training window", manifest.training, windows.training),
        *_events(manifest, windows, "holdout", manifest.holdout, windows.holdout),
        *(f"a row became known at {_iso(last)}, after the as-of" for last in _after(known, as_of)),
        *(f"rows that don't say when they became known: {rows}" for rows in _nulls(known)),
        *(f"a label became final at {_iso(last)}, after the as-of" for last in _after(final, as_of)),
        *(f"labels that don't say when they became final: {rows}" for rows in _nulls(final)),
    )


def _unseen(parts: Sequence[Part], columns: Sequence[str]) -> Iterator[str]:
    for column in columns:
        unseen = (part for part in parts if part.content.rows and not _is_seen(part, column))
        yield from (f"nobody has looked at {column} of the part {part.span}" for part in islice(unseen, 1))


def _is_seen(part: Part, column: str) -> bool:
    return any(extent.last is not None or extent.nulls for extent in _extents([part], column))


def _events(manifest: Manifest, windows: Windows, what: str, parts: Sequence[Part], window: Window) -> Iterator[str]:
    extents = _extents(parts, manifest.event_time)
    instants = sorted(instant for extent in extents for instant in (extent.first, extent.last) if instant is not None)
    for event in dict.fromkeys((*instants[:1], *instants[-1:])):
        yield from islice(_wrong(event, what, window, windows, manifest.labels_final_before), 1)
    yield from (f"rows of the {what} that don't say when their events were: {rows}" for rows in _nulls(extents))
    yield from islice(_strays(parts, manifest.event_time), 1)


def _wrong(
    event: datetime, what: str, window: Window, windows: Windows, labels_final_before: datetime | None
) -> Iterator[str]:
    named = f"an event at {_iso(event)} of the {what}"
    if event >= windows.as_of:
        yield f"{named} isn't before the as-of"
    if labels_final_before is not None and event >= labels_final_before:
        yield f"{named} had no final label at the as-of: only those before {_iso(labels_final_before)} had"
    if windows.training.end <= event < windows.holdout.start:
        yield f"{named} lies in the gap before the holdout {windows.holdout}"
    if event not in window:
        yield f"{named} lies outside of it: {window}"


def _strays(parts: Sequence[Part], event_time: str) -> Iterator[str]:
    for part in parts:
        for extent in _extents([part], event_time):
            for event in (extent.first, extent.last):
                if event is not None and event not in part.span:
                    yield f"an event at {_iso(event)} lies outside of its part {part.span}"


def _extents(parts: Sequence[Part], column: str | None) -> tuple[Extent, ...]:
    return tuple(extent for part in parts for extent in part.extents if extent.column == column)


def _after(extents: Sequence[Extent], as_of: datetime) -> tuple[datetime, ...]:
    """Return the last instant, if it lies after the as-of."""
    return tuple(sorted(extent.last for extent in extents if extent.last is not None and extent.last > as_of)[-1:])


def _nulls(extents: Sequence[Extent]) -> tuple[int, ...]:
    """Return how many rows have no instant, if any."""
    nulls = sum(extent.nulls for extent in extents)
    return (nulls,) if nulls else ()


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
