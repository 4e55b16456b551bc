"""The simulated history of replays, with real models and rows in memory."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from headgate.core.approval import Approval, Approved
from headgate.core.approval_replies import Reply
from headgate.core.asof import RunType
from headgate.core.gates import AtMost
from headgate.core.history import History
from headgate.core.history_document import comparable, document_of
from headgate.core.metrics import mae, rmse
from headgate.core.paired import NoWorseThan
from headgate.core.past_runs import past_of
from headgate.core.policy import Policy
from headgate.core.validation import Finding
from headgate.core.verdict import Outcome
from headgate.errors import InputError, TransientError
from headgate.ports import Rows
from headgate.steps.approve import answered, name_of, record_approval
from headgate.steps.history import Limits
from headgate.steps.history_bench import HistoryBench, Terms
from headgate.steps.judge import POLICY as POLICY_FILE
from headgate.steps.promote import promote_candidate
from tests.unit.own_gates import Plain, Within
from tests.unit.pasts import Past
from tests.unit.world import POLICY, Suite, later, result

STRICT = Policy(gates=(AtMost(mae, 5.0), NoWorseThan(mae, tolerance=0.0)))


def compared(history: History) -> object:
    return comparable(document_of(history))


def test_the_later_candidate_takes_the_place_where_it_is_better_on_the_same_rows() -> None:
    past = Past()
    past.replay(0, 1, 2)
    history = past.history()
    assert [row.verdict for row in history.rows] == ["PASS", "PASS", "PASS"]
    assert [row.run.as_of for row in history.promotions] == [later(0), later(1), later(2)]
    assert [row.before.gated.as_of if row.before.gated else None for row in history.rows] == [None, later(0), later(1)]
    ours, theirs = history.rows[2].judged.value, history.rows[2].values.gated
    assert ours is not None
    assert theirs is not None
    assert 0 < ours < theirs
    assert past.log.entries("sales") == ()


def test_retraining_is_worth_what_the_first_model_would_have_cost() -> None:
    past = Past()
    past.replay(0, 1, 2, 3)
    worth = past.history().worth
    assert worth.as_ofs == 3
    assert worth.means.gated == worth.means.always
    assert worth.over_never.difference is not None
    assert worth.over_never.difference > 0
    assert (worth.over_never.better, worth.over_never.worse) == (2, 0)
    assert worth.over_always.difference == 0


def test_the_verdict_of_each_candidate_is_what_a_live_run_would_have_given() -> None:
    """Promote month by month for real, and simulate the history of the same months."""
    live, replayed = Past(), Past()
    verdicts = []
    for month in range(4):
        verdict = live.judged(later(month))
        verdicts.append(verdict.judgement)
        if verdict.opens:
            promote_candidate(verdict, log=live.log, store=live.store)
    replayed.replay(2, 0, 3, 1)
    for history in (replayed.history(), live.history()):
        judgements = [row.judged.judgement for row in history.rows]
        assert [one.outcome for one in judgements] == [one.outcome for one in verdicts]
        assert [[v.value for v in one.verdicts] for one in judgements] == [
            [v.value for v in one.verdicts] for one in verdicts
        ]


def test_the_baseline_is_named_by_its_as_of() -> None:
    past = Past()
    past.replay(0, 1)
    verdict = past.history().rows[1].judged.judgement.verdicts[1]
    assert "of version 2024-05-01 (simulated): " in verdict.reason


def test_any_order_of_the_runs_gives_the_same_history() -> None:
    told = []
    for order in itertools.permutations(range(3)):
        past = Past()
        past.replay(*order)
        told.append(compared(past.history()))
    assert all(one == told[0] for one in told)


def test_runs_that_are_added_later_or_run_again_are_folded_anew() -> None:
    once, grown = Past(), Past()
    once.replay(0, 1, 2)
    grown.replay(2)
    assert len(grown.history().rows) == 1
    grown.replay(0)
    grown.replay(1)
    grown.replay(1, 2)
    assert compared(grown.history()) == compared(once.history())


def test_each_model_is_loaded_once_and_nothing_is_scored_twice() -> None:
    past = Past()
    past.replay(0, 1, 2, 3)
    past.history()
    assert len(past.loaded) == len(set(past.loaded)) == 4
    assert past.scored == 4 + 2  # each candidate with its champion; and the first model at the third and fourth as-of


def test_refused_data_is_a_row_and_the_champion_stays() -> None:
    past = Past()
    past.replay(0)
    past.suite = Suite(result(Finding.UNMET))
    past.validated(later(1), RunType.BACKFILL)
    past.suite = Suite(result(Finding.MET))
    past.replay(2)
    history = past.history()
    assert [row.verdict for row in history.rows] == ["PASS", "refused", "PASS"]
    assert history.rows[1].judged.judgement.reason == "the data was refused: expect_x(size): found no value"
    assert history.rows[2].before.gated == history.rows[0].run


@pytest.mark.parametrize("gone", ["model", "snapshot", "trusted"])
def test_what_cannot_be_scored_any_more_is_undecided_with_its_reason_and_not_promoted(gone: str) -> None:
    past = Past()
    verdicts = past.replay(0, 1, 2)
    candidate = verdicts[1].candidate
    if gone == "model":
        del past.tracker.models[candidate.model_id]
    elif gone == "trusted":
        past.loader.broken = (candidate.model_id,)
    else:
        del past.store._documents[candidate.snapshot.manifest]
    row = past.history().rows[1]
    said = {
        "model": f"the candidate of 2024-06-01 can't be loaded any more: model {candidate.model_id} must be whole",
        "trusted": "can't be loaded any more: it holds types that nobody trusts",
        "snapshot": "its holdout can't be read any more: ",
    }
    assert (row.verdict, row.is_promotion) == ("UNDECIDED", False)
    assert said[gone] in row.judged.judgement.reason
    assert (row.values.gated is None) == (gone == "snapshot")


def test_a_champion_that_cannot_be_loaded_leaves_its_gates_undecided() -> None:
    past = Past()
    past.replay(0, 1)
    first, second = past_of(past.ports().ledger.runs("sales")).runs
    terms = Terms(policy=STRICT, metrics=(mae,))
    bench = HistoryBench("sales", terms=terms, metric=mae, ports=past.ports().bench)
    judged = bench.judge(second, replace(first, model_id="m-gone"))
    assert judged.judgement.outcome is Outcome.UNDECIDED
    assert "the baseline could not be scored: the candidate of 2024-05-01 can't be loaded" in judged.judgement.reason


def test_an_outage_is_no_answer() -> None:
    class Down(Past):
        def get(self, *_: object) -> Rows:
            msg = "the store can't be reached"
            raise TransientError(msg)

    past = Down()
    past.replay(0)
    past.store.get = past.get  # type: ignore[method-assign, assignment]  # an outage
    with pytest.raises(TransientError):
        past.history()


def test_the_newest_runs_policy_judges_the_whole_history() -> None:
    past = Past()
    past.replay(0, 1)
    past.replay(2, policy=Policy(gates=(AtMost(mae, 0.0),)))
    assert [row.verdict for row in past.history().rows] == ["FAIL", "FAIL", "FAIL"]
    assert past.history().gates == ("AtMost(mae)",)


def test_another_policy_can_be_asked_about() -> None:
    past = Past()
    past.replay(0, 1, 2)
    terms = Terms(policy=Policy(gates=(AtMost(mae, 0.0),)), metrics=(rmse,))
    history = past.history(terms=terms)
    assert (history.champion, history.worth.as_ofs, len(history.rows)) == (None, 0, 3)


def test_gates_of_the_users_own_come_back() -> None:
    past = Past()
    past.replay(0, 1, policy=Policy(gates=(Within(mae, 9.0),)))
    assert past.history().gates == ("Within(mae)",)


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (b'{"type": "include.gone:Gate", "fields": {}}', "include.gone"),
        (b"{", "what can't be read"),
        (b'{"metric": "mae"}', "must be a policy"),
        (None, "artifact policy.json must be in the run"),
    ],
    ids=["gone", "cut off", "no policy", "from before it was kept"],
)
def test_a_policy_that_cannot_be_had_is_asked_for(policy: bytes | None, said: str) -> None:
    past = Past()
    past.replay(0)
    artifacts = past.tracker.runs[next(iter(past.tracker.runs))].artifacts
    artifacts.pop(POLICY_FILE)
    if policy is not None:
        artifacts[POLICY_FILE] = policy
    with pytest.raises(InputError, match=said) as caught:
        past.history()
    assert "as-of 2024-05-01" in str(caught.value)
    assert "--pipeline include.co2.pipeline:pipeline" in str(caught.value)


def test_a_gate_that_nobody_can_write_down_is_asked_for() -> None:
    past = Past()
    past.replay(0, policy=Policy(gates=(Plain(),)))
    with pytest.raises(InputError, match=r"made of frozen dataclasses.*--pipeline"):
        past.history()


def test_the_metric_is_the_first_gates_unless_one_is_given() -> None:
    past = Past()
    past.replay(0)
    assert past.history().metric == mae
    assert past.history(metric=rmse).metric == rmse
    with pytest.raises(InputError, match=r"must have a gate, whose metric .* give --metric"):
        past.history(terms=Terms(policy=Policy(), metrics=()))


def test_limits_choose_the_as_ofs_and_not_the_policy() -> None:
    past = Past()
    past.replay(0, 1)
    past.replay(2, policy=Policy(gates=(AtMost(mae, 0.0),)))
    rows = past.history(limits=Limits(start=later(1), end=later(1))).rows
    assert [(row.run.as_of, row.verdict) for row in rows] == [(later(1), "FAIL")]


def test_without_runs_there_is_no_history() -> None:
    past = Past()
    with pytest.raises(InputError, match=r"must have judged or refused runs\. Got none: backfill some"):
        past.history()
    past.replay(0)
    with pytest.raises(InputError, match="Got none from 2024-06-01 to 2024-07-01"):
        past.history(limits=Limits(start=later(1), end=later(2)))


def test_refused_runs_alone_are_no_history() -> None:
    past = Past()
    past.suite = Suite(result(Finding.UNMET))
    past.validated(later(0), RunType.BACKFILL)
    with pytest.raises(InputError, match="must have a judged run"):
        past.history()


def test_how_far_it_is_is_told() -> None:
    past = Past()
    past.replay(0, 1)
    told: list[tuple[int, int]] = []
    past.history(tell=lambda done, of: told.append((done, of)))
    assert told == [(0, 2), (1, 2)]


def test_who_approved_or_rejected_is_told_from_the_log_and_from_the_runs() -> None:
    past = Past()
    asking = replace(POLICY, approval=Approval(when="always"))
    approved = past.judged(later(0), policy=asking)
    ada = Approved(who="ada", at=later(0), why="the winter is over")
    promote_candidate(replace(approved, approvals=(ada,)), log=past.log, store=past.store)
    rejected = past.judged(later(1), policy=asking)
    reply = Reply(approves=False, who="eve", at=later(1), why="no")
    _, decided = answered(rejected, reply, approval=asking.approval, about=name_of(rejected))
    record_approval(rejected, decided, tracker=past.tracker)
    past.replay(2)
    assert [row["answer"] for row in document_of(past.history())["rows"]] == [
        {"state": "approved", "who": "ada", "at": later(0).isoformat(), "why": "the winter is over"},
        {"state": "rejected", "who": "eve", "at": later(1).isoformat(), "why": "eve rejects: no"},
        None,
    ]


def test_what_people_answered_is_no_difference_between_two_backfills() -> None:
    assert comparable({"rows": [{"verdict": "PASS", "answer": {"who": "ada"}}]}) == {"rows": [{"verdict": "PASS"}]}
