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


def test_there_is_a_lock_for_running_developing_the_image_and_the_installer() -> None:
    assert [lock.stem for lock in LOCKS] == [
        "requirements-dev",
        "requirements-image",
        "requirements-uv",
        "requirements",
    ]


def test_the_image_has_the_versions_that_are_tested() -> None:
    tested, image = (pins(ROOT / f"requirements{name}.lock") for name in ("", "-image"))
    assert {
        name: (version, image[name]) for name, version in tested.items() if image.get(name, version) != version
    } == {}


def pins(lock: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9][a-z0-9._\[\],-]*)==(\S+)", lock.read_text(), flags=re.MULTILINE):
        found.setdefault(name.partition("[")[0], set()).add(version)
    return found
