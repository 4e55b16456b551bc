"""The artifact store behind an MLflow server, as an fsspec filesystem: a place that every worker reaches."""

from __future__ import annotations

import http
import posixpath
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx
from fsspec import AbstractFileSystem
from fsspec.spec import AbstractBufferedFile

from headgate.errors import InputError

_ROUTE = "/api/2.0/mlflow-artifacts/artifacts"
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_AGAIN = frozenset({http.HTTPStatus.REQUEST_TIMEOUT, http.HTTPStatus.TOO_MANY_REQUESTS})


class MlflowArtifactsFileSystem(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """Files below the server's artifact root, by paths such as `3/headgate/parts/ab/abcd.parquet`.

    The first part of a path is an experiment's id: MLflow's login asks for permissions on that experiment. Folders come
    and go with their files. What is written is whole or not there, as far as the server's own store does that: a local
    disk may hold the beginning of a file after a crash of the server, S3 never does.

    Args:
        url: The server's address.
        username: The login, if the server asks for one.
        password: The login's password.
    """

    protocol = "mlflow-artifacts"
    cachable = False

    def __init__(self, url: str, username: str | None = None, password: str | None = None) -> None:
        super().__init__()
        auth = (username, password or "") if username else None
        self._client = httpx.Client(base_url=url.rstrip("/"), auth=auth, timeout=_TIMEOUT)
        weakref.finalize(self, self._client.close)

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:  # noqa: FBT001, FBT002, ANN401 - fsspec's
        """Return what is in a folder, or the file itself.

        Raises:
            FileNotFoundError: There is neither.
        """
        folder = self._strip_protocol(path)
        found = self._entries(folder)
        if not found:
            found = [entry for entry in self._entries(posixpath.dirname(folder)) if entry["name"] == folder]
        if not found:
            raise FileNotFoundError(path)
        return found if detail else [entry["name"] for entry in found]

    def find(self, path: str, detail: bool = False, **_: Any) -> Any:  # noqa: FBT001, FBT002, ANN401 - fsspec's
        """Return every file below a folder, by its path; fsspec's own way takes an outage for an empty folder."""
        found: dict[str, dict[str, Any]] = {}
        folders = [self._strip_protocol(path)]
        while folders:
            for entry in self._entries(folders.pop()):
                if entry["type"] == "directory":
                    folders.append(entry["name"])
                else:
                    found[entry["name"]] = entry
        return found if detail else sorted(found)

    def modified(self, path: str) -> datetime:
        """Return when a file was written, in UTC; behind a server that keeps its files elsewhere: now.

        Raises:
            FileNotFoundError: There is none.
        """
        reply = self._asked("HEAD", path)
        return parsedate_to_datetime(reply.headers["Last-Modified"]).astimezone(UTC)

    def info(self, path: str, **_: Any) -> dict[str, Any]:  # noqa: ANN401 - fsspec's signature
        """Return name, size in bytes and type of a file or folder.

        Raises:
            FileNotFoundError: There is neither.
        """
        name = self._strip_protocol(path)
        for entry in self._entries(posixpath.dirname(name)):
            if entry["name"] == name:
                return entry
        raise FileNotFoundError(path)

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: Any) -> bytes:  # noqa: ANN401 - as above
        """Return a file, or its bytes from `start` to `end`, exclusive.

        Raises:
            FileNotFoundError: There is none.
        """
        headers = (
            {} if start is None and end is None else {"Range": f"bytes={start or 0}-{'' if end is None else end - 1}"}
        )
        reply = self._asked("GET", path, headers)
        if headers and reply.status_code != http.HTTPStatus.PARTIAL_CONTENT:  # its store gives whole files only
            return reply.content[start:end]
        return reply.content

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:  # noqa: ANN401, ARG002 - as above
        """Write a file whole; one that is there is replaced."""
        with _translated(path):
            reply = self._client.put(self._address(path), content=value)
        _require(reply, path)

    def rm_file(self, path: str) -> None:
        """Delete a file.

        Raises:
            FileNotFoundError: There is none.
        """
        self.info(path)
        with _translated(path):
            reply = self._client.delete(self._address(path))
        _require(reply, path)

    def experiment_of(self, name: str) -> str:
        """Return the id of an experiment, which is made if it isn't there.

        Raises:
            PermissionError: The login may not make it.
        """
        for _ in range(2):
            with _translated(name):
                found = self._client.get("/api/2.0/mlflow/experiments/get-by-name", params={"experiment_name": name})
            if found.is_success:
                return str(found.json()["experiment"]["experiment_id"])
            if found.status_code != http.HTTPStatus.NOT_FOUND:
                _require(found, name)
            with _translated(name):
                made = self._client.post("/api/2.0/mlflow/experiments/create", json={"name": name})
            if made.is_success:
                return str(made.json()["experiment_id"])
            if made.json().get("error_code") != "RESOURCE_ALREADY_EXISTS":
                _require(made, name)
        msg = f"MLflow's experiment {name} must be live. Got a deleted one instead: restore it."
        raise InputError(msg)

    def _open(self, path: str, mode: str = "rb", **_: Any) -> _RemoteFile:  # noqa: ANN401 - fsspec's signature
        if mode != "rb":
            msg = f"mode of {path} must be rb. Got {mode} instead: files are written whole."
            raise NotImplementedError(msg)
        return _RemoteFile(self, path, mode, size=self.info(path)["size"])

    def _entries(self, folder: str) -> list[dict[str, Any]]:
        with _translated(folder):
            reply = self._client.get(_ROUTE, params={"path": folder} if folder else {})
        if reply.status_code == http.HTTPStatus.NOT_FOUND:
            return []
        _require(reply, folder)
        return [
            {
                "name": posixpath.join(folder, entry["path"]),
                "size": int(entry.get("file_size") or 0),
                "type": "directory" if entry.get("is_dir") else "file",
            }
            for entry in reply.json().get("files", ())
        ]

    def _asked(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Return the server's answer for a file.

        Before an object store, MLflow says 500 for one that isn't there. So the folder is looked at, and for a file
        that is there, since somebody may just have written it, the server is asked once more.
        """
        with _translated(path):
            reply = self._client.request(method, self._address(path), headers=headers)
        if reply.status_code == http.HTTPStatus.INTERNAL_SERVER_ERROR:
            self.info(path)
            with _translated(path):
                reply = self._client.request(method, self._address(path), headers=headers)
        _require(reply, path)
        return reply

    def _address(self, path: str) -> str:
        return f"{_ROUTE}/{quote(self._strip_protocol(path))}"


class _RemoteFile(AbstractBufferedFile):  # type: ignore[misc]  # fsspec has no types
    """A file that is read piece by piece."""

    def _fetch_range(self, start: int, end: int) -> bytes:
        data: bytes = self.fs.cat_file(self.path, start, end)
        return data


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except httpx.TransportError as error:
        msg = f"MLflow's artifacts can't be reached at {path}: {type(error).__name__}: {error}"
        raise ConnectionError(msg) from error


def _require(reply: httpx.Response, path: str) -> None:
    """Raise unless the server did what it was asked."""
    if reply.is_success:
        return
    status = reply.status_code
    said = f"MLflow answers {status} for {path}: {' '.join(reply.text.split())[:200]}"
    if status == http.HTTPStatus.NOT_FOUND:
        raise FileNotFoundError(path)
    if status in {http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN}:
        raise PermissionError(said)
    if status in _AGAIN or reply.is_server_error:
        raise ConnectionError(said)
    raise OSError(said)
