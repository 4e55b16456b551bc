"""`make torture`: real servers, runs that are disturbed at random, and then everything is counted.

    python -m tools.torture [--runs 60] [--seed N] [--minutes 60] [--home FOLDER]

Prints what it did, with its seed, and what it found; ends with 1 if that is anything.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import httpx
from rich.console import Console

from tools.airflow_api import AirflowApiError
from tools.processes import ProcessFailedError
from tools.torture.driver import NeverEndsError
from tools.torture.report import summary, table
from tools.torture.session import torture


def main(arguments: list[str]) -> int:
    """Torture as asked; return 0 only if nothing was found."""
    asked = _parse(arguments)
    console = Console(highlight=False)
    signal.signal(signal.SIGTERM, _interrupt)
    console.print(f"seed {asked.seed}, {asked.runs} runs")
    try:
        with _home(asked.home) as home, _progress(console) as tell:
            done = torture(runs=asked.runs, seed=asked.seed, seconds=60.0 * asked.minutes, home=home, tell=tell)
    except KeyboardInterrupt:
        return 130
    except (AirflowApiError, NeverEndsError, ProcessFailedError, httpx.HTTPError) as error:
        console.print(f"[red]seed {asked.seed} did not come to an end:[/] {error}")
        return 1
    console.print(table(done))
    console.print(summary(done), soft_wrap=True)
    return 1 if done.aftermath.findings else 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.torture", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=60, help="how many dag runs, at least (60)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="a number (any)")
    parser.add_argument("--minutes", type=float, default=60.0, help="when to stop disturbing at the latest (60)")
    parser.add_argument("--home", type=Path, help="an empty folder, which is kept; a temporary one by default")
    return parser.parse_args(arguments)


@contextmanager
def _home(chosen: Path | None) -> Iterator[Path]:
    if chosen is not None:
        yield chosen
        return
    with tempfile.TemporaryDirectory(prefix="headgate-torture-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str], None]]:
    """Yield what shows progress: one line in a terminal, nothing elsewhere."""
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("...") as status:
        yield status.update


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
