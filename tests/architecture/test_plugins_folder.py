"""Airflow imports every file below plugins/ under its bare name, unless it is told not to."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

PLUGINS = Path(__file__).parents[2] / "plugins"

PLUGIN_FILE = "import runpy\nnames = runpy.run_path('headgate_plugin.py')\nprint('HeadgatePlugin' in names)"
WITHOUT_ENTRY_POINTS = "import importlib.metadata as metadata\nmetadata.entry_points = lambda **_: ()\n"


def test_the_package_is_hidden_from_airflow_by_one_line() -> None:
    assert PLUGINS.joinpath(".airflowignore").read_text() == "headgate/\n"


def test_airflow_finds_the_plugin_file_alone() -> None:
    from airflow._shared.module_loading.file_discovery import find_path_from_directory

    for syntax in ("glob", "regexp"):
        found = [Path(path) for path in find_path_from_directory(PLUGINS, ".airflowignore", syntax)]
        assert [path.name for path in found if path.suffix == ".py"] == ["headgate_plugin.py"]


def test_what_airflow_imports_bears_no_name_of_another_module() -> None:
    taken = {*sys.stdlib_module_names, *packages_distributions()}
    names = {path.stem for path in PLUGINS.glob("*.py")}
    assert names
    assert not names & taken


def test_no_module_of_the_package_bears_the_name_of_an_installed_library_that_it_wraps() -> None:
    """`adapters/mlflow.py` would replace `mlflow` wherever the ignore file is lost."""
    names = {path.stem for path in PLUGINS.glob("headgate/adapters/*.py")} - {"__init__"}
    assert not names & {*sys.stdlib_module_names, *packages_distributions()}


def test_an_installed_plugin_is_registered_by_its_entry_point_alone() -> None:
    assert run(PLUGIN_FILE) == "False"


def test_a_mounted_plugin_is_registered_by_the_file() -> None:
    assert run(WITHOUT_ENTRY_POINTS + PLUGIN_FILE) == "True"


def test_no_folder_is_named_airflow() -> None:
    root = PLUGINS.parent
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True)  # noqa: S607 - the developer's own git
    assert not re.search(r"(^|/)airflow/", tracked.stdout, re.MULTILINE)


def run(code: str) -> str:
    """Run code in a fresh process in plugins/ and return the last line that it prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=PLUGINS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]
