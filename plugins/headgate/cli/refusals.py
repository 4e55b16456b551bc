"""Errors that were raised on purpose, as a command tells them: a red sentence and the exit code 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from headgate.errors import HeadgateError

REFUSED = 2
"""Exit code of bad input, and of what could not be evaluated."""


@contextmanager
def told() -> Iterator[None]:
    """Tell a `HeadgateError` that is raised inside on stderr, and exit."""
    try:
        yield
    except HeadgateError as error:
        sys.stderr.write(f"{coloured(str(error), 31, sys.stderr.isatty())}\n")
        raise SystemExit(REFUSED) from error


def coloured(text: str, colour: int, is_terminal: bool) -> str:  # noqa: FBT001
    """Return text in an ANSI colour where a person reads it, and didn't ask for none (https://no-color.org)."""
    return f"\x1b[{colour}m{text}\x1b[0m" if is_terminal and not os.environ.get("NO_COLOR") else text
