"""The chain in one process: what it does, tells, and leaves to the second time."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.core.asof import RunType
from headgate.core.gates import AtLeast, AtMost
from headgate.core.metrics import mae
from headgate.core.mode import Mode
from headgate.core.policy import Policy
from headgate.core.promotion import Entry, LogEntry, fold_log
from headgate.core.validation import Finding
from headgate.core.verdict import Outcome
from headgate.errors import InputError, PromotionError
from headgate.steps.retrain import ROUNDS, Wish
from headgate.testing.fake_log import FakePromotionLog
from tests.unit.retraining import retrained
from tests.unit.world import MAY, Suite, World, later, result


@pytest.fixture
def world() -> World:
    return World()


class Crowded:
    """A log to which somebody else appends whenever a candidate is about to be."""

    def __init__(self, log: FakePromotionLog, others: int) -> None:
        self._log = log
        self._others = others
        self.appended = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def entries(self, model: str) -> tuple[LogEntry, ...]:
        return self._log.entries(model)

    def append(self, model: str, entry: Entry) -> None:
        if self._others:
            self._others -= 1
            self._log.append(model, _rival(fold_log(self.entries(model)).number, self._others))
        self.appended += 1
        self._log.append(model, entry)


def _rival(head: int, number: int) -> Entry:
    return Entry(key=f"rival {number}", expected_head=head, model_id="m-rival", as_of=MAY, who="eve", reason="first")


def test_a_run_ends_with_the_promotion_of_what_passes(world: World) -> None:
    told: list[tuple[str, str]] = []
    done = retrained(world, tell=lambda step, said: told.append((step, said)))
    assert done.promotion is not None
    assert (done.promotion.version, world.log.aliases("sales")) == ("1", {"champion": "1"})
    assert [step for step, _ in told] == ["snapshot", "snapshot", "validate", "train", "evaluate", "judge", "promote"]
    assert told[4][1].endswith("against nobody, since none was promoted before")
    assert told[-1][1] == "version 1 is promoted"


def test_the_second_time_finds_what_the_first_did(world: World) -> None:
    first, second = retrained(world), retrained(world)
    assert first.candidate is not None
    assert second.candidate is not None
    assert second.promotion is not None
    assert (second.candidate.model_id, second.candidate.reused) == (first.candidate.model_id, True)
    assert (second.promotion.version, second.promotion.again, len(world.log.entries("sales"))) == ("1", True, 1)


def test_a_backfill_does_everything_but_promote(world: World) -> None:
    done = retrained(world, run_type=RunType.BACKFILL)
    assert done.verdict is not None
    assert (done.verdict.judgement.outcome, done.verdict.mode.mode) == (Outcome.PASS, Mode.REPLAY)
    assert (done.promotion, world.log.entries("sales")) == (None, ())


def test_a_dry_run_promotes_nothing(world: World) -> None:
    assert retrained(world, wish=Wish(dry_run=True)).promotion is None
    assert world.log.entries("sales") == ()


def test_a_gate_that_fails_is_an_end_and_no_error(world: World) -> None:
    done = retrained(world, policy=Policy(gates=(AtLeast(mae, 1.0),)))
    assert done.verdict is not None
    assert (done.verdict.judgement.outcome, done.promotion) == (Outcome.FAIL, None)


@pytest.mark.parametrize(("finding", "outcome"), [(Finding.UNMET, Outcome.FAIL), (Finding.BROKEN, Outcome.UNDECIDED)])
def test_data_that_validation_refuses_ends_the_run_before_anything_is_fitted(
    world: World, finding: Finding, outcome: Outcome
) -> None:
    world.suite = Suite(result(finding))
    done = retrained(world)
    assert (done.validated.verdict.outcome, done.candidate, done.verdict) == (outcome, None, None)
    assert world.tracker.models == {}


def test_an_older_as_of_is_promoted_by_the_override_with_its_reason_alone(world: World) -> None:
    retrained(world, later(1))
    assert retrained(world).promotion is None
    wish = Wish(override="promote_older", reason="June's data was wrong")
    done = retrained(world, wish=wish)
    assert done.promotion is not None
    assert dict(world.log.entries("sales")[-1].entry.tags)["override"] == "promote_older"


def test_an_override_without_a_reason_is_refused_before_the_work(world: World) -> None:
    with pytest.raises(InputError, match="must come with a reason"):
        retrained(world, wish=Wish(override="promote_older"))
    assert world.store.documents("snapshots") == ()


def test_who_loses_to_another_promotion_is_judged_anew_against_the_new_champion(world: World) -> None:
    crowded = Crowded(world.log, others=1)
    told: list[str] = []
    done = retrained(world, later(1), log=crowded, tell=lambda step, said: told.append(f"{step}: {said}"))
    # The rival's model can't be loaded, so a gate that compares stays undecided: nothing is promoted on a guess.
    assert done.verdict is not None
    assert done.verdict.champion is not None
    assert (done.verdict.champion.version, done.promotion) == ("1", None)
    assert sum(line.endswith("It is judged anew.") for line in told) == 1


def test_who_loses_and_passes_against_the_new_champion_is_promoted_after_it(world: World) -> None:
    crowded = Crowded(world.log, others=ROUNDS - 1)
    done = retrained(world, later(1), log=crowded, policy=Policy(gates=(AtMost(mae, 5.0),)))
    assert done.promotion is not None
    effective = [entry.entry.key for entry in world.log.entries("sales") if entry.is_effective]
    assert effective[-1] == done.promotion.candidate.model_id
    assert crowded.appended == ROUNDS


def test_who_loses_again_and_again_says_so_and_stops(world: World) -> None:
    crowded = Crowded(world.log, others=ROUNDS)
    with pytest.raises(PromotionError, match="another promotion in between"):
        retrained(world, later(1), log=crowded, policy=Policy(gates=(AtMost(mae, 5.0),)))
    assert crowded.appended == ROUNDS


def test_a_registry_that_was_changed_by_hand_is_no_lost_race(world: World) -> None:
    retrained(world)
    world.log.move_alias("sales", "champion", None)
    with pytest.raises(PromotionError, match="somebody changed it by hand"):
        retrained(world, later(1))
