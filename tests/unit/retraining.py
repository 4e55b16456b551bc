"""The whole chain in memory, for the tests of what runs it and of what tells of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from headgate.adapters.pyarrow_cutter import ArrowCutter
from headgate.adapters.sklearn_trainer import SklearnTrainer
from headgate.core.asof import RunType
from headgate.core.policy import Policy
from headgate.ports import PromotionLog, Recipe
from headgate.steps.keeping import Wanted
from headgate.steps.retrain import Retrained, RetrainingPorts, Wish, Work, retrain
from headgate.steps.snapshot import SnapshotPorts
from headgate.steps.validate import Demands, ValidationPorts
from tests.unit.taking import Counting
from tests.unit.world import MAY, POLICY, QUESTION, Days, NoPages, World


def retrained(
    world: World,
    as_of: datetime = MAY,
    run_type: RunType = RunType.MANUAL,
    *,
    wish: Wish | None = None,
    policy: Policy = POLICY,
    log: PromotionLog | None = None,
    tell: Callable[[str, str], None] = lambda *_: None,
) -> Retrained:
    work = Work(
        wanted=Wanted(source=Days(), event_time="day", label="sold"),
        demands=Demands(suite=world.suite.asked),
        recipe=Recipe(build="tests.unit.world:build"),
        question=QUESTION,
        policy=policy,
        wish=wish or Wish(),
    )
    return retrain(world.run(as_of, run_type), work=work, ports=ports_of(world, log or world.log), tell=tell)


def ports_of(world: World, log: PromotionLog) -> RetrainingPorts:
    table, store, tracker = world.table, world.store, world.tracker
    return RetrainingPorts(
        snapshot=SnapshotPorts(cutter=ArrowCutter(), store=store, profiler=Counting(), table=table),
        validation=ValidationPorts(
            engines=(world.suite,), table=table, store=store, log=log, tracker=tracker, pages=NoPages()
        ),
        trainer=SklearnTrainer(),
        evaluation=world.evaluation_ports(log),
    )
