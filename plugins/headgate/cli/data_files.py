"""DATA on the command line: a file, a folder or a pattern, to the files it means."""

from __future__ import annotations

import glob
import os
from pathlib import Path

from headgate.errors import InputError

_ENDS = ((".parquet", ".pq"), (".csv", ".csv.gz", ".tsv"))


def require_files(data: str) -> tuple[str, ...]:
    """Return the paths of the files that DATA means, sorted; all of one format.

    Raises:
        InputError: There are none, or files of both formats.
    """
    found = _in_folder(data) if Path(data).is_dir() else _matching(data)
    formats = [[path for path in found if path.lower().endswith(ends)] for ends in _ENDS]
    if all(formats):
        msg = f"DATA must be files of one format. Got {data!r} instead: {len(formats[0])} Parquet and "
        raise InputError(msg + f"{len(formats[1])} CSV files. Name one of them by a pattern such as '*.parquet'.")
    if not any(formats):
        what = "there is no such file" if not found else f"{found[0]} is neither Parquet nor CSV by its name"
        msg = f"DATA must be a Parquet or CSV file, a folder of them, or a pattern. Got {data!r} instead: {what}."
        raise InputError(msg)
    return tuple(sorted(formats[0] or formats[1]))


def _in_folder(folder: str) -> list[str]:
    """Return the files below a folder, but for those that writers hide: `_SUCCESS`, `.crc`."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        found += [str(Path(place, name)) for name in names if not name.startswith((".", "_"))]
    return found


def _matching(pattern: str) -> list[str]:
    if Path(pattern).is_file():
        return [pattern]
    return [path for path in _globbed(pattern) if Path(path).is_file()]


def _globbed(pattern: str) -> list[str]:
    return glob.glob(pattern, recursive=True)  # noqa: PTH207 - a `Path` globs below a folder only
