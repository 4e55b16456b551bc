"""Read a bounded sample of a snapshot's rows, so that a window of any size fits into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headgate.core.snapshots import Manifest, Part
from headgate.ports import Rows, RowsTable, SnapshotStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows that stand for more of them.

    Args:
        rows: The rows.
        of: How many rows there are in all.
    """

    rows: Rows
    of: int

    @property
    def said(self) -> str:
        """What a person should know of it; nothing where it is all there is."""
        count = self.rows.num_rows
        return "" if count >= self.of else f"on a sample of {count:,} of {self.of:,} rows"

    def at_most(self, most: int, table: RowsTable) -> Sample:
        """Return at most so many of the rows, for as many as before."""
        return Sample(rows=table.pick(self.rows, most), of=self.of)


def sample_of(rows: Rows, most: int, table: RowsTable) -> Sample:
    """Return at most so many rows, spread evenly over all."""
    return Sample(rows=table.pick(rows, most), of=rows.num_rows)


def sampled_training(manifest: Manifest, most: int, *, store: SnapshotStore, table: RowsTable) -> Sample:
    """Return at most so many rows of the training window, spread evenly over all, in order; it reads part by part.

    Raises:
        SnapshotDamagedError: A part isn't what was written.
        TransientError: The store can't be reached.
    """
    total = sum(part.content.rows for part in manifest.training)
    shares = list(_shares([part.content.rows for part in manifest.training], most))
    wanted = [(part, share) for part, share in zip(manifest.training, shares, strict=True) if share]
    picked = [table.pick(store.get(part.content), share) for part, share in wanted or _first(manifest.training)]
    return Sample(rows=table.join(picked), of=total)


def _shares(sizes: Sequence[int], most: int) -> Iterator[int]:
    """Yield how many rows each part gives, `most` in all: what is rounded off in one is made up for in the next."""
    total, before = sum(sizes), 0
    for size in sizes:
        yield size if total <= most else (before + size) * most // total - before * most // total
        before += size


def _first(parts: Sequence[Part]) -> list[tuple[Part, int]]:
    return [(part, 0) for part in parts[:1]]
