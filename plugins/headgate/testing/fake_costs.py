"""A meter of costs that starts no process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from headgate.core.evaluation import Fact
from headgate.core.evidence import facts_of
from headgate.core.needs import Costs
from headgate.ports import Rows


class FakeCostMeter:
    """Tells the costs that it was given; it passes `CostMeterConformance`.

    Args:
        costs: By fact, such as `latency_row_p99`, of whatever model; 1 where nothing is given. A model's size is that
            of its folder.

    Attributes:
        asked: What it was asked: the need, the folders' names, and how many rows.
    """

    def __init__(self, costs: Mapping[str, float] | None = None) -> None:
        self.asked: list[tuple[Costs, str, str | None, int]] = []
        self._costs = dict(costs or {})

    def measure(
        self,
        need: Costs,
        candidate: Path,
        baseline: Path | None,
        rows: Rows,
        *,
        trusted: Sequence[str],  # noqa: ARG002 - the port's
    ) -> tuple[Fact, ...]:
        """Return the facts of `Costs`; a folder without an `MLmodel` holds no model."""
        places = [place for place in (candidate, baseline) if place is not None]
        self.asked.append((need, candidate.name, baseline.name if baseline else None, rows.num_rows))
        return tuple(
            Fact(
                name=name,
                unit=unit,
                candidate=self._cost_of(name, candidate),
                baseline=self._cost_of(name, baseline) if baseline else None,
                note="; ".join(f"{place.name} is no model" for place in places if _is_none(place, name)),
            )
            for name, unit in facts_of(need)
        )

    def _cost_of(self, name: str, place: Path) -> float | None:
        if name == "size":
            return float(sum(file.stat().st_size for file in place.rglob("*") if file.is_file()))
        return None if _is_none(place, name) else self._costs.get(name, 1.0)


def _is_none(place: Path, name: str) -> bool:
    return name != "size" and not (place / "MLmodel").exists()
