"""What `headgate suite infer` does."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

from headgate.adapters.duckdb_inference import look
from headgate.adapters.duckdb_suites import DataFiles
from headgate.cli.data_files import require_files
from headgate.core.headline import counted
from headgate.core.suite import Suite
from headgate.core.suite_inference import infer_suite
from headgate.core.suite_writing import suite_text
from headgate.errors import DataError, InputError, StoreError


def infer_text(data: str, *, margin: float, memory: str | None, output: Path | None, force: bool) -> tuple[str, str]:
    """Return the suite as JSON, and a sentence about it; write it where `output` says.

    Raises:
        InputError: There is no such data, or there is such a file already.
        DataError: It can't be read, or has no rows.
        StoreError: The suite can't be written.
    """
    if not math.isfinite(margin):
        msg = f"--margin must be a number >= 0. Got {margin} instead."
        raise InputError(msg)
    if output is not None and output.exists() and not force:
        msg = f"--output must be a new file: what a person corrected isn't replaced. Got {output} instead; see --force."
        raise InputError(msg)
    files = require_files(data)
    rows, columns = look(DataFiles(*files).reader, memory=memory)
    if not rows:
        msg = f"DATA must have rows to infer from. Got {data!r} without any instead."
        raise DataError(msg)
    suite = infer_suite(_name_of(data, output), rows, columns, margin=margin)
    text = suite_text(suite)
    if output is not None:
        _write(output, text)
    return text, _said(suite, rows, output)


def _name_of(data: str, output: Path | None) -> str:
    given = output or Path(data)
    return given.name.split(".")[0].strip("*?[] ") or "suite"


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"--output must be a file that can be written. Got {output} instead: {error.strerror}."
        raise StoreError(msg) from error


def _said(suite: Suite, rows: int, output: Path | None) -> str:
    severities = Counter(expectation.severity.value for expectation in suite.expectations)
    kinds = ", ".join(f"{number} {severity}" for severity, number in severities.items())
    where = f"{output}: " if output else ""
    of = counted(len(suite.expectations), "expectation", "expectations")
    return f"{where}{of} ({kinds}) from {counted(rows, 'row', 'rows')}. Read them: only you know what must hold."
