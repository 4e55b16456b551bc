"""`headgate validate`."""

from __future__ import annotations

from collections.abc import Sequence


def validate(arguments: Sequence[str]) -> int:
    """Run the command with these arguments; return its exit code."""
    raise NotImplementedError(arguments)
