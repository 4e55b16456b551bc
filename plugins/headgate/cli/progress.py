"""How far a command is, on stderr: its result alone goes to stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator

from headgate.cli.done import Done, line_of
from headgate.cli.tables import instant, plain


class StepLines:
    """A line for each step that is done, with the seconds since the one before."""

    def __init__(self) -> None:
        self._before = time.monotonic()

    def __call__(self, step: str, said: str) -> None:
        """Tell a step."""
        now = time.monotonic()
        sys.stderr.write(f"{step:<9} {now - self._before:6.1f} s  {plain(said)}\n")
        sys.stderr.flush()
        self._before = now


def shown_while(results: Iterable[Done], total: int) -> Iterator[Done]:
    """Yield each result as it comes, and show how far that is: a bar on a terminal, a line each elsewhere."""
    if sys.stderr.isatty():
        yield from _with_bar(results, total)
        return
    for number, done in enumerate(results, start=1):
        sys.stderr.write(f"{number}/{total}  {plain(line_of(done))}\n")
        sys.stderr.flush()
        yield done


def _with_bar(results: Iterable[Done], total: int) -> Iterator[Done]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=total)
        for done in results:
            failed = f", {instant(done.as_of)} failed" if done.problem else ""
            bar.update(task, advance=1, description=f"last: {instant(done.as_of)}{failed}")
            yield done
