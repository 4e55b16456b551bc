"""The locks hold for any registry: exact versions, hashes, no host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_host(lock: Path) -> None:
    assert not re.search(r"://|index-url|find-links|trusted-host", lock.read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_each_package_is_pinned_and_hashed(lock: Path) -> None:
    packages = re.split(r"^(?=[a-z0-9])", lock.read_text(), flags=re.MULTILINE)[1:]
    assert packages
    assert all("==" in package.splitlines()[0] and "--hash=sha256:" in package for package in packages)


def test_there_is_a_lock_for_running_for_developing_and_for_the_installer() -> None:
    assert [lock.name for lock in LOCKS] == ["requirements-dev.lock", "requirements-uv.lock", "requirements.lock"]
