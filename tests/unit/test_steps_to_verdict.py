"""From snapshot to verdict in one process: what the steps hand on, leave behind, and do a second time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.adapters.pyarrow_table import ArrowTable
from headgate.core.asof import RunType
from headgate.core.metrics import mae
from headgate.core.paired import NoWorseThan
from headgate.core.policy import Policy
from headgate.core.validation import Finding, Severity
from headgate.core.verdict import Outcome
from headgate.errors import InputError, PromotionError
from headgate.ports import Recipe
from headgate.steps.judge import explain
from headgate.steps.judging import PREDICTIONS
from headgate.steps.promote import promote_candidate
from headgate.steps.reading import manifest_of
from tests.unit.world import MAY, Suite, World, later, result


@pytest.fixture
def world() -> World:
    return World()


def test_the_same_rows_give_the_same_snapshot_and_a_manifest_that_says_what_is_in_it(world: World) -> None:
    first, second = world.snapshot(), world.snapshot()
    assert first == second
    manifest = manifest_of(world.store, first)
    assert [column.name for column in manifest.columns] == ["day", "size", "sold"]
    assert (first.training_rows, first.holdout_rows) == (30, 7)


def test_other_windows_of_the_same_source_are_another_snapshot(world: World) -> None:
    assert world.snapshot().id != world.snapshot(later(1)).id


def test_met_expectations_let_training_go_on(world: World) -> None:
    assert world.validated().verdict.outcome is Outcome.PASS


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.INFO])
def test_unmet_warnings_go_on_and_are_counted_on_the_run(world: World, severity: Severity) -> None:
    world.suite = Suite(result(Finding.MET), result(Finding.UNMET, severity))
    validated = world.validated()
    assert validated.verdict.outcome is Outcome.PASS
    assert world.tracker.runs[validated.tracked.mlflow_run].tags[f"headgate.unmet_{severity}"] == "1"


@pytest.mark.parametrize(("finding", "outcome"), [(Finding.UNMET, Outcome.FAIL), (Finding.BROKEN, Outcome.UNDECIDED)])
def test_bad_data_and_a_broken_suite_are_told_apart_and_both_close_the_run_as_failed(
    world: World, finding: Finding, outcome: Outcome
) -> None:
    world.suite = Suite(result(finding))
    validated = world.validated()
    run = world.tracker.runs[validated.tracked.mlflow_run]
    assert validated.verdict.outcome is outcome
    assert (run.status, "validation/report.html" in run.artifacts) == ("FAILED", True)


def test_the_second_fit_of_the_same_snapshot_code_params_and_seed_is_the_first(world: World) -> None:
    first, second = world.trained(), world.trained()
    assert (first.model_id, first.reused, second.reused) == (second.model_id, False, True)
    assert len(world.tracker.models) == 1


@pytest.mark.parametrize("change", [{"seed": 1}, {"params": {"intercept": False}}, {"features": ("size",)}])
def test_another_recipe_is_another_fit_and_supersedes_the_first(world: World, change: dict[str, Any]) -> None:
    recipe = Recipe(build="tests.unit.world:build")
    first, second = world.trained(recipe=recipe), world.trained(recipe=replace(recipe, **change))
    assert first.model_id != second.model_id
    assert world.tracker.live(world.run().key) == [second.tracked.mlflow_run]
    assert list(world.tracker.models) == [second.model_id]


def test_a_try_that_died_while_fitting_is_superseded_by_the_next(world: World) -> None:
    validated = world.validated()
    world.tracker.begin_fit(world.run(), validated.tracked)

    candidate = world.trained()

    assert candidate.tracked != validated.tracked
    assert world.tracker.live(world.run().key) == [candidate.tracked.mlflow_run]
    assert "validation/report.html" in world.tracker.runs[candidate.tracked.mlflow_run].artifacts


def test_a_fit_that_fails_closes_the_run_with_its_reason(world: World) -> None:
    with pytest.raises(InputError):
        world.trained(recipe=Recipe(build="tests.unit.world:build_nothing"))
    (run,) = world.tracker.runs.values()
    assert run.status == "FAILED"
    assert "build_nothing" in run.tags["headgate.reason"]


def test_a_dotted_path_to_nothing_is_refused_before_a_fit_begins(world: World) -> None:
    with pytest.raises(InputError, match="biuld"):
        world.trained(recipe=Recipe(build="tests.unit.world:biuld"))
    (run,) = world.tracker.runs.values()
    assert run.fit_began is None


def test_a_first_candidate_is_evaluated_alone(world: World) -> None:
    evaluation = world.evaluated()
    assert (evaluation.evaluation.baseline, evaluation.head, evaluation.champion) == (None, 0, None)
    measure = evaluation.evaluation.measure_of("mae", "overall")
    assert measure is not None
    assert measure.candidate == pytest.approx(0.0, abs=1e-9)
    predictions = world.tracker.read(evaluation.candidate.tracked, PREDICTIONS)
    assert ArrowTable().from_parquet(predictions).num_rows == 7


def test_a_later_run_meets_the_champion_on_its_own_holdout(world: World) -> None:
    promote_candidate(world.judged(), log=world.log, store=world.store)
    evaluation = world.evaluated(later(1))
    assert evaluation.evaluation.baseline == "1"
    measure = evaluation.evaluation.measure_of("mae", "overall")
    assert measure is not None
    assert measure.baseline is not None


def test_a_run_about_the_past_never_meets_a_champion_from_its_future(world: World) -> None:
    promote_candidate(world.judged(later(2)), log=world.log, store=world.store)
    evaluation = world.evaluated(later(1))
    assert evaluation.evaluation.baseline is None
    assert evaluation.champion is not None


def test_a_champion_that_does_not_load_leaves_its_gates_undecided(world: World) -> None:
    promotion = promote_candidate(world.judged(), log=world.log, store=world.store)
    candidate = world.trained(later(1))
    world.loader.broken = (promotion.candidate.model_id,)
    verdict = world.judge(world.evaluate(candidate))
    assert verdict.judgement.outcome is Outcome.UNDECIDED
    assert "nobody trusts" in verdict.judgement.reason
    assert not verdict.opens


def test_a_live_pass_opens_the_door_and_the_mlflow_run_is_closed_with_the_verdict(world: World) -> None:
    verdict = world.judged()
    run = world.tracker.runs[verdict.candidate.tracked.mlflow_run]
    assert verdict.opens
    assert (run.status, run.tags["headgate.verdict"], run.tags["headgate.mode"]) == ("FINISHED", "PASS", "live")
    assert "verdict.json" in run.artifacts


@pytest.mark.parametrize(
    ("run", "options", "said"),
    [
        ((MAY, RunType.BACKFILL), {}, "a backfill only records"),
        ((MAY,), {"dry_run": True}, "dry run"),
        ((MAY,), {"policy": Policy()}, "no gates"),
        ((MAY,), {"policy": Policy(gates=(NoWorseThan(mae, 0.0),))}, "no baseline"),
    ],
)
def test_what_keeps_the_door_shut_is_said(
    world: World, run: tuple[Any, ...], options: dict[str, Any], said: str
) -> None:
    verdict = world.judged(*run, **options)
    assert not verdict.opens
    assert said in explain(verdict)
    with pytest.raises(PromotionError, match="must be a live PASS"):
        promote_candidate(verdict, log=world.log, store=world.store)
    assert world.log.entries("sales") == ()
