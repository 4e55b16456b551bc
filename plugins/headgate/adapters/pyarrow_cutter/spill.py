"""Rows that memory doesn't hold: a file without a name, which is gone with the process whatever happens."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa

from headgate.adapters.arrow_buffers import places
from headgate.adapters.pyarrow_cutter.sorting import in_order
from headgate.errors import StoreError

_PIECE_ROWS = 2**14


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Some rows in the file, sorted: where they lie, and their first and last instant."""

    offset: int
    size: int
    first: int
    last: int


class Spill:
    """A temporary file of sorted pieces, each an Arrow stream of its own: batches may differ in their schemas.

    Args:
        folder: Where the file is made; the system's folder for such when `None`.

    Raises:
        StoreError: There is no such folder, or it refuses.
    """

    def __init__(self, folder: str | None) -> None:
        self._folder = folder or tempfile.gettempdir()
        try:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by close
        except OSError as error:
            raise StoreError(self._refusal(error)) from error
        self._pieces: list[_Piece] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give its room back. The second time does nothing."""
        with contextlib.suppress(OSError):  # a full disk, which was told before
            self._file.close()

    def add(self, table: pa.Table, ticks: np.ndarray) -> None:
        """Write rows, sorted by their instants.

        Raises:
            StoreError: There is no room.
        """
        order = in_order(ticks)
        if order is not None:
            table, ticks = table.combine_chunks(), ticks[order]
        for start in range(0, len(ticks), _PIECE_ROWS):
            end = min(start + _PIECE_ROWS, len(ticks))
            rows = table.slice(start, end - start) if order is None else table.take(places(order[start:end]))
            self._write(rows, int(ticks[start]), int(ticks[end - 1]))

    def pieces(self, start: int, end: int) -> Iterator[pa.Table]:
        """Yield the pieces that may hold rows of the half-open interval."""
        for piece in self._pieces:
            if piece.first < end and piece.last >= start:
                yield self._read(piece)

    def _write(self, rows: pa.Table, first: int, last: int) -> None:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            stream.write_table(rows)
        data = sink.getvalue()
        try:
            offset = self._file.tell()
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            raise StoreError(self._refusal(error)) from error
        self._pieces.append(_Piece(offset=offset, size=data.size, first=first, last=last))

    def _read(self, piece: _Piece) -> pa.Table:
        data = os.pread(self._file.fileno(), piece.size, piece.offset)
        return pa.ipc.open_stream(pa.py_buffer(data)).read_all()

    def _refusal(self, error: OSError) -> str:
        return (
            f"temporary folder {self._folder} must have room for the rows that memory doesn't hold. Got "
            f"{type(error).__name__}: {error} instead. Free some space there, or set TMPDIR to a larger folder."
        )
