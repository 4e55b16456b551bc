"""Facts are what they say, and what can't be measured says why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression

from headgate.core.metrics import Metric, auc, mae, r2
from headgate.core.needs import (
    Adversarial,
    ChampionDrift,
    Column,
    Costs,
    DataFacts,
    Need,
    Perturbed,
    ShuffledScore,
    Sliced,
    TrainingScore,
    Wear,
)
from headgate.core.slices import Bins
from headgate.errors import TransientError
from headgate.testing.fake_costs import FakeCostMeter
from headgate.testing.memory_store import MemoryStore
from tests.unit.subjects import WINDOWS, Predicts, Raises, World, rows_of

UP = Perturbed(who="x plus 1", column="x", add=1.0)
EVERY: tuple[Need, ...] = (
    Costs(),
    TrainingScore(metric=mae),
    ShuffledScore(metric=mae),
    UP,
    DataFacts(),
    ChampionDrift(),
    Adversarial(),
    Wear(),
)


def line(*tables: Any) -> LinearRegression:
    frame = tables[0].to_pandas() if tables else rows_of(WINDOWS.training, 600).to_pandas()
    return LinearRegression().fit(frame[["x"]], frame["y"])


def test_only_what_is_asked_for_is_gathered_and_each_once() -> None:
    world = World()
    metric: Metric = mae
    needs = (metric, Column(name="season"), Sliced(by=Bins("x", (0.0,))), DataFacts(), Wear(), DataFacts())
    names = [fact.name for fact in world.facts(*needs, model=Raises())]
    assert names == ["training_rows", "holdout_rows", "freshness", "wear", "wear_mean"]
    assert world.facts(mae, model=Raises()) == ()


def test_costs_are_measured_of_candidate_and_champion_at_once() -> None:
    meter = FakeCostMeter({"latency_row_p99": 7.0})
    world = World(meter=meter)
    fact = world.fact("latency_row_p99", Costs(batch=50), met=world.champion())
    assert (fact.candidate, fact.baseline, fact.unit, fact.note) == (7.0, 7.0, "ms", "")
    assert meter.asked == [(Costs(batch=50), "m-1", "m-0", 200)]


def test_costs_of_a_first_candidate_have_no_baseline() -> None:
    fact = World().fact("memory", Costs())
    assert (fact.candidate, fact.baseline, fact.note) == (1.0, None, "")


def test_costs_of_a_champion_that_is_gone_say_so() -> None:
    world = World()
    fact = world.fact("size", Costs(), met=world.champion(model_id="m-9"))
    assert (fact.candidate is not None, fact.baseline) == (True, None)
    assert fact.note == "the baseline could not be measured: model m-9 must be whole in MLflow. Got none that is."


def test_costs_of_a_candidate_that_is_gone_are_missing() -> None:
    world = World()
    del world.tracker.models["m-1"]
    assert {(fact.candidate, fact.note[:9]) for fact in world.facts(Costs())} == {(None, "model m-1")}


def test_a_training_score_is_the_metric_on_the_training_window() -> None:
    world = World(rows_of(WINDOWS.training, 300), rows_of(WINDOWS.training, 300, seed=5))
    model = line(*world.training)
    y, x = (np.concatenate([part.column(name).to_numpy() for part in world.training]) for name in ("y", "x"))
    fact = world.fact("training_mae", TrainingScore(metric=mae), model=model)
    assert fact.candidate == pytest.approx(np.abs(y - (model.coef_[0] * x + model.intercept_)).mean())
    assert (fact.unit, fact.baseline, fact.note) == ("label", None, "")


def test_a_training_score_of_a_huge_window_is_of_a_sample_and_says_so() -> None:
    world = World(rows_of(WINDOWS.training, 30_000), rows_of(WINDOWS.training, 45_000, seed=5))
    fact = world.fact("training_mae", TrainingScore(metric=mae), model=line())
    assert fact.candidate == pytest.approx(0.04, abs=0.03)
    assert fact.note == "on a sample of 50,000 of 75,000 rows"


def test_training_scores_are_predicted_once_for_all_metrics() -> None:
    asked: list[int] = []

    def answer(x: Any) -> Any:
        asked.append(len(x))
        return 3 * x

    model = Predicts(answer)
    facts = World().facts(TrainingScore(metric=mae), TrainingScore(metric=r2), model=model)
    assert [fact.candidate is not None for fact in facts] == [True, True]
    assert asked == [600]


def test_a_metric_that_is_not_defined_is_missing() -> None:
    fact = World().fact("training_auc", TrainingScore(metric=auc), model=line())
    assert (fact.candidate, fact.note) == (None, "auc isn't defined there")


def test_a_model_that_learns_nothing_from_shuffled_labels_scores_like_chance() -> None:
    model = line()
    before = model.coef_.copy()
    world = World()
    fact = world.fact("shuffled_r2", ShuffledScore(metric=r2, seed=3), model=model)
    assert fact.candidate == pytest.approx(0.0, abs=0.1)
    assert world.fact("shuffled_r2", ShuffledScore(metric=r2, seed=3), model=model) == fact
    assert world.fact("shuffled_r2", ShuffledScore(metric=r2, seed=4), model=model).candidate != fact.candidate
    assert (model.coef_ == before).all()


def test_shuffled_labels_are_fitted_on_a_sample_that_is_told() -> None:
    world = World(rows_of(WINDOWS.training, 12_000))
    fact = world.fact("shuffled_r2", ShuffledScore(metric=r2), model=line())
    assert fact.note == "fitted on a sample of 10,000 of 12,000 rows"


def test_what_is_no_estimator_can_not_be_refitted() -> None:
    fact = World().fact("shuffled_mae", ShuffledScore(metric=mae), model=Raises())
    assert fact.candidate is None
    assert fact.note.startswith("the estimator must fit shuffled labels. Got TypeError: Cannot clone object")


def test_predictions_answer_a_change_of_a_feature() -> None:
    world = World()
    facts = world.facts(UP, model=line())
    shares = [(fact.name, fact.candidate) for fact in facts]
    assert shares == [("changed_x plus 1", 1.0), ("rose_x plus 1", 1.0), ("fell_x plus 1", 0.0)]
    assert {fact.note for fact in facts} == {"of the 200 rows that the change alters"}


def test_changes_are_tried_on_a_sample_of_a_huge_holdout() -> None:
    world = World(holdout=rows_of(WINDOWS.holdout, 60_000))
    fact = world.fact("rose_x plus 1", UP, model=Predicts(lambda x: x))
    note = "of the 50,000 rows that the change alters; on a sample of 50,000 of 60,000 rows"
    assert (fact.candidate, fact.note) == (1.0, note)


@pytest.mark.parametrize("need", [TrainingScore(metric=mae), UP])
def test_a_candidate_that_raises_is_told(need: Need) -> None:
    for fact in World().facts(need, model=Raises()):
        assert fact.candidate is None
        assert "Got ValueError: out of order instead." in fact.note


def test_predictions_that_are_not_numbers_answer_nothing() -> None:
    fact = World().fact("changed_x plus 1", UP, model=Predicts(lambda x: np.where(x > 0, np.nan, x)))
    assert fact.candidate is None
    assert fact.note.startswith("predictions must be finite numbers. Got ")
    infinite = World().fact("training_mae", TrainingScore(metric=mae), model=Predicts(lambda x: x + np.inf))
    assert (infinite.candidate, infinite.note) == (None, "mae isn't defined there")


def test_the_data_say_how_many_they_are_and_how_fresh() -> None:
    facts = World(rows_of(WINDOWS.training, 70), rows_of(WINDOWS.training, 30)).facts(DataFacts())
    assert [(fact.name, fact.unit, fact.candidate) for fact in facts[:2]] == [
        ("training_rows", "rows", 100.0),
        ("holdout_rows", "rows", 200.0),
    ]
    assert facts[2].candidate == pytest.approx(7 / 200)
    assert facts[2].unit == "days"
    assert facts[2].note == "the last row is of 2024-04-30 23:09 UTC"


def test_drift_from_the_champion_is_the_greatest_of_any_column_and_names_it() -> None:
    world = World()
    before = world.keep(
        rows_of(WINDOWS.training, 600, shift=2.0), holdout=rows_of(WINDOWS.holdout, 200), days_before=31
    )
    fact = world.fact("champion_psi", ChampionDrift(), met=world.champion(before))
    assert fact.candidate is not None
    assert fact.candidate > 1
    assert fact.note.startswith("column y; chance alone makes 0.02")
    assert fact.note.endswith(f"against snapshot {before.id[:16]} of version 1 of sales (as-of 2024-03-31)")


def test_drift_is_not_measured_without_a_champion_or_what_it_learned_from() -> None:
    world = World()
    first = world.fact("champion_psi", ChampionDrift())
    assert (first.candidate, first.note) == (None, "not measured: sales has no champion yet, so there is no reference")
    lost = world.fact("champion_psi", ChampionDrift(), met=world.champion())
    assert lost.candidate is None
    assert "isn't in the store any more" in lost.note


def test_windows_of_one_kind_are_not_told_apart_and_moved_ones_are() -> None:
    world = World()
    alike = world.fact("adversarial_auc", Adversarial(), features=("x", "season"))
    assert alike.candidate == pytest.approx(0.5, abs=0.12)
    moved = World(holdout=rows_of(WINDOWS.holdout, 200, shift=6.0))
    fact = moved.fact("adversarial_auc", Adversarial(), features=("x", "season"))
    assert fact.candidate == pytest.approx(1.0, abs=0.01)
    assert fact.note == "mostly by x"
    assert moved.fact("adversarial_auc", Adversarial(), features=("x", "season")) == fact


def test_windows_are_told_apart_on_samples_that_are_told() -> None:
    world = World(rows_of(WINDOWS.training, 5_500), holdout=rows_of(WINDOWS.holdout, 5_200, shift=6.0))
    fact = world.fact("adversarial_auc", Adversarial())
    assert fact.note == (
        "mostly by x; on a sample of 5,000 of 5,500 rows of the training window; "
        "on a sample of 5,000 of 5,200 rows of the holdout"
    )


def test_too_few_rows_can_not_be_told_apart() -> None:
    fact = World(holdout=rows_of(WINDOWS.holdout, 49)).fact("adversarial_auc", Adversarial())
    assert (fact.candidate, fact.note[-23:]) == (None, "Got 600 and 49 instead.")


def test_wear_counts_the_decisions_that_rows_took_part_in() -> None:
    world = World()
    for days_before in (3, 5, 7, 40):
        world.decide(days_before)
    most, mean = world.facts(Wear())
    assert (most.name, most.unit, most.candidate) == ("wear", "decisions", 2.0)
    assert mean.name == "wear_mean"
    assert mean.candidate == pytest.approx((4 + 2) / 7, abs=0.02)
    assert {most.note, mean.note} == {"4 decisions came before"}


def test_a_decision_whose_holdout_is_not_known_leaves_wear_unknown() -> None:
    world = World()
    world.decide(3, holdout="some days")
    assert {fact.candidate for fact in world.facts(Wear())} == {None}


def test_a_fact_that_is_asked_for_in_two_ways_has_no_value() -> None:
    facts = {fact.name: fact for fact in World().facts(Costs(batch=10), Costs(batch=20), UP)}
    assert (facts["latency_row_p50"].candidate, facts["latency_batch_p50"].candidate) == (1.0, None)
    assert facts["latency_batch_p50"].note == (
        "latency_batch_p50 must be asked for in one way. Got Costs(batch=10) and Costs(batch=20) instead."
    )
    two = World().facts(ShuffledScore(metric=mae), ShuffledScore(metric=mae, seed=1), model=Raises())
    assert [(fact.name, fact.candidate) for fact in two] == [("shuffled_mae", None)]
    assert "in one way" in two[0].note


class Unreachable(MemoryStore):
    """A store that can't be reached."""

    def get(self, part: Any, columns: Sequence[str] | None = None) -> Any:
        msg = "the store must answer. Got nothing."
        raise TransientError(msg)


def test_an_outage_is_no_fact() -> None:
    world = World()
    world.store = Unreachable()
    with pytest.raises(TransientError):
        world.facts(TrainingScore(metric=mae), model=line())


def test_a_part_that_is_gone_is_a_fact_without_a_value() -> None:
    world = World()
    world.store = MemoryStore()
    fact = world.fact("training_mae", TrainingScore(metric=mae), model=line())
    assert (fact.candidate, fact.note[:5]) == (None, "part ")


def test_every_need_is_gathered_of_boosted_trees() -> None:
    world = World()
    frame = world.training[0].to_pandas()
    model = HistGradientBoostingRegressor(max_iter=10).fit(frame[["x"]], frame["y"])
    before = world.keep(*world.training, holdout=world.holdout, days_before=31)
    facts = world.facts(*EVERY, model=model, met=world.champion(before))
    assert [fact.name for fact in facts if fact.candidate is None] == []
    assert len(facts) == 18
