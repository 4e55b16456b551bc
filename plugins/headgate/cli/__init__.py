"""The `headgate` command.

`validate` is made to be run by people and hooks on small files: 100 rows in a tenth of a second. Importing Typer alone
takes a third of that, so `validate` reads its options with the standard library, and Typer has the rest.
"""

from __future__ import annotations

import sys


def app() -> None:
    """Run the command that the process was started with, and exit with its code."""
    if sys.argv[1:2] == ["validate"]:
        from headgate.cli.validate import validate

        sys.exit(validate(sys.argv[2:]))
    from headgate.cli.commands import app as commands

    commands()
