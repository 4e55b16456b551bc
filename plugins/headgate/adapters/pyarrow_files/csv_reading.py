"""One CSV file: its schema, its rows, and which value is at fault when they don't fit."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from headgate.adapters.arrow_spans import INSTANT
from headgate.adapters.pyarrow_files.csv_faults import first_fault, instants_of
from headgate.adapters.pyarrow_files.listing import File, Place
from headgate.adapters.pyarrow_files.refusals import asked, damaged, is_damage
from headgate.adapters.pyarrow_files.schemas import require_once
from headgate.errors import DataError, InputError

_BLOCK = 2**20
"""Bytes read at a time; types are found in the first."""

_COMPRESSION = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".lz4": "lz4"}
_TYPES = ("string", "double", "float", "int64", "int32", "bool", "date32", "binary")
_INSTANT = re.compile(r"timestamp\[(s|ms|us|ns)(?:, ?(?:tz=)?([^\]]+))?\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvForm:
    """How the files are written.

    Args:
        delimiter: What separates values.
        times: Columns of instants: ISO 8601 with a zone.
        types: Arrow types by column, as text.
    """

    delimiter: str
    times: tuple[str, ...]
    types: Mapping[str, str]


class CsvReader:
    """Reads CSV files of one form.

    Args:
        place: Where they are.
        form: How they are written.
    """

    def __init__(self, place: Place, form: CsvForm) -> None:
        self.form = form
        self._place = place

    def schema(self, file: File) -> pa.Schema:
        """Return what a file's first megabyte says that it holds; instants as such.

        Raises:
            InputError: A given type isn't one.
            DataError: It can't be read, or holds a column twice.
        """
        with self._read(file, self._given()) as reader:
            found = reader.schema
        require_once(self._place.source, file.path, found.names)
        instants = [(n, INSTANT if n in self.form.times else found.field(n).type) for n in found.names]
        return pa.schema(instants)

    def batches(self, file: File, schema: pa.Schema, own: Sequence[str]) -> Iterator[pa.Table]:
        """Yield a file's rows, about a megabyte of it at a time.

        Args:
            file: Which.
            schema: The columns and their types.
            own: The columns that are in the file itself.

        Raises:
            DataError: A value is of another type, or an instant has no zone.
            TransientError: The file vanished or changed while it was read.
        """
        names = [name for name in schema.names if name in own]
        # A file without any of the columns still has rows: its first column counts them.
        with self._read(file, {**self._texts(), **_kinds(schema, names, self.form.times)}, names or own[:1]) as reader:
            before = 0
            for batch in reader:
                rows = self._typed(pa.Table.from_batches([batch]), file, before)
                before += rows.num_rows
                yield rows
        self._place.require_unchanged(file)

    @contextlib.contextmanager
    def _read(
        self, file: File, kinds: Mapping[str, pa.DataType], columns: Sequence[str] | None = None
    ) -> Iterator[csv.CSVStreamingReader]:
        source = self._place.source
        with asked(source, file.path):
            try:
                with self._opened(file) as handle:
                    yield self._reader(handle, kinds, columns)
            except Exception as error:
                if not is_damage(error):
                    raise
                self._place.require_unchanged(file)
                raise self._fault(file, kinds, error) from error

    def _reader(
        self, handle: pa.NativeFile, kinds: Mapping[str, pa.DataType], columns: Sequence[str] | None
    ) -> csv.CSVStreamingReader:
        return csv.open_csv(
            handle,
            read_options=csv.ReadOptions(block_size=_BLOCK),
            parse_options=csv.ParseOptions(delimiter=self.form.delimiter, newlines_in_values=True),
            convert_options=csv.ConvertOptions(column_types=dict(kinds), include_columns=list(columns or ())),
        )

    @contextlib.contextmanager
    def _opened(self, file: File) -> Iterator[pa.NativeFile]:
        codec = _COMPRESSION.get(PurePosixPath(file.path).suffix.lower())
        with self._place.open(file) as handle:
            if codec is None:
                yield handle
            else:
                with pa.CompressedInputStream(handle, codec) as plain:
                    yield plain

    def _fault(self, file: File, kinds: Mapping[str, pa.DataType], error: Exception) -> DataError:
        """Return the sentence about what a file holds that can't be read: the value, if it is one."""
        with contextlib.suppress(Exception), self._opened(file) as handle:  # the first error is the one to tell
            names = self._names(file)
            fault = first_fault(self._reader(handle, dict.fromkeys(names, pa.string()), None), kinds)
            if fault is not None:
                column, value, kind, row = fault
                msg = f"column {column} of file {file.path} of source {self._place.source} must hold values of type "
                msg += f"{kind}. Got {value!r} in data row {row} instead. "
                msg += f'Say which type it is: types={{"{column}": "string"}}.'
                return DataError(msg)
        return damaged(self._place.source, file.path, file.size, "CSV", error)

    def _names(self, file: File) -> list[str]:
        with self._opened(file) as handle:
            return list(self._reader(handle, {}, None).schema.names)

    def _typed(self, rows: pa.Table, file: File, before: int) -> pa.Table:
        for number, name in enumerate(rows.column_names):
            column = rows.column(number)
            if name in self.form.times:
                where = f"file {file.path} of source {self._place.source}"
                rows = rows.set_column(number, name, instants_of(column, name, where, before))
            elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                is_empty = pc.equal(column, "")
                if pc.any(is_empty).as_py():
                    rows = rows.set_column(number, name, pc.if_else(is_empty, None, column))
        return rows

    def _texts(self) -> dict[str, pa.DataType]:
        return dict.fromkeys(self.form.times, pa.string())

    def _given(self) -> dict[str, pa.DataType]:
        return {**{column: _kind(column, name) for column, name in self.form.types.items()}, **self._texts()}


def _kinds(schema: pa.Schema, names: Sequence[str], times: Sequence[str]) -> dict[str, pa.DataType]:
    return {name: schema.field(name).type for name in names if name not in times}


def _kind(column: str, name: str) -> pa.DataType:
    instant = _INSTANT.fullmatch(str(name))
    try:
        return pa.timestamp(*instant.groups()) if instant else pa.type_for_alias(name)
    except (ValueError, TypeError, AttributeError) as error:
        close = difflib.get_close_matches(str(name), _TYPES, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        msg = f"source.types[{column!r}] must be an Arrow type such as {', '.join(_TYPES)} or timestamp[us, UTC]. "
        msg += f"Got {name!r} instead.{hint}"
        raise InputError(msg) from error
