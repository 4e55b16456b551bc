"""What tasks do to the registry: events, overrides, rollbacks, and what somebody changed by hand meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from headgate import About, Pipeline, rollback_dag
from headgate.steps.verdict_file import read_record
from tests.dagrun.chain import MAY, Chain

JUNE = datetime(2024, 6, 1, tzinfo=UTC)


def run_of(chain: Chain, as_of: datetime, **facts: Any) -> None:
    """Run the whole chain once more, about another as-of."""
    chain.outputs.clear()
    chain.skipped.clear()
    chain.facts = {"data_interval_end": as_of, "run_id": f"run {as_of}", **facts}
    chain.run("promote")


def told(chain: Chain, asset: str) -> list[dict[str, Any]]:
    return [extra for name, extra in chain.events if name == f"{chain.model}/{asset}"]


def roll_back(chain: Chain, **params: Any) -> dict[str, Any]:
    """Run the rollback Dag's task, as its form was filled in."""
    dag = rollback_dag(Pipeline(**chain.pipeline), store_url=chain.store_url)
    before = chain.params, chain.outputs
    chain.params, chain.outputs = {"reason": "off by ten", **params}, {}
    try:
        chain._execute(dag, "roll_back")
        return dict(chain.outputs["roll_back"])
    finally:
        chain.params, chain.outputs = before


def aliases(chain: Chain) -> dict[str, str]:
    found = chain.client.get_registered_model(chain.model).aliases
    return {alias: str(version) for alias, version in found.items()}


def test_a_promotion_is_an_event_of_the_champions_asset_and_a_verdict_one_of_the_candidates(chain: Chain) -> None:
    chain.run("promote")

    (champion,) = told(chain, "champion")
    (candidate,) = told(chain, "candidate")
    model_id = chain.outputs["train"]["model_id"]
    assert (champion["version"], champion["as_of"], champion["model_id"], champion["verdict"]) == (
        *("1", "2024-05-01T00:00:00Z", model_id, "PASS"),
    )
    assert (candidate["mode"], candidate["model_id"]) == ("live", model_id)


def test_a_promotion_that_runs_again_tells_nobody_twice(chain: Chain) -> None:
    chain.run("promote")
    chain.outputs.clear()

    chain.run("promote")

    assert chain.outputs["promote"]["again"] is True
    assert [extra["version"] for extra in told(chain, "champion")] == ["1"]


def test_a_promotion_that_was_killed_before_its_event_tells_it_the_next_time(chain: Chain) -> None:
    chain.run("promote")
    chain.events.clear()
    del chain.outputs["promote"]

    chain.run("promote")

    assert [extra["version"] for extra in told(chain, "champion")] == ["1"]


def test_a_version_that_serves_no_more_is_no_news(chain: Chain) -> None:
    chain.run("promote")
    first = dict(chain.outputs)
    run_of(chain, JUNE)
    chain.events.clear()
    chain.outputs = {**first}
    del chain.outputs["promote"]

    chain.run("promote")

    assert (chain.outputs["promote"]["serves"], told(chain, "champion")) == (False, [])
    assert aliases(chain) == {"champion": "2", "previous": "1"}


@pytest.mark.parametrize("facts", [{"run_type": "backfill"}, {"data_interval_end": datetime(2024, 4, 1, tzinfo=UTC)}])
def test_a_replay_makes_no_event_of_a_champion_whatever_runs_again(chain: Chain, facts: dict[str, Any]) -> None:
    chain.run("promote")
    chain.events.clear()
    run_of(chain, JUNE, **facts)

    assert "promote" in chain.skipped
    chain.skipped.clear()
    assert "must be a live PASS, or approved. Got PASS, replay" in chain.refused("promote")
    assert told(chain, "champion") == []
    assert [extra["mode"] for extra in told(chain, "candidate")] == ["replay"]
    assert chain.versions() == ["1"]


def test_an_older_as_of_is_promoted_by_the_override_and_says_so(chain: Chain) -> None:
    run_of(chain, JUNE)
    chain.params = {"override": "promote_older", "reason": "June's prices are wrong"}
    run_of(chain, MAY)

    version = chain.client.get_model_version(chain.model, "2")
    assert aliases(chain) == {"champion": "2", "previous": "1"}
    assert version.tags["headgate.override"] == "promote_older"
    assert version.tags["headgate.reason"] == "June's prices are wrong"
    assert "overridden by promote_older: June's prices are wrong" in version.tags["headgate.mode_reason"]
    assert chain.outputs["evaluate"]["evaluation"]["baseline"] == "1"


def test_an_override_without_a_reason_fails_before_any_work(chain: Chain) -> None:
    chain.params = {"override": "promote_older"}
    assert "override promote_older of the trigger form must come with a reason" in chain.refused("snapshot")
    assert chain.files() == []


def test_no_override_lets_a_backfill_promote(chain: Chain) -> None:
    chain.params = {"override": "promote_older", "reason": "now"}
    run_of(chain, MAY, run_type="backfill")
    assert (chain.versions(), told(chain, "champion")) == ([], [])


