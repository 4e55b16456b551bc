"""What is installed: the wheel's content, and what Airflow is told about it."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import airflow
import jsonschema
import pytest

from headgate.provider_info import get_provider_info

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        yield archive


def test_the_wheel_holds_the_whole_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    package = ROOT / "plugins" / "headgate"
    files = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    expected = {str(Path("headgate") / path.relative_to(package)) for path in files}
    found = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert "headgate/py.typed" in found
    assert found == expected


def test_the_wheel_brings_licence_and_entry_points(wheel: zipfile.ZipFile) -> None:
    info = {name.split(".dist-info/")[1]: name for name in wheel.namelist() if ".dist-info/" in name}
    assert "licenses/LICENSE" in info
    points = wheel.read(info["entry_points.txt"]).decode()
    for line in (
        "headgate = headgate.cli:app",
        "provider_info = headgate.provider_info:get_provider_info",
        "headgate = headgate.plugin:HeadgatePlugin",
    ):
        assert line in points


def test_the_provider_info_is_what_airflow_expects() -> None:
    schema = json.loads(Path(airflow.__file__).with_name("provider_info.schema.json").read_text())
    jsonschema.validate(get_provider_info(), schema)


def test_everything_that_the_provider_info_names_can_be_imported() -> None:
    info: dict[str, Any] = get_provider_info()
    paths = [kind["hook-class-name"] for kind in info["connection-types"]] + info["extra-links"]
    for path in paths:
        module, name = path.rsplit(".", 1)
        assert getattr(importlib.import_module(module), name)
