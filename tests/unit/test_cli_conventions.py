"""What holds for every command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from headgate.cli.commands import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text()
NO_ANSWER = {"serve"}
"""It goes on until it is stopped."""

OWN_JSON = {"suite infer", "validate"}
"""The first writes a suite, which is JSON; the second reads its options itself, --json among them."""


def commands(group: Any = None, before: str = "") -> dict[str, Any]:
    """Return every command by its words."""
    group = group or typer.main.get_command(app)
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        is_group = hasattr(command, "commands")
        found |= commands(command, f"{before}{name} ") if is_group else {f"{before}{name}": command}
    return found


def options(command: Any) -> dict[str, Any]:
    return {word: param for param in command.params for word in param.opts}


@pytest.mark.parametrize("name", sorted(set(commands()) - NO_ANSWER - OWN_JSON))
def test_every_command_that_answers_can_write_json(name: str) -> None:
    assert "--json" in options(commands()[name])


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_is_in_the_documentation(name: str) -> None:
    assert f"| `headgate {name}" in PAGE


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_says_what_it_does_and_each_option_too(name: str) -> None:
    command = commands()[name]
    assert command.help
    assert [word for word, param in options(command).items() if word.startswith("--") and not param.help] == []


@pytest.mark.parametrize("name", sorted(name for name in commands() if "--mlflow" in options(commands()[name])))
def test_the_address_of_mlflow_has_one_variable(name: str) -> None:
    assert options(commands()[name])["--mlflow"].envvar == "MLFLOW_TRACKING_URI"


def test_help_says_the_exit_codes() -> None:
    text = CliRunner().invoke(app, ["--help"]).stdout
    assert [
        line.split()[0] for line in text.splitlines() if line.startswith("    ") and line.split()[0].isdecimal()
    ] == [*("0", "1", "2")]


@pytest.mark.parametrize(("words", "expected"), [("headgate st", "status"), ("headgate snapshot v", "verify")])
def test_a_shell_completes_commands(words: str, expected: str) -> None:
    wanted = {"_HEADGATE_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    program = Path(sys.executable).with_name("headgate")
    done = subprocess.run([program], env={**os.environ, **wanted}, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [expected]
