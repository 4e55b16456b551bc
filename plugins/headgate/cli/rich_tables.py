"""Tables as stdout shows them best: by Rich on a terminal, as aligned text in a pipe or a file."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from typing import Literal

from headgate.cli.tables import aligned, plain

SHORT = 24
"""Columns of shorter values aren't wrapped where a terminal is narrow: the others are."""


def table_text(head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[str] = ()) -> str:
    """Return a table; those columns that `numbers` names are set to the right.

    A terminal's has its width, and colours unless NO_COLOR is set. In a pipe no value is cut or wrapped.
    """
    if not sys.stdout.isatty():
        return aligned(head, rows, numbers=numbers, longest=None)
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for place, title in enumerate(head):
        is_short = max(len(row[place]) for row in [head, *rows]) <= SHORT
        justify: Literal["left", "right"] = "right" if title in numbers else "left"
        table.add_column(title, justify=justify, overflow="fold", no_wrap=is_short)
    for row in rows:
        table.add_row(*(Text(plain(value)) for value in row))
    console = Console()
    with console.capture() as captured:
        console.print(table)
    return captured.get().strip("\n")
