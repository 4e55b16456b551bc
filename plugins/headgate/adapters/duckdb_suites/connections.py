"""Connections to a DuckDB in memory that installs nothing, reaches no network, and leaves nothing behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The extension module: the package `duckdb` around it costs three times as much to import, and adds nothing here.
import _duckdb

from headgate.adapters.duckdb_suites.quoting import text

FAULTS: tuple[type[Exception], ...] = (_duckdb.Error,)
"""What DuckDB raises."""
TOO_LITTLE_MEMORY: tuple[type[Exception], ...] = (_duckdb.OutOfMemoryException,)
UNFIT_VALUES: tuple[type[Exception], ...] = (_duckdb.OutOfRangeException, _duckdb.ConversionException)
"""What it raises for values that another engine may do with: a sum too wide, a NaN among what is to be averaged."""

_SETTINGS = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


@contextmanager
def connected(
    *, memory_limit: str | None = None, threads: int | None = None, folders: Sequence[Path] = ()
) -> Iterator[Any]:
    """Yield a connection.

    Args:
        memory_limit: Such as `512MB`; what doesn't fit is spilled to a temporary folder, removed afterwards.
        threads: As many as there are cores when `None`.
        folders: The only ones that it may read.
    """
    with tempfile.TemporaryDirectory(prefix="headgate-duckdb-") as spill:
        settings: dict[str, str | bool | int | float | list[str]] = {**_SETTINGS, "temp_directory": spill}
        settings |= {"memory_limit": memory_limit} if memory_limit else {}
        settings |= {"threads": threads} if threads else {}
        connection = _duckdb.connect(":memory:", config=settings)
        try:
            allowed = ", ".join(text(str(folder)) for folder in folders)
            connection.execute(
                f"SET allowed_directories = [{allowed}]; SET enable_external_access = false; SET TimeZone = 'UTC'"
            )
            # Parquet's statistics leave NaN out, and this optimizer (DuckDB 2.0) then takes isnan() for always false.
            connection.execute("SET disabled_optimizers = 'statistics_propagation'")
            yield connection
        finally:
            connection.close()
