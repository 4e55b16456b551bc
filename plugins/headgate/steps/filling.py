"""Whether rows fill the windows: they don't, says a sentence, or they do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from headgate.core.snapshots import Part
from headgate.core.windows import Window, Windows
from headgate.errors import DataError
from headgate.ports import Gathered

_ADVICE = {
    "training window": "Start the run with an as-of that the data reaches, or give Rolling(...) a longer lookback.",
    "holdout": "Start the run with an earlier as-of, wait for the rows, or say how late they come: "
    "Label(..., delay=...).",
}


def require_filled(gathered: Gathered, kept: Sequence[Part], windows: Windows, label: str) -> None:
    """Raise unless both windows have rows, and each row its label.

    Args:
        gathered: What was read.
        kept: The parts that stay as they are: their rows have labels.
        windows: The windows.
        label: Name of the label's column.

    Raises:
        DataError: A window is empty, or labels are missing.
    """
    for what, window in (("training window", windows.training), ("holdout", windows.holdout)):
        if not gathered.counts.rows_in(window) and not any(part.span.start in window for part in kept):
            msg = f"{what} {window} of the as-of {windows.as_of:%Y-%m-%d} must have rows. Got none instead: "
            msg += f"{_seen(gathered, kept, window)}. {_ADVICE[what]}"
            raise DataError(msg)
    if gathered.first_unlabelled is not None:
        total = gathered.counts.rows + sum(part.content.rows for part in kept)
        msg = f"label {label} must not be null. Got {gathered.unlabelled} of {total} rows without one instead, "
        msg += f"the first at {_iso(gathered.first_unlabelled)}: leave such rows out, or wait longer for their labels "
        msg += "(Label(..., delay=...))."
        raise DataError(msg)


def _seen(gathered: Gathered, kept: Sequence[Part], window: Window) -> str:
    late = gathered.unknown.rows_in(window)
    if late:
        return f"the source has {late} rows of it that weren't known yet at the as-of"
    instants = [*(gathered.events or ()), *(part.span.start for part in kept), *(part.span.end for part in kept)]
    if not instants:
        return "the source gave no rows for these windows"
    return f"the source's events begin at {_iso(min(instants))} and end at {_iso(max(instants))}"


def _iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
