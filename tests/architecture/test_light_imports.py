"""What Airflow imports at every Dag parse stays light, and what decides stays pure."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "plugins" / "headgate"
HEAVY = (
    "deltalake",
    "duckdb",
    "great_expectations",
    "mlflow",
    "numpy",
    "pandas",
    "pandera",
    "plotly",
    "polars",
    "pyarrow",
    "scipy",
    "skops",
    "sklearn",
    "statsmodels",
)
NUMERIC = PACKAGE / "core" / "numeric"
"""Where the core may import NumPy and SciPy."""


def heavy_after(code: str) -> list[str]:
    """Run code in a fresh process and return the heavy libraries that it left imported."""
    report = f"{code}\nimport sys\nprint('heavy:', *[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()[1:]


@pytest.mark.parametrize("module", ["headgate", "headgate.plugin", "headgate.provider_info", "headgate.dag"])
def test_importing_what_airflow_imports_brings_no_heavy_library(module: str) -> None:
    assert heavy_after(f"import {module}") == []


def test_asking_for_every_public_name_brings_no_heavy_library() -> None:
    assert heavy_after("import headgate\nfor name in headgate.__all__: getattr(headgate, name)") == []


@pytest.mark.parametrize("dag", sorted(ROOT.glob("dags/*.py")), ids=lambda dag: dag.name)
def test_parsing_a_dag_file_brings_no_heavy_library(dag: Path) -> None:
    assert heavy_after(f"import sys, runpy\nsys.path.insert(0, '.')\nrunpy.run_path({str(dag)!r})") == []


def test_the_guard_sees_a_heavy_library() -> None:
    assert heavy_after("import numpy") == ["numpy"]


@pytest.mark.parametrize(
    "module", sorted(PACKAGE.glob("core/**/*.py")), ids=lambda path: str(path.relative_to(PACKAGE / "core"))
)
def test_the_core_imports_the_standard_library_only(module: Path) -> None:
    allowed = {*sys.stdlib_module_names, "headgate", *(("numpy", "scipy") if NUMERIC in module.parents else ())}
    assert imports_of(module) <= allowed


def imports_of(path: Path) -> set[str]:
    """Return the top-level packages that a file imports anywhere, but for type checkers."""
    names: set[str] = set()
    tree = ast.parse(path.read_text())
    for_types = [
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    ]
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names
