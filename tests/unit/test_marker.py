"""A file is there, or it isn't, or nobody can tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fsspec
import pytest
from botocore.exceptions import NoCredentialsError  # type: ignore[import-untyped]

from headgate.adapters.fsspec_marker import is_there
from headgate.errors import StoreError, TransientError

FILES = fsspec.filesystem("file")


class Failing:
    """A filesystem that only fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def invalidate_cache(self) -> None:
        """Remember nothing."""

    def info(self, path: str) -> Any:
        raise self._error


class EndpointError(Exception):
    """What a store's library raises when nobody answers: no OSError."""


def test_a_file_or_a_folder_is_there_from_the_moment_it_is_made(tmp_path: Path) -> None:
    assert not is_there(FILES, str(tmp_path / "_SUCCESS"), url="x")
    (tmp_path / "_SUCCESS").touch()
    assert is_there(FILES, str(tmp_path / "_SUCCESS"), url="x")
    assert is_there(FILES, str(tmp_path), url="x")


@pytest.mark.parametrize("error", [OSError("no route"), TimeoutError("slow"), EndpointError("nobody answers")])
def test_a_store_that_does_not_answer_may_be_asked_again(error: Exception) -> None:
    with pytest.raises(TransientError, match=f"marker s3://done can't be looked for: {type(error).__name__}: {error}"):
        is_there(Failing(error), "/done", url="s3://done")


def test_a_store_that_refuses_is_final() -> None:
    with pytest.raises(StoreError, match="PermissionError: no"):
        is_there(Failing(PermissionError("no")), "/done", url="s3://done")


def test_a_store_without_a_login_is_final() -> None:
    """It would be asked for seven days."""
    with pytest.raises(StoreError, match="Unable to locate credentials"):
        is_there(Failing(NoCredentialsError()), "/done", url="s3://done")


def test_a_mistake_of_ours_is_not_taken_for_an_outage() -> None:
    with pytest.raises(TypeError):
        is_there(Failing(TypeError("ours")), "/done", url="s3://done")
