"""What every `CostMeter` must do, as tests that anybody's adapter can run."""

# ruff: noqa: D102, S101 - a suite that pytest runs

from __future__ import annotations

from pathlib import Path

from headgate.core.evidence import facts_of
from headgate.core.needs import Costs
from headgate.ports import CostMeter, Rows


class CostMeterConformance:
    """Subclass it, and define the fixtures `meter`, `model` (a saved model's folder) and `rows` (with its features)."""

    def test_each_fact_is_there_of_both_models(self, meter: CostMeter, model: Path, rows: Rows) -> None:
        facts = meter.measure(Costs(batch=10), model, model, rows, trusted=())
        assert tuple((fact.name, fact.unit) for fact in facts) == facts_of(Costs())
        assert [
            fact.name for fact in facts if not _is_measured(fact.candidate) or not _is_measured(fact.baseline)
        ] == []
        size = next(fact for fact in facts if fact.name == "size")
        assert size.candidate == size.baseline == sum(file.stat().st_size for file in model.rglob("*"))

    def test_without_a_baseline_nothing_is_told_of_one(self, meter: CostMeter, model: Path, rows: Rows) -> None:
        facts = meter.measure(Costs(batch=10), model, None, rows, trusted=())
        assert all(_is_measured(fact.candidate) and fact.baseline is None for fact in facts)

    def test_what_is_no_model_costs_nothing_that_is_known_and_harms_no_other(
        self, meter: CostMeter, model: Path, rows: Rows, tmp_path: Path
    ) -> None:
        """Its size is known all the same."""
        empty = tmp_path / "empty"
        empty.mkdir()
        facts = {fact.name: fact for fact in meter.measure(Costs(batch=10), empty, model, rows, trusted=())}
        assert (facts.pop("size").candidate, len(facts)) == (0, 5)
        assert all(fact.candidate is None and fact.note and _is_measured(fact.baseline) for fact in facts.values())


def _is_measured(value: float | None) -> bool:
    return value is not None and value >= 0
