"""What people approve, reject and leave unanswered, through the operators, on a real MLflow server."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from airflow.serialization.serialized_objects import DagSerialization

from headgate import Approval, AtMost, Policy, days, hours, mae, retraining_dag, rmse
from headgate.spec import Pipeline
from tests.dagrun.approving import NOON, ApprovingChain
from tests.dagrun.chain import Chain
from tests.dagrun.conftest import chain_in

GATE = AtMost(mae, 5.0)
HOPELESS, OTHER = AtMost(mae, 0.0), AtMost(rmse, 0.0)


@pytest.fixture
def promoting(chain: Chain) -> ApprovingChain:
    """A chain of its own that would go well, each of whose promotions people approve."""
    return asking(ApprovingChain(**fields_of(chain)))


@pytest.fixture(scope="module")
def evaluated(mlflow_url: str, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """A chain up to its evaluation, for all tests that promote nothing."""
    with pytest.MonkeyPatch.context() as patch:
        chain = chain_in(mlflow_url, tmp_path_factory.mktemp("chain"), patch)
        chain.run("evaluate")
    return chain


@pytest.fixture
def approving(evaluated: Chain, mlflow_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ApprovingChain:
    """The same chain, each of whose promotions people approve: it must promote nothing."""
    chain_in(mlflow_url, tmp_path, monkeypatch)
    fields = {**fields_of(evaluated), "outputs": dict(evaluated.outputs), "pipeline": dict(evaluated.pipeline)}
    return asking(ApprovingChain(**{**fields, "params": {}, "skipped": [], "events": []}))


def fields_of(chain: Chain) -> dict[str, Any]:
    return {field.name: getattr(chain, field.name) for field in dataclasses.fields(chain)}


def asking(chain: ApprovingChain, *gates: Any, **approval: Any) -> ApprovingChain:
    chain.pipeline["policy"] = Policy(gates=gates or (GATE,), approval=Approval(**{"when": "always", **approval}))
    return chain


def tags(chain: ApprovingChain) -> dict[str, str]:
    (run,) = chain.runs()
    return {name.removeprefix("headgate."): value for name, value in run.data.tags.items() if "approv" in name}


def version(chain: ApprovingChain) -> dict[str, str]:
    found = chain.client.get_model_version(chain.model, "1")
    return {name.removeprefix("headgate."): str(value) for name, value in found.tags.items()}


def test_an_approval_promotes_and_who_when_and_why_are_on_the_version_and_the_run(promoting: ApprovingChain) -> None:
    question = promoting.ask()
    assert (question.options, question.defaults) == (["Approve", "Reject"], ["Reject"])
    assert tags(promoting)["approval"] == "awaited"
    approved = promoting.answer("Approve", why="the winter is over")
    promoting.run("promote")

    assert "approved by ada, to be promoted" in approved["explanation"]
    assert promoting.outputs["promote"]["version"] == "1"
    told = version(promoting)
    assert (told["approved_by"], told["approved_at"]) == ("ada", NOON.isoformat())
    assert (told["approval_reason"], told["approval"]) == ("the winter is over", "each promotion is approved by people")
    assert told["reason"] == "PASS: no baseline, and 1 gate without one passed; approved by ada: the winter is over"
    assert tags(promoting) == {
        "approval": "approved",
        "approval_by": "ada",
        "approval_at": NOON.isoformat(),
        "approval_rejected_by": "none",
        "approval_rejected_at": "none",
        "approval_reason": "ada approves: the winter is over",
    }


@pytest.mark.parametrize(
    ("who", "option", "state", "said"),
    [
        ("bob", "Reject", "rejected", "bob rejects: fine"),
        (None, "Reject", "timed out", "nobody answered within 1 week, which counts as rejected"),
        (None, "Approve", "timed out", "nobody answered within 1 week, which counts as rejected"),
    ],
)
def test_a_rejection_and_a_time_out_promote_nothing(
    approving: ApprovingChain, who: str | None, option: str, state: str, said: str
) -> None:
    approving.ask()
    output = approving.answer(option, who=who)

    assert output["explanation"] == f"nothing is promoted: {said}"
    assert (approving.skipped, approving.versions()) == (["promote"], [])
    assert (tags(approving)["approval"], tags(approving)["approval_reason"]) == (state, said)


def test_what_nobody_is_asked_about_passes_straight_through(promoting: ApprovingChain) -> None:
    asking(promoting, when="on_doubt").run("promote")
    assert promoting.versions() == ["1"]
    assert (promoting.shown, tags(promoting)["approval"]) == ({}, "not needed")
    assert "approved_by" not in version(promoting)


def test_a_gate_that_people_may_overrule_and_that_fails_is_left_to_them(promoting: ApprovingChain) -> None:
    asking(promoting, HOPELESS, when="on_doubt", may_waive=("AtMost(mae)",))
    assert "AtMost(mae) failed: people decide" in str(promoting.ask().body)
    promoting.answer("Approve")
    promoting.run("promote")
    assert (promoting.versions(), version(promoting)["verdict"]) == (["1"], "FAIL")


def test_a_gate_that_nobody_may_overrule_asks_nobody(approving: ApprovingChain) -> None:
    asking(approving, HOPELESS, OTHER, when="on_doubt", may_waive=("AtMost(rmse)",)).run("promote")
    assert (approving.skipped, approving.versions(), approving.shown) == (["approve", "promote"], [], {})


@pytest.mark.parametrize("approval", ["always", "on_doubt"])
def test_a_dry_run_asks_nobody_and_promotes_nothing(approving: ApprovingChain, approval: str) -> None:
    approving.params = {"dry_run": True}
    asking(approving, when=approval).run("promote")
    assert (approving.skipped, approving.versions(), approving.shown) == (["approve", "promote"], [], {})


def test_two_people_are_two_and_neither_started_the_run(promoting: ApprovingChain) -> None:
    """The run is ada's."""
    asking(promoting, people=2, timeout=hours(1)).ask()
    until = promoting.waiting["approve"]["until"]
    assert promoting.answer("Approve", who="ada") is None
    assert tags(promoting)["approval_reason"] == (
        "neither of the two who approve may have started the run. Got ada, who did."
    )
    assert promoting.waiting["approve"]["until"] == until
    promoting.answer("Approve", who="bob")
    assert tags(promoting)["approval"] == "approved by 1 of 2"

    assert "One person approved already" in str(promoting.ask("approve_second").body)
    assert promoting.answer("Approve", who="bob", task_id="approve_second") is None
    assert "Got bob twice" in tags(promoting)["approval_reason"]
    assert (promoting.versions(), tags(promoting)["approval"]) == ([], "refused")
    promoting.answer("Approve", who="eve", why="so it is", task_id="approve_second")
    promoting.run("promote")
    told = version(promoting)
    assert (told["approved_by"], told["approval_reason"]) == ("bob, eve", "bob: fine; eve: so it is")


