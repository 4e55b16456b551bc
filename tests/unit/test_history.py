"""The fold of a simulated history: one result, in whatever order and parallelism its records were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.history import NOBODY, History, Judged, fold_history, worth_of
from headgate.core.history_document import comparable, document_of, document_text
from headgate.core.metrics import mae, r2
from headgate.core.past_runs import PastRun, past_of
from headgate.core.verdict import Judgement, Outcome
from headgate.core.windows import Window
from tests.unit.past import day, judged, past_run, record


class Table:
    """A bench whose answers are read from a table: each candidate has an error; the lower one passes.

    Args:
        errors: By logged model id; one that isn't in it can't be scored.
        worsening: How much worse a model is at each later day.
    """

    def __init__(self, errors: dict[str, float], *, worsening: float = 0.0) -> None:
        self.errors = errors
        self.worsening = worsening
        self.asked: list[tuple[str, str | None]] = []

    def judge(self, run: PastRun, champion: PastRun | None) -> Judged:
        self.asked.append((str(run.model_id), champion.model_id if champion else None))
        ours, theirs = self.value(run, run), self.value(run, champion) if champion else None
        holdout = Window(start=run.as_of - timedelta(days=2), end=run.as_of)
        if ours is None:
            return Judged(judgement=verdict(Outcome.UNDECIDED, "its model is gone"), holdout=holdout)
        is_better = theirs is None or ours < theirs
        judgement = verdict(Outcome.PASS if is_better else Outcome.FAIL, f"{ours} against {theirs}")
        return Judged(judgement=judgement, value=ours, holdout=holdout)

    def value(self, run: PastRun, model: PastRun) -> float | None:
        error = self.errors.get(str(model.model_id))
        return None if error is None else error + self.worsening * (run.as_of - model.as_of).days


def verdict(outcome: Outcome, reason: str) -> Judgement:
    return Judgement(outcome=outcome, reason=reason, verdicts=())


def names(*errors: float) -> dict[str, float]:
    return {f"m-dag-{number}": error for number, error in enumerate(errors)}


def history(runs: Sequence[PastRun], bench: Table) -> History:
    return History(model="model", metric=mae, gates=("AtMost(mae)",), rows=fold_history(runs, bench))


def test_each_candidate_meets_the_champion_of_the_earlier_as_ofs() -> None:
    bench = Table(names(3.0, 4.0, 2.0, 2.5))
    rows = fold_history([past_run(number) for number in range(4)], bench)
    assert bench.asked == [("m-dag-0", None), ("m-dag-1", "m-dag-0"), ("m-dag-2", "m-dag-0"), ("m-dag-3", "m-dag-2")]
    assert [row.verdict for row in rows] == ["PASS", "FAIL", "PASS", "FAIL"]
    assert [row.after.gated.as_of if row.after.gated else None for row in rows] == [day(0), day(0), day(2), day(2)]


def test_only_a_pass_changes_who_serves_but_by_the_policy_that_promotes_always() -> None:
    rows = fold_history([past_run(0), past_run(1)], Table(names(1.0, 2.0)))
    assert (rows[1].is_promotion, rows[1].after.gated, rows[1].after.always) == (False, past_run(0), past_run(1))


def test_a_refused_run_changes_nothing_and_nothing_is_scored_on_its_rows() -> None:
    refused = past_run(1, refused="the data was refused")
    rows = fold_history([past_run(0), refused, past_run(2)], Table(names(3.0, 0.0, 2.0)))
    assert (rows[1].verdict, rows[1].judged.judgement.reason) == ("refused", "the data was refused")
    assert rows[1].after == rows[1].before == rows[0].after
    assert (rows[1].values.gated, rows[1].values.never, rows[1].values.always) == (None, None, None)
    assert rows[2].before.gated == past_run(0)


def test_a_candidate_that_cannot_be_scored_any_more_is_undecided_and_not_promoted() -> None:
    rows = fold_history([past_run(0), past_run(1)], Table(names(3.0)))
    assert (rows[1].verdict, rows[1].is_promotion, rows[1].values.gated) == ("UNDECIDED", False, 3.0)


def test_of_two_runs_of_one_as_of_one_at_most_becomes_the_champion() -> None:
    both = [past_run(0, dag="a"), past_run(0, dag="b")]
    rows = fold_history(both, Table({"m-a-0": 3.0, "m-b-0": 1.0}))
    assert [row.verdict for row in rows] == ["PASS", "UNDECIDED"]
    assert "the candidate of a of the same as-of took the place already" in rows[1].judged.judgement.reason


def test_the_policies_are_compared_by_who_served_before_each_as_of() -> None:
    """The first model ages by one a day; the second is worse than the gate allows; the third is good."""
    bench = Table(names(3.0, 9.0, 1.0, 1.0), worsening=1.0)
    rows = fold_history([past_run(number) for number in range(4)], bench)
    assert [row.values.gated for row in rows] == [None, 4.0, 5.0, 2.0]
    assert [row.values.never for row in rows] == [None, 4.0, 5.0, 6.0]
    assert [row.values.always for row in rows] == [None, 4.0, 10.0, 2.0]
    worth = worth_of(rows, mae)
    assert (worth.as_ofs, worth.means.gated, worth.means.never, worth.means.always) == (3, 11 / 3, 5.0, 16 / 3)
    assert (worth.over_never.difference, worth.over_never.better, worth.over_never.worse) == (4 / 3, 1, 0)
    assert (worth.over_always.difference, worth.over_always.better, worth.over_always.worse) == (5 / 3, 1, 0)


def test_a_higher_metric_is_better_where_its_direction_says_so() -> None:
    rows = fold_history([past_run(number) for number in range(4)], Table(names(3.0, 9.0, 1.0, 1.0), worsening=1.0))
    assert worth_of(rows, r2).over_never.difference == -4 / 3


def test_an_as_of_at_which_one_policy_cannot_be_scored_counts_for_none() -> None:
    """The second candidate's model is gone, and it is who serves at the third as-of where everything is promoted."""
    rows = fold_history([past_run(number) for number in range(4)], Table({"m-dag-0": 3.0, "m-dag-2": 5.0}))
    assert [row.values.always for row in rows] == [None, 3.0, None, 5.0]
    assert worth_of(rows, mae).as_ofs == 2


