"""Which files a source is made of, and what can be said of each without opening it."""

from __future__ import annotations

import contextlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from fsspec.implementations.local import LocalFileSystem
from fsspec.utils import glob_translate

from headgate.adapters.pyarrow_files.refusals import asked, changed, vanished
from headgate.errors import InputError

_MAGIC = "*?["
_NULL = "__HIVE_DEFAULT_PARTITION__"
_STAMPS = (
    "ETag",
    "etag",
    "md5Hash",
    "content_md5",
    "crc32c",
    "checksum",
    "mtime",
    "LastModified",
    "last_modified",
    "updated",
    "created",
)
"""What filesystems say of a file's content, the surest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as it was listed.

    Args:
        path: Its path in the filesystem.
        size: In bytes.
        stamp: Changes with the content: an ETag, a checksum, or the time of its last change; `None` where the
            filesystem says none.
        keys: What the folders of the form `key=value` say, in order; `None` for a null.
    """

    path: str
    size: int
    stamp: str | None
    keys: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A file, a folder or a pattern in a filesystem.

    Names that begin with `_` or `.` are left out, as everybody's writers expect.

    Args:
        source: What the source is called in errors: its URL without credentials.
        form: What its files must be: `Parquet` or `CSV`.
        filesystem: An fsspec filesystem, with its credentials.
        path: The path or pattern in it.
    """

    source: str
    form: str
    filesystem: Any
    path: str

    @property
    def is_local(self) -> bool:
        """Whether the operating system opens its files itself."""
        return type(self.filesystem) is LocalFileSystem

    def files(self) -> tuple[File, ...]:
        """Return the files that are there now, sorted by path; at least one.

        Raises:
            InputError: There is none.
            StoreError: The filesystem refuses.
            TransientError: It can't be reached, or a file vanished meanwhile.
        """
        with asked(self.source):
            try:
                found = self._found()
            except FileNotFoundError as error:
                if self.filesystem.exists(self._root):
                    raise vanished(self.source, str(error.filename or error)) from error
                raise InputError(self._nothing("a path where nothing is")) from error
        if not found:
            raise InputError(
                self._nothing("a pattern that no file matches" if self._is_pattern else "a folder without any")
            )
        return tuple(found)

    def open(self, file: File) -> pa.NativeFile | pa.PythonFile:
        """Open a file for reading anywhere in it."""
        if self.is_local:
            return pa.OSFile(file.path)
        return pa.PythonFile(self.filesystem.open(file.path, mode="rb", cache_type="none"), mode="r")

    def require_unchanged(self, file: File) -> None:
        """Require a file to be what it was when it was listed.

        Raises:
            TransientError: It changed or vanished: another try sees what is there then.
        """
        with asked(self.source, file.path):
            self.filesystem.invalidate_cache()
            now = self._file(self.filesystem.info(file.path))
        if (now.size, now.stamp) != (file.size, file.stamp):
            raise changed(self.source, file.path)

    @property
    def _is_pattern(self) -> bool:
        return any(char in self.path for char in _MAGIC)

    @property
    def _root(self) -> str:
        """The folder that keys are looked for below."""
        parts = self.path.split("/")
        plain = next((n for n, part in enumerate(parts) if any(char in part for char in _MAGIC)), len(parts))
        return "/".join(parts[:plain]).rstrip("/")

    def _found(self) -> list[File]:
        self.filesystem.invalidate_cache()
        files = (self._file(info) for info in self._infos() if info["type"] != "directory")
        return sorted((file for file in files if not self._is_hidden(file.path)), key=lambda file: file.path)

    def _infos(self) -> Iterator[Mapping[str, Any]]:
        if not self._is_pattern:
            info = self.filesystem.info(self.path)
            return iter([info]) if info["type"] != "directory" else self._all_below(self.path)
        if not isinstance(self.filesystem, LocalFileSystem):
            return iter(self.filesystem.glob(self.path, detail=True).values())
        depth = None if "**" in self.path else self.path.count("/") - self._root.count("/")
        matches = re.compile(glob_translate(self.path)).match
        return (info for info in _walked(self.filesystem, self._root or "/", depth) if matches(info["name"]))

    def _all_below(self, folder: str) -> Iterator[Mapping[str, Any]]:
        if isinstance(self.filesystem, LocalFileSystem):
            return _once(_walked(self.filesystem, folder, None), folder)
        return iter(self.filesystem.find(folder, detail=True).values())

    def _is_hidden(self, path: str) -> bool:
        return path.endswith("/") or any(part.startswith(("_", ".")) for part in self._below(path).split("/"))

    def _below(self, path: str) -> str:
        root = self._root
        return path.removeprefix(root).lstrip("/") if path != root else ""

    def _file(self, info: Mapping[str, Any]) -> File:
        path = info["name"]
        return File(path=path, size=int(info["size"] or 0), stamp=self._stamp(info), keys=_keys(self._below(path)))

    def _stamp(self, info: Mapping[str, Any]) -> str | None:
        if self.is_local:  # fsspec's float has lost the nanoseconds
            found = Path(info["name"]).stat()
            # A tool that unpacks or copies may give new content the old time; that of the change itself it can't set.
            return f"mtime_ns={found.st_mtime_ns} ctime_ns={found.st_ctime_ns}"
        return next((f"{name}={_plain(info[name])}" for name in _STAMPS if info.get(name)), None)

    def _nothing(self, got: str) -> str:
        return f"source {self.source} must be a {self.form} file or a folder or pattern of them. Got {got} instead."


def _walked(
    filesystem: Any,  # noqa: ANN401 - fsspec has no types
    folder: str,
    depth: int | None,
    above: tuple[Path, ...] = (),
) -> Iterator[Mapping[str, Any]]:
    """Yield the files below a local folder; fsspec's own way passes over folders that it can't read.

    Links are followed, but for one to a folder that it lies in.
    """
    here = Path(folder).resolve()
    for listed in () if here in above else filesystem.ls(folder, detail=True):
        info = filesystem.info(listed["name"]) if listed["islink"] else listed
        if info["type"] != "directory":
            yield info
        elif depth is None or depth > 1:
            yield from _walked(filesystem, info["name"], None if depth is None else depth - 1, (*above, here))


def _once(infos: Iterator[Mapping[str, Any]], folder: str) -> Iterator[Mapping[str, Any]]:
    """Leave out links to what lies in the folder itself: its rows would be there twice."""
    root, real_folder = Path(folder).resolve(), cache(Path.resolve)
    for info in infos:
        path = Path(info["name"])
        real = path.resolve() if info["islink"] else real_folder(path.parent) / path.name
        if real == root / path.relative_to(folder) or not real.is_relative_to(root):
            yield info


def _plain(stamp: object) -> object:
    """Return a time as its number: some filesystems tell it in two ways."""
    with contextlib.suppress(ValueError):
        stamp = datetime.fromisoformat(stamp) if isinstance(stamp, str) else stamp
    return stamp.timestamp() if isinstance(stamp, datetime) else stamp


def place_of(url: str, form: str, filesystem: Any, path: str) -> Place:  # noqa: ANN401 - fsspec has no types
    """Return the place of a source's files.

    Args:
        url: The source's URL, which may hold credentials.
        form: What the files must be.
        filesystem: An fsspec filesystem.
        path: Path or pattern in it; a local one may be relative.
    """
    whole = Path(path).absolute().as_posix() if isinstance(filesystem, LocalFileSystem) else path
    return Place(source=plain_name(url), form=form, filesystem=filesystem, path=whole)


def plain_name(url: str) -> str:
    """Return a URL without credentials.

    >>> plain_name("s3://key:secret@bucket/a@b")
    's3://bucket/a@b'
    """
    return re.sub(r"//[^/@]*@", "//", url)


def _keys(below: str) -> tuple[tuple[str, str | None], ...]:
    folders = posixpath.dirname(below).split("/")
    pairs = [folder.partition("=") for folder in folders if "=" in folder.strip("=")]
    return tuple((unquote(key), None if value == _NULL else unquote(value)) for key, _, value in pairs)
