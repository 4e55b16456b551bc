"""Two dag runs of one as-of, and tries that others superseded, through the steps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.core.refs import ValidatedRef
from headgate.errors import TransientError
from headgate.ports import Recipe
from headgate.testing.tracking_samples import OTHER_SNAPSHOT
from tests.unit.world import World


@pytest.fixture
def world() -> World:
    return World()


def of_another(validated: ValidatedRef) -> ValidatedRef:
    run = replace(validated.snapshot.run, dag_run_id="another")
    return replace(validated, snapshot=replace(validated.snapshot, run=run))


def test_the_second_dag_run_of_an_as_of_takes_the_first_ones_fit(world: World) -> None:
    validated = world.validated()
    first = world.train(validated)
    second = world.train(of_another(validated))
    assert (second.model_id, second.tracked, second.reused) == (first.model_id, first.tracked, True)


def test_a_try_whose_run_was_superseded_takes_the_fit_of_who_did_that(world: World) -> None:
    validated = world.validated()
    world.tracker.begin_fit(validated.snapshot.run, validated.tracked)
    winner = world.train(of_another(validated))
    loser = world.train(validated)
    assert (loser.model_id, loser.tracked, loser.reused) == (winner.model_id, winner.tracked, True)
    assert world.tracker.live(validated.snapshot.run.key) == [winner.tracked.mlflow_run]


def test_an_evaluation_goes_on_with_the_same_fit_in_the_run_that_took_its_place(world: World) -> None:
    first = world.trained()
    fresh = world.tracker.begin_fit(first.snapshot.run, first.tracked)  # a try that had looked too early
    assert world.tracker.live(first.snapshot.run.key) == [fresh.mlflow_run]
    second = world.trained()
    evaluation = world.evaluate(first)
    assert (evaluation.candidate.model_id, evaluation.evaluation.candidate) == (second.model_id, second.model_id)


def test_an_evaluation_waits_for_the_fit_that_takes_its_candidates_place(world: World) -> None:
    first = world.trained()
    world.tracker.begin_fit(first.snapshot.run, first.tracked)
    with pytest.raises(TransientError, match=r"must be live\. Got superseded.*clear the task 'train'"):
        world.evaluate(first)


def test_another_fit_is_not_evaluated_in_its_place(world: World) -> None:
    first = world.trained()
    world.trained(recipe=Recipe(build="tests.unit.world:build", seed=8))
    with pytest.raises(TransientError, match="or is another one"):
        world.evaluate(first)


def test_a_candidate_whose_run_another_snapshot_took_is_fitted_again(world: World) -> None:
    validated = world.validated()
    first = world.train(validated)
    world.tracker.open(validated.snapshot.run, OTHER_SNAPSHOT)
    second = world.train(validated)
    assert (second.reused, second.model_id != first.model_id) == (False, True)
    assert world.tracker.live(validated.snapshot.run.key) == [second.tracked.mlflow_run]