def test_without_runs_nothing_was_worth_anything() -> None:
    empty = history([], Table({}))
    assert (empty.champion, empty.worth.as_ofs, empty.worth.means.gated) == (None, 0, None)
    assert empty.worth.over_never.difference is None


@pytest.mark.parametrize(("apart", "overlap"), [(1, True), (2, False), (3, False)])
def test_holdouts_that_share_rows_are_told(apart: int, *, overlap: bool) -> None:
    """Each holdout of this bench is two days long."""
    runs = [past_run(number * apart) for number in range(3)]
    assert history(runs, Table({f"m-dag-{number * apart}": 1.0 for number in range(3)})).has_overlaps is overlap


errors = st.lists(st.one_of(st.none(), st.floats(0, 10)), min_size=1, max_size=8)


@given(errors=errors, refusals=st.sets(st.integers(0, 7)), data=st.data())
def test_the_history_is_the_same_for_any_order_of_records_with_duplicates(
    errors: list[float | None], refusals: set[int], data: st.DataObject
) -> None:
    bench = Table({f"m-dag-{n}": error for n, error in enumerate(errors) if error is not None}, worsening=0.5)
    records = [record(n, "FAILED", reason="bad") if n in refusals else judged(n) for n in range(len(errors))]
    shuffled = data.draw(st.permutations([*records, *data.draw(st.lists(st.sampled_from(records)))]))
    assert fold_history(past_of(shuffled).runs, bench) == fold_history(past_of(records).runs, bench)


@given(errors=errors, data=st.data())
def test_runs_that_are_added_later_give_what_they_would_have_given_from_the_start(
    errors: list[float | None], data: st.DataObject
) -> None:
    """Whatever was there first, the fold of all is that of all; each run's row depends on earlier ones only."""
    bench = Table({f"m-dag-{n}": error for n, error in enumerate(errors) if error is not None})
    records = [judged(n) for n in range(len(errors))]
    first = data.draw(st.lists(st.sampled_from(records), unique_by=lambda one: one.mlflow_run))
    fold_history(past_of(first).runs, bench)
    whole = fold_history(past_of([*first, *records]).runs, bench)
    assert whole == fold_history(past_of(records).runs, bench)
    for count in range(len(records)):
        assert fold_history(past_of(records[:count]).runs, bench) == whole[:count]


@given(errors=errors, again=st.integers(0, 7))
def test_a_run_that_is_run_again_changes_nothing_but_ids(errors: list[float | None], again: int) -> None:
    known = {f"m-dag-{n}": error for n, error in enumerate(errors) if error is not None}
    once = [judged(n) for n in range(len(errors))]
    place = again % len(once)
    anew = judged(place, name="second try", started=9, candidate="m-anew")
    superseded = replace(once[place], deleted=True, tags={**once[place].tags, "headgate.superseded_by": "second try"})
    twice = [*once[:place], superseded, *once[place + 1 :], anew]
    error = errors[place]
    bench = Table({**known, **({} if error is None else {"m-anew": error})})
    histories = [document_of(history(past_of(records).runs, bench)) for records in (once, twice)]
    assert comparable(histories[0]) == comparable(histories[1])
    assert histories[0] != histories[1]


@given(errors=errors)
def test_the_champion_is_always_one_that_passed_and_never_goes_back_in_time(errors: list[float | None]) -> None:
    bench = Table({f"m-dag-{n}": error for n, error in enumerate(errors) if error is not None})
    rows = fold_history([past_run(n) for n in range(len(errors))], bench)
    assert all(row.verdict == "PASS" for row in rows if row.is_promotion)
    champions = [row.after.gated.as_of for row in rows if row.after.gated]
    assert champions == sorted(champions)
    passed = [row.run for row in rows if row.verdict == "PASS"]
    assert all(row.after.never in (None, passed[0]) for row in rows if passed)
    assert rows[0].before == NOBODY


def test_a_document_is_json_with_nine_digits_and_no_clock() -> None:
    runs = [past_run(number) for number in range(3)]
    bench = Table(names(1 / 3, 2.0, 0.1))
    document = document_of(history(runs, bench))
    assert document["rows"][0]["value"] == 0.333333333
    assert document["rows"][1]["met"] == {"as_of": "2000-01-01", "model_id": "m-dag-0", "mlflow_run": "run dag 0"}
    assert document["champion"]["as_of"] == "2000-01-03"
    assert document_text(document) == document_text(document_of(history(runs[::-1], bench)))
    assert "m-dag" not in document_text(comparable(document))
