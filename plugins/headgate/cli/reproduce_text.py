"""What became of a reproduction, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from headgate import wire
from headgate.cli.rich_tables import table_text
from headgate.cli.tables import plain
from headgate.core.headline import counted
from headgate.core.reproduction import Compared, Reproduction

DIGITS = 12
"""Of a snapshot's id."""


def reproduction_text(found: Reproduction) -> str:
    """Return a reproduction for a person: what was made again, who says what, what differs here, and the answer."""
    return "\n".join(_lines(found))


def reproduction_data(found: Reproduction) -> dict[str, Any]:
    """Return the same as plain JSON data."""
    return {**wire.dump(found), "answer": str(found.answer), "said": found.said, "causes": list(found.causes)}


def _lines(found: Reproduction) -> Iterator[str]:
    yield f"version {found.version} of {found.model}, by {found.key}: {plain(found.recipe)}"
    snapshot = f"snapshot {found.snapshot[:DIGITS]}"
    if found.seconds is not None:
        rows = counted(found.training_rows, "row", "rows")
        yield f"fitted again in {found.seconds:.1f} s, on the {rows} of the training window of {snapshot}"
    else:
        yield f"not fitted again; it was fitted on {snapshot}"
    if found.compared:
        yield ""
        yield _table(found)
    for one in found.compared:
        yield from _shown(one)
    yield ""
    yield from (f"another way here: {plain(str(one))}" for one in found.differences)
    yield from (f"note: {plain(note)}" for note in found.notes)
    yield from (f"! {plain(flaw)}" for flaw in found.flaws)
    yield from (f"! {cause}" for cause in found.causes)
    yield plain(found.said)


def _table(found: Reproduction) -> str:
    head = ("row by row", "against", "of each row", "rows", "differ", "greatest", "mean")
    rows = [
        (
            one.ours,
            one.theirs,
            plain(one.what),
            f"{one.rows:,}",
            f"{one.differ:,}",
            _number(one.greatest),
            _number(one.mean),
        )
        for one in found.compared
    ]
    return table_text(head, rows, numbers={"rows", "differ", "greatest", "mean"})


def _shown(one: Compared) -> Iterator[str]:
    if not one.shown:
        return
    yield ""
    title = f"{plain(one.what)}, the rows furthest apart"
    rows = [(f"{odd.row:,}", odd.at, plain(odd.ours), plain(odd.theirs)) for odd in one.shown]
    yield f"{title}:"
    yield table_text(("row", "at", one.ours, one.theirs), rows, numbers={"row", one.ours, one.theirs})


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
