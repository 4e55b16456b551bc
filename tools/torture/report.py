"""Tell a person what a torture did, and what it found."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.table import Table

from tools.torture.checks import ALIAS, DUPLICATE, HALF, LOST

if TYPE_CHECKING:
    from tools.torture.session import Torture


def table(done: Torture) -> Table:
    """Return what was done, and how often."""
    shown = Table(title=f"Seed {done.seed}: {done.runs} dag runs in {done.seconds / 60:.1f} minutes")
    shown.title_justify = "left"
    shown.add_column("what")
    shown.add_column("times", justify="right")
    for what, times in _counts(done):
        shown.add_row(what, f"{times:,}")
    return shown


def summary(done: Torture) -> str:
    """Return each finding in a line, and the counts in the last."""
    kinds = Counter(finding.kind for finding in done.aftermath.findings)
    more = sum(kinds.values()) - sum(kinds[kind] for kind in (DUPLICATE, LOST, HALF, ALIAS))
    said = (
        f"{kinds[DUPLICATE]} duplicates, {kinds[LOST]} lost, {kinds[HALF]} half-written, "
        f"{kinds[ALIAS]} aliases that differ from the log"
    )
    if more:
        said += f", {more} that differ from an undisturbed run"
    found = [f"{finding.kind}: {finding.said}" for finding in done.aftermath.findings]
    again = [f"again: python -m tools.torture --seed {done.seed} --runs {done.runs}"] if found else []
    return "\n".join((*found, *again, said))


def _counts(done: Torture) -> list[tuple[str, int]]:
    seen, driver, storm = done.aftermath.seen, done.driver, done.driver.storm
    looked = done.aftermath.audit["looked_at"]
    return [
        ("as-ofs", done.aftermath.as_ofs),
        *sorted(driver.done.items()),
        ("tries of tasks beyond the first", done.aftermath.tries),
        *((str(blow), times) for blow, times in sorted(storm.dealt.items())),
        *((f"{name} ended by itself", times) for name, times in sorted(storm.ended.items())),
        *((f"reply lost: {what}", times) for what, times in sorted(done.proxy.lost.items())),
        ("MLflow runs, superseded ones too", len(seen.runs)),
        ("logged models that are there", len(seen.models)),
        ("versions", len(seen.versions)),
        ("of these effective", len(seen.champions())),
        ("snapshots", looked["snapshots"] or 0),
    ]
