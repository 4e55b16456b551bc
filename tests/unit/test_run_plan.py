"""What a run would do, before anything is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from headgate import wire
from headgate.core.asof import RunType
from headgate.core.gates import AtMost
from headgate.core.journal import last_seen_of
from headgate.core.metrics import Metric, mae
from headgate.core.mode import Mode
from headgate.core.paired import NoWorseThan
from headgate.core.policy import Policy
from headgate.core.run_plan import UNSEEN, Known, RunPlan, plan_run
from headgate.ports import Recipe
from headgate.steps.journal import remember
from headgate.steps.keeping import Wanted
from headgate.steps.looking_ahead import look_at_records, look_at_rows
from headgate.steps.rollback import roll_back
from headgate.testing.fake_ledger import FakeRunLedger
from tests.unit.retraining import retrained
from tests.unit.world import MAY, Days, World, later

POLICY = Policy(gates=(AtMost(mae, 5.0), NoWorseThan(mae, tolerance=0.5)))
RECIPE = Recipe(build="tests.unit.world:build")


@pytest.fixture
def world() -> World:
    return World()


def code_of(build: str) -> str:
    from headgate.adapters.sklearn_trainer import SklearnTrainer

    return SklearnTrainer().code_of(build)


def plan(world: World, *run: Any, policy: Policy = POLICY, recipe: Recipe = RECIPE) -> RunPlan:
    wanted = world.run(*run)
    ledger = FakeRunLedger(world.tracker)
    known = look_at_records(wanted, recipe=recipe, code_of=code_of, log=world.log, ledger=ledger, store=world.store)
    return plan_run(wanted, known, policy)


def test_a_first_run_would_be_live_and_become_version_1(world: World) -> None:
    found = plan(world)
    assert found.mode is not None
    assert found.mode.mode is Mode.LIVE
    assert (found.promotion.version, found.promotion.expected_head) == (1, 0)
    assert found.fit.said == "anew: no run of this key is there"
    assert [gate.meets for gate in found.gates] == [
        "none: it is asked of the candidate alone",
        "nobody, so it isn't asked",
    ]
    assert [gate.limits for gate in found.gates] == ["ceiling 5", "tolerance 0.5"]


def test_what_is_planned_is_what_is_done(world: World) -> None:
    retrained(world)
    planned = plan(world, later(1))
    done = retrained(world, later(1))
    assert done.promotion is not None
    assert done.evaluation is not None
    assert str(planned.promotion.version) == done.promotion.version
    assert planned.gates[1].meets == f"version {done.evaluation.evaluation.baseline}, on the same holdout"
    assert planned.run.key == done.snapshot.run.key


def test_a_run_that_was_done_would_reuse_its_fit_and_promote_nothing_new(world: World) -> None:
    done = retrained(world)
    assert done.candidate is not None
    found = plan(world)
    assert found.fit.reused == done.candidate.model_id
    assert found.mode is not None
    assert found.mode.reason == "this run's own candidate is the champion already"
    assert found.promotion.said == "nothing new: the candidate is version 1 already"


def test_other_params_would_be_fitted_anew(world: World) -> None:
    retrained(world)
    found = plan(world, recipe=replace(RECIPE, params={"intercept": False}))
    assert found.fit.reused is None
    assert "was fitted with other code, params or seed" in found.fit.said


def test_an_unfinished_try_is_told(world: World) -> None:
    validated = world.validated()
    world.tracker.close(validated.tracked, failed="the data was refused")
    assert plan(world).fit.said == (
        "anew: run run-1 of this key is FAILED (the data was refused), and left no candidate"
    )


@pytest.mark.parametrize(
    ("as_of", "run_type"), [(MAY - timedelta(days=31), RunType.MANUAL), (later(1), RunType.BACKFILL)]
)
def test_a_replay_would_promote_nothing_and_says_why(world: World, as_of: Any, run_type: RunType) -> None:
    retrained(world)
    found = plan(world, as_of, run_type)
    assert found.mode is not None
    assert found.mode.mode is Mode.REPLAY
    assert (found.promotion.version, found.promotion.said) == (None, f"nothing: {found.mode}")


def test_a_policy_without_gates_promotes_nothing(world: World) -> None:
    found = plan(world, policy=Policy())
    assert (found.promotion.version, found.promotion.said) == (None, "nothing: the policy has no gates")


def test_what_somebody_changed_by_hand_stops_it(world: World) -> None:
    retrained(world)
    world.log.move_alias("sales", "champion", None)
    world.log.append_foreign("sales", model_id="m-x", who="eve")
    found = plan(world, later(1))
    assert len(found.promotion.stops) == 1
    assert found.promotion.stops[0].endswith("headgate adopt sales")
    assert found.notes == ("version 2 must be written by Headgate. Got one without its tags, by eve: it is void",)


def test_a_registry_that_forgot_stops_it(world: World) -> None:
    retrained(world)
    remember(world.store, "sales", world.log.entries("sales"))
    world.log = type(world.log)()
    found = plan(world, later(1))
    assert "MLflow was restored from an older backup" in found.promotion.stops[0]


def test_a_barred_fit_stops_it(world: World) -> None:
    retrained(world)
    retrained(world, later(1))
    roll_back("sales", to=None, who="ada", reason="it is slow", log=world.log, store=world.store)
    found = plan(world, later(1))
    assert found.promotion.stops == (
        "the fit of version 2 is barred since version 3, by ada: it is slow: headgate lift sales 2",
    )
    assert len(found.notes) == 1


def test_runs_of_another_dag_stop_it(world: World) -> None:
    retrained(world)
    run = replace(world.run(later(1)), dag_id="other")
    ledger = FakeRunLedger(world.tracker)
    known = look_at_records(run, recipe=RECIPE, code_of=code_of, log=world.log, ledger=ledger, store=None)
    found = plan_run(run, known, POLICY)
    assert found.promotion.stops == ("the model's runs are those of Dag sales, not of other: say --dag sales",)


def test_without_mlflow_the_rest_is_told(world: World) -> None:
    found = plan_run(world.run(), None, POLICY)
    assert (found.mode, found.fit.said, found.promotion.said) == (None, UNSEEN, UNSEEN)
    assert [gate.meets for gate in found.gates] == [
        "none: it is asked of the candidate alone",
        "the champion of then",
    ]


def test_nothing_is_done(world: World) -> None:
    retrained(world)
    runs, entries = dict(world.tracker.runs), world.log.entries("sales")
    plan(world, later(1))
    assert (world.tracker.runs, world.log.entries("sales")) == (runs, entries)
    assert last_seen_of(entries[0]).version == 1


def test_a_plan_is_plain_json(world: World) -> None:
    found = plan(world)
    assert wire.load(RunPlan, wire.dump(found)) == found


def test_a_gate_of_the_users_own_is_told_by_its_name() -> None:
    @dataclass(frozen=True)
    class Own:
        name: str = "own"
        needs: tuple[Metric, ...] = (mae,)
        needs_baseline: bool = False

        def judge(self, evaluation: object, predictions: object) -> Any:
            raise NotImplementedError

    class Plain(Own):
        def __init__(self) -> None:
            object.__setattr__(self, "name", "plain")

    known = Known(entries=())
    found = plan_run(World().run(), known, Policy(gates=(Own(), Plain())))
    assert [(gate.gate, gate.limits) for gate in found.gates] == [("own", ""), ("plain", "")]


def test_rows_of_a_function_are_all_read_and_an_as_of_that_was_taken_is_told(world: World) -> None:
    wanted = Wanted(source=Days(), event_time="day", label="sold")
    before = look_at_rows(world.run(), wanted, world.store)
    snapshot = world.snapshot()
    after = look_at_rows(world.run(), wanted, world.store)
    assert (before.taken, before.kept_parts) == ((), 0)
    assert (after.taken, after.kept_rows) == ((snapshot.id[:16],), 0)
