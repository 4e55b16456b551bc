"""Costs, by the fake meter and in a real process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LinearRegression

from headgate.adapters.process_costs import ProcessCostMeter
from headgate.core.evaluation import Fact
from headgate.core.needs import Costs
from headgate.testing.conformance_costs import CostMeterConformance
from headgate.testing.fake_costs import FakeCostMeter
from tests.unit.saved_models import save

FRAME = pd.DataFrame({"x": np.arange(20.0), "z": np.arange(20.0) % 3})
ROWS = pa.Table.from_pandas(FRAME, preserve_index=False)
NAMES = ("latency_row_p50", "latency_row_p99", "latency_batch_p50", "latency_batch_p99")


class Refuses(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Fits, and never predicts."""

    def fit(self, frame: Any, labels: Any) -> Refuses:
        self.is_fitted_ = True
        return self

    def predict(self, frame: Any) -> Any:
        msg = "not today"
        raise RuntimeError(msg)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    fitted = LinearRegression().fit(FRAME, FRAME["x"])
    return save(fitted, tmp_path_factory.mktemp("models") / "line", ("x", "z"))


@pytest.fixture
def rows() -> pa.Table:
    return ROWS


class TestFakeCostMeter(CostMeterConformance):
    @pytest.fixture
    def meter(self) -> FakeCostMeter:
        return FakeCostMeter()


class TestProcessCostMeter(CostMeterConformance):
    @pytest.fixture
    def meter(self) -> ProcessCostMeter:
        return ProcessCostMeter(seconds=0.05)


def measured(meter: ProcessCostMeter, candidate: Path, baseline: Path | None = None, **more: Any) -> dict[str, Fact]:
    found = meter.measure(Costs(batch=10), candidate, baseline, more.pop("rows", ROWS), **{"trusted": (), **more})
    return {fact.name: fact for fact in found}


def test_a_model_that_raises_and_one_whose_features_are_missing_are_weighed_all_the_same(
    model: Path, tmp_path: Path
) -> None:
    refuses = save(Refuses().fit(None, None), tmp_path / "refuses", ("x",))
    trusted = (f"{Refuses.__module__}.Refuses",)
    facts = measured(ProcessCostMeter(seconds=0.05), refuses, model, rows=ROWS.select(["x"]), trusted=trusted)
    assert [(facts[name].candidate, facts[name].baseline) for name in NAMES] == [(None, None)] * 4
    raised, missing = facts["latency_row_p50"].note.split("; ")
    assert raised == "candidate: it can't predict: RuntimeError: not today"
    assert missing.startswith("baseline: the holdout must have its features. Got KeyError: ")
    assert None not in (facts["memory"].candidate, facts["memory"].baseline)


def test_a_process_that_takes_too_long_is_ended_and_what_it_found_counts(model: Path) -> None:
    meter = ProcessCostMeter(timeout=3.0, module="tests.contract.slow_costs")
    facts = measured(meter, model)
    assert facts["memory"].candidate == 5.0
    assert (facts["latency_row_p50"].candidate, facts["latency_row_p50"].note) == (
        None,
        "it wasn't measured within 3 s",
    )
    assert facts["size"].candidate


def test_a_process_that_ends_badly_is_quoted(model: Path) -> None:
    facts = measured(ProcessCostMeter(module="tests.contract.no_such_module"), model)
    note = "the process that measures ended with code 1: "
    assert facts["memory"].note.startswith(note)
    assert facts["memory"].note.endswith("No module named tests.contract.no_such_module")
    assert facts["size"].note == ""