def test_an_approval_without_a_reason_leaves_the_question_open(approving: ApprovingChain) -> None:
    approving.ask()
    assert approving.answer("Approve", why=" ") is None
    assert approving.waiting["approve"]["question"]["body"].endswith("Got none from ada.")
    assert approving.versions() == []


def test_airflow_lets_only_those_answer_who_may(approving: ApprovingChain) -> None:
    question = asking(approving, people=2, approvers=("ada", "7:bob", "eve")).ask()
    assert [(user.id, user.name) for user in question.assigned_users or ()] == [("7", "bob"), ("eve", "eve")]


def test_where_nobody_is_left_who_may_approve_nothing_is_promoted(approving: ApprovingChain) -> None:
    asking(approving, people=2, approvers=("ada", "bob")).ask()
    approving.answer("Approve", who="bob")
    approving.run("promote")
    assert (approving.skipped, approving.versions()) == (["promote"], [])
    assert "must be left to approve. Got none" in tags(approving)["approval_reason"]


def test_a_question_of_an_earlier_try_that_airflow_goes_on_to_show_is_not_asked(approving: ApprovingChain) -> None:
    approving.ask()
    approving.params = {"reason": "another verdict"}
    for task_id in ("judge", "approve"):
        approving.outputs.pop(task_id, None)
    with pytest.raises(
        AirflowFailException, match=r"Got that of an earlier try instead.*anew with the as-of 2024-05-01"
    ):
        approving.run("approve")


def test_an_approval_of_a_verdict_that_was_judged_anew_meanwhile_is_none(approving: ApprovingChain) -> None:
    approving.ask()
    approving.params = {"reason": "another verdict"}
    approving.outputs.pop("judge")
    approving.run("judge")
    assert (
        approving.said()
        == "ada must approve the verdict as it is now. Got an approval of one that was judged anew since."
    )
    assert approving.versions() == []


def test_an_approval_that_was_cleared_asks_the_same_question_again(promoting: ApprovingChain) -> None:
    first = promoting.ask()
    promoting.answer("Reject")
    promoting.outputs.pop("approve")
    promoting.skipped.clear()
    assert promoting.ask() == first
    promoting.answer("Approve")
    promoting.run("promote")
    assert promoting.versions() == ["1"]


def test_a_run_that_is_cleared_after_its_promotion_asks_nobody_again(promoting: ApprovingChain) -> None:
    promoting.ask()
    promoting.answer("Approve")
    promoting.run("promote")
    promoting.outputs = {task_id: promoting.outputs[task_id] for task_id in ("snapshot", "validate", "train")}
    promoting.run("promote")
    assert (promoting.outputs["promote"]["again"], promoting.versions()) == (True, ["1"])


def test_promoting_refuses_what_people_have_not_approved(approving: ApprovingChain) -> None:
    approving.ask()
    approving.outputs["approve"] = approving.outputs["judge"]
    assert "must be a live PASS, or approved. Got PASS, 1 to approve." in approving.refused("promote")


def test_airflow_can_keep_a_dag_that_asks_people(approving: ApprovingChain) -> None:
    asking(approving, people=2, approvers=("ada", "bob", "eve"), timeout=days(2))
    dag = retraining_dag(Pipeline(**approving.pipeline), dag_id="asks")
    kept = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    assert kept.task_ids[-3:] == ["approve", "approve_second", "promote"]
    assert kept.get_task("promote").upstream_task_ids == {"approve_second"}
    assert "Two people of ada, bob, eve must approve each promotion, within 2 days." in str(dag.doc_md)
