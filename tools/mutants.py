"""Change the core's decisions one by one, and see which changes no test notices: `python -m tools.mutants [MODULE]...`.

A module is named as below `core`: `promotion`. mutmut runs its own unit tests, in a copy in `.mutants`; it leaves out
what is decorated, so properties are made below their methods there. A survivor is argued for in `docs/mutation.md`, by
the line that it changes to, or takes away; any other fails the run.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.environment import REPOSITORY

CORE = REPOSITORY / "plugins" / "headgate" / "core"
HOME = REPOSITORY / ".mutants"
NOTE = REPOSITORY / "docs" / "mutation.md"
COPIED = ("tests", "tools", "include", "dags", "plugins", "pyproject.toml")
DECISIONS = (
    "mode",
    "multiplicity",
    "promotion",
    "approval",
    "approval_replies",
    "policy",
    "asking",
    "correction",
    "combining",
    "settling",
    "verdict",
    "paired",
    "slices",
)
BESIDES = {"gate_fairness": ("test_gaps",)}
"""Tests of another module that decide on this one's lines, too."""

LIVING = ("survived", "no tests", "suspicious", "not checked")


def main(chosen: list[str]) -> int:
    """Run the chosen modules, all decisions by default; return 1 when a survivor isn't argued for."""
    modules = chosen or [*DECISIONS, "every_slice", *sorted(path.stem for path in CORE.glob("gate*.py"))]
    unargued = [survivor for module in modules for survivor in survivors_of(module)]
    print("\n".join(unargued) or "Each survivor is argued for.")
    return 1 if unargued else 0


def survivors_of(module: str) -> list[str]:
    """Mutate one module; return the diffs of survivors that the note doesn't argue for."""
    home = HOME / module
    _prepare(home, module)
    _mutmut(home, "run", "--max-children", "1", echo=True)
    living = [line.split(":") for line in _mutmut(home, "results").splitlines() if ": " in line]
    names = [name.strip() for name, status in living if status.strip() in LIVING]
    note = {line.strip() for line in NOTE.read_text().splitlines()}
    diffs = [_mutmut(home, "show", name) for name in names]
    unargued = [diff for diff in diffs if not all(line in note for line in _changed(diff))]
    print(f"{module}: {len(names)} survivors, {len(unargued)} of them not argued for", flush=True)
    return unargued


def tests_of(module: str) -> list[str]:
    """Return a module's own unit tests; without any, those that import it, best without those of others."""
    tests = sorted(REPOSITORY.joinpath("tests", "unit").glob("test_*.py"))
    own = [path for path in tests if _module_of(path) == module or path.stem in BESIDES.get(module, ())]
    users = [path.stem for path in CORE.glob("*.py") if _imports(path, module)]
    importing = [path for path in tests if _imports(path, module)]
    found = own or [path for path in importing if not _module_of(path)] or importing
    found = found or [path for path in tests if any(_imports(path, user) for user in users)]
    return [str(path.relative_to(REPOSITORY)) for path in found]


def undecorated(source: str) -> str:
    """Return a module whose properties are made below their methods instead of above them."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for node in sorted(functions, key=lambda node: -node.lineno):
        if [ast.unparse(each) for each in node.decorator_list] == ["property"]:
            lines.insert(node.end_lineno or node.lineno, f"{' ' * node.col_offset}{node.name} = property({node.name})")
            del lines[node.lineno - 2]
    return "\n".join(lines) + "\n"


def _module_of(test: Path) -> str:
    name = test.stem.removeprefix("test_")
    modules = [path.stem for path in CORE.rglob("*.py")]
    return max((module for module in modules if f"{name}_".startswith(f"{module}_")), key=len, default="")


def _imports(path: Path, module: str) -> bool:
    return f"from headgate.core.{module} import" in path.read_text()


def _prepare(home: Path, module: str) -> None:
    shutil.rmtree(home, ignore_errors=True)
    (home / "mutants").mkdir(parents=True)  # Python looks once whether what PYTHONPATH names is there
    for name in COPIED:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, home / name)
    shutil.copytree(REPOSITORY / "plugins" / "headgate", home / "headgate")
    mutated = home / "headgate" / "core" / f"{module}.py"
    mutated.write_text(undecorated(mutated.read_text()))
    settings = {
        "source_paths": ["headgate"],
        "only_mutate": [f"headgate/core/{module}.py"],
        "pytest_add_cli_args_test_selection": tests_of(module),
        "also_copy": [name for name in COPIED if name not in {"tests", "pyproject.toml"}],
    }
    lines = [f"{key} =\n" + "\n".join(f"    {value}" for value in values) for key, values in settings.items()]
    home.joinpath("setup.cfg").write_text("[mutmut]\n" + "\n".join(lines) + "\n")


def _mutmut(home: Path, *arguments: str, echo: bool = False) -> str:
    # Hypothesis draws the same examples for each mutant.
    environment = {**os.environ, "CI": "true", "PYTHONPATH": str(home / "mutants")}
    program = Path(sys.executable).with_name("mutmut")
    done = subprocess.run(
        [program, *arguments],
        cwd=home,
        env=environment,
        text=True,
        check=False,
        stdout=None if echo else subprocess.PIPE,
    )
    return done.stdout or ""


def _changed(diff: str) -> list[str]:
    lines = [line for line in diff.splitlines() if not line.startswith(("+++", "---"))]
    added, removed = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "+-")
    return added or removed


if __name__ == "__main__":
    os.nice(19)
    sys.exit(main(sys.argv[1:]))