def test_a_version_says_where_it_came_from(chain: Chain) -> None:
    chain.run("promote")
    tags = chain.client.get_model_version(chain.model, "1").tags
    verdicts = json.loads(tags["headgate.verdicts"])
    assert (verdicts[0]["gate"], verdicts[0]["limit"], verdicts[0]["value"] < 1.0) == ("AtMost(mae)", 5.0, True)
    assert (tags["headgate.who"], tags["headgate.dag_run_id"], tags["headgate.expected_head"]) == (
        "ada",
        "manual 1",
        "0",
    )
    assert tags["headgate.snapshot"] == chain.outputs["snapshot"]["id"]
    assert json.loads(tags["headgate.windows"])["as_of"] == "2024-05-01T00:00:00Z"


def test_a_version_keeps_its_verdicts_record_and_its_card(chain: Chain) -> None:
    chain.pipeline["about"] = About(purpose="Says how much is sold.", owner="sales@example.org")
    chain.run("promote")
    version = chain.client.get_model_version(chain.model, "1")
    record = read_record(version.tags["headgate.record"])
    assert (record.run.model, record.baseline.version, record.head) == (chain.model, None, 0)
    for said in ("Says how much is sold.", f"headgate reproduce {chain.model}@1", "| AtMost(mae) | passed |"):
        assert said in str(version.description)
    (run,) = chain.runs()
    names = {found.path for found in chain.client.list_artifacts(run.info.run_id)}
    assert {"verdict.json", "gate_report.html", "model_card.md", "model_card.html"} <= names


def test_a_rollback_is_one_task_and_an_event(chain: Chain) -> None:
    chain.run("promote")
    run_of(chain, JUNE)
    chain.events.clear()

    done, again = roll_back(chain), roll_back(chain)

    assert (done["version"], done["to_version"], done["again"]) == ("3", "1", False)
    assert (again["version"], again["again"]) == ("3", True)
    assert aliases(chain) == {"champion": "3", "previous": "2"}
    assert [(extra["version"], extra["as_of"][:10], extra["reason"]) for extra in told(chain, "champion")] == [
        ("3", "2024-05-01", "off by ten")
    ]


def test_what_was_rolled_back_is_not_promoted_again(chain: Chain) -> None:
    chain.run("promote")
    run_of(chain, JUNE)
    roll_back(chain)
    run_of(chain, JUNE)

    assert "the fit of version 2 is barred since version 3, by ada: off by ten" in chain.outputs["judge"]["explanation"]
    assert aliases(chain)["champion"] == "3"


def test_a_rollback_to_what_never_was_is_refused_in_words(chain: Chain) -> None:
    chain.run("promote")
    with pytest.raises(
        AirflowFailException, match=r"must have been its champion once\. Got version 7, which isn't there"
    ):
        roll_back(chain, to_version=7)
    with pytest.raises(AirflowFailException, match=r"must be another than the champion\. Got version 1"):
        roll_back(chain, to_version=1)


def by_hand_alias(chain: Chain) -> None:
    chain.client.set_registered_model_alias(chain.model, "champion", "1")


def by_hand_no_alias(chain: Chain) -> None:
    chain.client.delete_registered_model_alias(chain.model, "champion")


def by_hand_deleted(chain: Chain) -> None:
    chain.client.delete_model_version(chain.model, "2")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (by_hand_alias, "alias champion must be on version 2, as the log says. Got version 1 instead"),
        (by_hand_no_alias, "alias champion must be on version 2, as the log says. Got none instead"),
        (by_hand_deleted, "must hold version 2, which was promoted at"),
    ],
)
def test_what_somebody_did_by_hand_stops_the_next_promotion(
    chain: Chain, change: Callable[[Chain], None], said: str
) -> None:
    chain.run("promote")
    run_of(chain, JUNE)
    change(chain)
    before = aliases(chain)
    chain.outputs.clear()
    chain.facts = {"data_interval_end": datetime(2024, 7, 1, tzinfo=UTC)}

    assert said in chain.refused("promote")
    assert aliases(chain) == before


def test_a_version_deleted_in_the_middle_stops_nothing(chain: Chain) -> None:
    chain.run("promote")
    run_of(chain, JUNE)
    chain.client.delete_model_version(chain.model, "1")
    run_of(chain, datetime(2024, 7, 1, tzinfo=UTC))
    assert aliases(chain) == {"champion": "3", "previous": "2"}


def test_a_registered_model_of_somebody_else_is_not_promoted_into(chain: Chain) -> None:
    chain.run("judge")
    candidate = chain.outputs["train"]["model_id"]
    chain.client.create_registered_model(chain.model)
    chain.client.create_model_version(chain.model, f"models:/{candidate}", model_id=candidate, await_creation_for=0)
    assert "the registered model must bear the mark of Headgate. Got one without" in chain.refused("promote")
    assert len(chain.versions()) == 1
