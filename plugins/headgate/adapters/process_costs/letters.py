"""What parent and child write to each other, in a folder of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

_ASKED = "asked.json"
_ROWS = "rows.parquet"
_FOUND = "found.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the child is to measure.

    Args:
        folders: The folder of each model, by who it is: `candidate`, `baseline`.
        batch: Rows of a batch.
        trusted: Types of the user's own that a model may hold.
        seconds: For latency, of all models together.
        timeout: When the child gives up by itself, in seconds.
    """

    folders: dict[str, str]
    batch: int
    trusted: tuple[str, ...]
    seconds: float
    timeout: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One number about one model, or why there is none.

    Args:
        who: Whose.
        fact: Which.
        value: The number.
        said: Why there is none; of one that there is, how it was measured.
    """

    who: str
    fact: str
    value: float | None = None
    said: str = ""


def rows_file(folder: Path) -> Path:
    """Return where the rows lie."""
    return folder / _ROWS


def write_asked(folder: Path, asked: Asked) -> None:
    """Write down what the child is to measure."""
    (folder / _ASKED).write_text(json.dumps(asdict(asked)))


def read_asked(folder: Path) -> Asked:
    """Return what is to be measured."""
    data = json.loads((folder / _ASKED).read_text())
    return Asked(**{**data, "trusted": tuple(data["trusted"])})


def add_found(folder: Path, found: Found) -> None:
    """Write down one number at once: what comes after it may take too long."""
    with (folder / _FOUND).open("a") as file:
        file.write(json.dumps(asdict(found)) + "\n")


def read_found(folder: Path) -> Iterator[Found]:
    """Yield what the child has written down whole."""
    file = folder / _FOUND
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            yield Found(**json.loads(line))
        except ValueError:  # it was killed while it wrote
            return
