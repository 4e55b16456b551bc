"""Files stay small, and names keep to HOUSE.md's list of words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "plugins" / "headgate"
FOLDERS = ("plugins", "dags", "include", "tools", "tests")
FILES = [path for folder in FOLDERS for path in sorted(ROOT.joinpath(folder).rglob("*.py"))]
MOST_LINES = 300
BANNED_FILES = {"utils", "util", "common", "helpers", "base", "misc", "types"}
BANNED_WORDS = {
    "challenger": "it is the candidate until it gets traffic",
    "lag": "say label_delay",
    "run_id": "say mlflow_run_id or dag_run_id",
    "segment": "say slice",
    "stage": "MLflow has aliases",
    "target": "say label or serving_target",
    "threshold": "say floor or ceiling, margin or tolerance",
    "validation_set": "say holdout",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_small_enough_to_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


def test_no_file_is_named_for_being_a_drawer() -> None:
    assert {path.stem for path in FILES} & BANNED_FILES == set()


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_names_keep_to_the_list_of_words(path: Path) -> None:
    wrong = [f"line {line}: {name} ({BANNED_WORDS[name]})" for line, name in names_of(path) if name in BANNED_WORDS]
    assert wrong == []


def test_the_list_of_words_is_held(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("def fit(run_id, *, stage=None): target = run_id\n")
    assert {name for _, name in names_of(module)} == {"fit", "run_id", "stage", "target"}


def test_words_of_another_library_are_its_own(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("mlflow_run = client.create_model_version(run_id=found.info.run_id).run_id\n")
    assert {name for _, name in names_of(module)} == {"mlflow_run"}


def names_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and name of what a file itself defines; attributes and keywords of others' calls are theirs."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
