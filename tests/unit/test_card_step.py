from __future__ import annotations

from collections.abc import Mapping

import pytest

from headgate import wire
from headgate.core.about import About
from headgate.core.gates import AtMost
from headgate.core.metrics import mae
from headgate.core.policy import Policy
from headgate.core.refs import PromotionRef, TrackedRun, VerdictRef
from headgate.core.rollback import CANDIDATE
from headgate.errors import TrackingError, TransientError
from headgate.ports import Evidence
from headgate.steps.card import CARD_PAGE, CARD_TEXT, CardPorts
from headgate.steps.promote import promote_candidate
from headgate.steps.rollback import roll_back
from headgate.steps.verdict_file import read_record
from headgate.testing.fake_tracking import FakeRunTracker
from tests.unit.world import NoPages, World, later

POLICY = Policy(gates=(AtMost(mae, 5.0),))
ABOUT = About(purpose="Says how much is sold.", owner="sales@example.org")


class FullTracker(FakeRunTracker):
    """A tracker whose server takes no more."""

    is_full = False

    def record(self, tracked: TrackedRun, evidence: Evidence) -> None:
        if self.is_full:
            raise TrackingError("no space is left")  # noqa: EM101, TRY003 - the test's
        super().record(tracked, evidence)


class DownTracker(FakeRunTracker):
    is_down = False

    def read(self, tracked: TrackedRun, path: str) -> bytes:
        if self.is_down:
            raise TransientError("nobody answers")  # noqa: EM101, TRY003 - the test's
        return super().read(tracked, path)


@pytest.fixture
def world() -> World:
    return World()


def promote(world: World, verdict: VerdictRef) -> PromotionRef:
    cards = CardPorts(tracker=world.tracker, pages=NoPages())
    return promote_candidate(verdict, log=world.log, store=world.store, about=ABOUT, cards=cards)


def artifacts(world: World, verdict: VerdictRef) -> Mapping[str, bytes]:
    return world.tracker.runs[verdict.candidate.tracked.mlflow_run].artifacts


def test_a_promotion_keeps_its_card_with_the_evidence_and_in_short_on_the_version(world: World) -> None:
    verdict = world.judged(policy=POLICY)
    promote(world, verdict)
    text = artifacts(world, verdict)[CARD_TEXT].decode()
    assert artifacts(world, verdict)[CARD_PAGE] == b"<p>card</p>"
    (version,) = world.log.entries("sales")
    for said in (text, version.entry.description):
        assert "Says how much is sold." in said
        assert "headgate reproduce sales@1" in said
        assert "| mae | lower |" in said
        assert "tests.unit.world:build" in said


def test_the_version_keeps_the_record_of_its_verdict(world: World) -> None:
    verdict = world.judged(policy=POLICY)
    promote(world, verdict)
    (version,) = world.log.entries("sales")
    kept = read_record(version.tag_of("record") or "")
    assert kept == read_record(artifacts(world, verdict)["verdict.json"].decode())
    assert kept.measures[0].metric == "mae"


def test_without_the_evidence_the_card_tells_the_verdict_alone(world: World) -> None:
    verdict = world.judged(policy=POLICY)
    promote_candidate(verdict, log=world.log, store=world.store)
    (version,) = world.log.entries("sales")
    assert "AtMost(mae)" in version.entry.description
    assert "### Metrics" not in version.entry.description
    assert read_record(version.tag_of("record") or "").measures == ()
    assert CARD_TEXT not in artifacts(world, verdict)


def test_a_verdict_of_an_older_headgate_is_promoted_with_what_it_says(world: World) -> None:
    verdict = world.judged(policy=POLICY)
    run = world.tracker.runs[verdict.candidate.tracked.mlflow_run]
    run.artifacts["verdict.json"] = wire.text(verdict).encode()
    del run.artifacts["training/recipe.json"]
    assert promote(world, verdict).notes == ()
    assert "tests.unit.world:build" not in artifacts(world, verdict)[CARD_TEXT].decode()


def test_a_card_that_cannot_be_kept_undoes_no_promotion_and_is_said() -> None:
    world = World()
    world.tracker = FullTracker(world.log)
    world.loader.tracker = world.tracker
    verdict = world.judged(policy=POLICY)
    world.tracker.is_full = True
    promoted = promote(world, verdict)
    assert promoted.serves
    assert promoted.notes == (
        f"the model card isn't kept with the run {verdict.candidate.tracked.mlflow_run}: no space is left",
    )


def test_an_outage_while_the_evidence_is_read_promotes_nothing_yet() -> None:
    world = World()
    world.tracker = DownTracker(world.log)
    world.loader.tracker = world.tracker
    verdict = world.judged(policy=POLICY)
    world.tracker.is_down = True
    with pytest.raises(TransientError):
        promote(world, verdict)
    assert world.log.entries("sales") == ()
    world.tracker.is_down = False
    assert promote(world, verdict).version == "1"


def test_a_promotion_that_runs_again_replaces_its_card_by_the_same(world: World) -> None:
    verdict = world.judged(policy=POLICY)
    promote(world, verdict)
    first = artifacts(world, verdict)[CARD_TEXT]
    assert promote(world, verdict).again
    assert artifacts(world, verdict)[CARD_TEXT] == first


def test_a_rollback_says_why_and_then_what_the_version_said_that_it_is_again(world: World) -> None:
    promote(world, world.judged(policy=POLICY))
    promote(world, world.judged(later(1), policy=POLICY))
    roll_back("sales", to=None, who="ada", reason="off by ten", log=world.log, store=world.store)
    description = world.log.entries("sales")[-1].entry.description
    assert description.startswith("off by ten\n\nVersion 1 again, of which it was said:\n\n")
    assert "headgate reproduce sales@1" in description
    assert world.log.entries("sales")[-1].tag_of(CANDIDATE)
