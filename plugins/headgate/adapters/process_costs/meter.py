"""The parent's side: start the child, wait for it, and read what it found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.adapters.process_costs.letters import Asked, Found, read_found, rows_file, write_asked
from headgate.core.evaluation import Fact
from headgate.core.evidence import facts_of
from headgate.core.needs import Costs
from headgate.ports import Rows

_ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "BLIS")
}
CHILD = "headgate.hooks.measuring"
"""It knows which loader is this deployment's, which adapters don't."""

_SAID = 200
"""Most characters of what the child's last words are quoted by."""


class ProcessCostMeter:
    """`CostMeter` in a fresh interpreter with one thread.

    Args:
        seconds: For latency, of both models together.
        timeout: When the child is ended, in seconds; what it has found by then counts.
        module: What the child runs as `python -m`; it gets a folder, and calls `measure_here` with it.
    """

    def __init__(self, *, seconds: float = 3.0, timeout: float = 120.0, module: str = CHILD) -> None:
        self._module = module
        self._seconds = seconds
        self._timeout = timeout

    def measure(
        self, need: Costs, candidate: Path, baseline: Path | None, rows: Rows, *, trusted: Sequence[str]
    ) -> tuple[Fact, ...]:
        """Return the facts of `Costs`, of both models in one measurement."""
        folders = {"candidate": candidate, **({"baseline": baseline} if baseline else {})}
        asked = Asked(
            folders={who: str(place) for who, place in folders.items()},
            batch=need.batch,
            trusted=tuple(trusted),
            seconds=self._seconds,
            timeout=self._timeout,
        )
        with tempfile.TemporaryDirectory(prefix="headgate-") as name:
            folder = Path(name)
            write_asked(folder, asked)
            pq.write_table(cast("pa.Table", rows), rows_file(folder))
            end = self._run(folder)
            found = [*read_found(folder), *_sizes(folders)]
        return tuple(_fact(fact, unit, found, folders, end) for fact, unit in facts_of(need))

    def _run(self, folder: Path) -> str:
        """Run the child, and return why there may be numbers that it didn't find."""
        errors = folder / "errors.txt"
        with errors.open("wb") as stderr:
            child = subprocess.Popen(  # noqa: S603 - it starts this program's own interpreter
                [sys.executable, "-P", "-m", self._module, str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env=_environment(os.environ),
                start_new_session=True,
            )
            try:
                code = child.wait(self._timeout)
            except subprocess.TimeoutExpired:
                return f"it wasn't measured within {self._timeout:g} s"
            finally:
                _end(child)
        last = errors.read_text(errors="replace").strip().rpartition("\n")[2]
        return f"the process that measures ended with code {code}: {last[-_SAID:] or 'it said nothing'}"


def _environment(around: Mapping[str, str]) -> dict[str, str]:
    """Return the child's environment: one thread, and what can be imported is what can be imported here."""
    return {**around, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and its copies."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _sizes(folders: Mapping[str, Path]) -> list[Found]:
    return [
        Found(
            who=who, fact="size", value=float(sum(file.stat().st_size for file in place.rglob("*") if file.is_file()))
        )
        for who, place in folders.items()
    ]


def _fact(name: str, unit: str, found: Iterable[Found], folders: Iterable[str], end: str) -> Fact:
    """Return a fact of all that was found: values, and what was said of them."""
    values: dict[str, float | None] = {}
    said: dict[str, str] = {}
    for who in folders:
        told = [one for one in found if one.who == who and one.fact in {name, ""}]
        last = told[-1] if told else Found(who=who, fact=name, said=end)
        values[who], said[who] = last.value, last.said
    return Fact(name=name, unit=unit, candidate=values["candidate"], baseline=values.get("baseline"), note=_note(said))


def _note(said: Mapping[str, str]) -> str:
    """Return what is said of both; once where it is the same."""
    if len(set(said.values())) == 1:
        return said["candidate"]
    return "; ".join(f"{who}: {words}" for who, words in said.items() if words)
