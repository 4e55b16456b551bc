"""From Airflow's context to the run's own facts, for all six run types."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from headgate.core.asof import Origin, RunType
from headgate.core.span import days
from headgate.core.windows import Rolling
from headgate.errors import DataError, InputError, TransientError
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.run_context import run_of

WINDOWS = Rolling(lookback=days(30), holdout=days(7))


def context(run_type: str = "manual", *, form: dict[str, Any] | None = None, **dag_run: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "dag_id": "sales",
        "run_id": "sales 1",
        "run_type": run_type,
        "run_after": datetime(2024, 5, 1, tzinfo=UTC),
        "data_interval_end": None,
        "partition_key": None,
        "consumed_asset_events": [],
        "triggering_user_name": None,
    }
    return {"dag_run": SimpleNamespace(**{**facts, **dag_run}), "params": form or {}}


def resolved(given: dict[str, Any]) -> tuple[datetime, Origin]:
    run = run_of(given, model="sales", windows=WINDOWS, label_delay=days(1))
    return run.as_of.instant, run.as_of.origin


@pytest.mark.parametrize("run_type", list(RunType))
def test_the_form_wins_in_every_run_type(run_type: RunType) -> None:
    given = context(run_type, form={"as_of": "2024-02-01"}, data_interval_end=datetime(2024, 4, 1, tzinfo=UTC))
    assert resolved(given) == (datetime(2024, 2, 1, tzinfo=UTC), Origin.FORM)


@pytest.mark.parametrize("run_type", ["scheduled", "backfill", "manual", "operator_triggered"])
def test_without_a_form_the_data_intervals_end_counts(run_type: str) -> None:
    given = context(run_type, form={"as_of": None}, data_interval_end=datetime(2024, 4, 1, tzinfo=UTC))
    assert resolved(given) == (datetime(2024, 4, 1, tzinfo=UTC), Origin.INTERVAL)


def test_an_asset_event_that_says_its_as_of_counts_and_the_latest_of_several() -> None:
    events = [SimpleNamespace(extra={"as_of": text}) for text in ("2024-03-01", "2024-03-08")]
    given = context("asset_triggered", consumed_asset_events=[SimpleNamespace(extra=None), *events])
    assert resolved(given) == (datetime(2024, 3, 8, tzinfo=UTC), Origin.EVENT)


def test_an_asset_event_that_says_nothing_leaves_the_run_after_time() -> None:
    given = context("asset_triggered", consumed_asset_events=[SimpleNamespace(extra={})])
    assert resolved(given) == (datetime(2024, 5, 1, tzinfo=UTC), Origin.RUN_AFTER)


def test_a_partition_key_counts_before_the_event() -> None:
    events = [SimpleNamespace(extra={"as_of": "2024-03-01"})]
    given = context("asset_materialization", partition_key="2024-02-15", consumed_asset_events=events)
    assert resolved(given) == (datetime(2024, 2, 15, tzinfo=UTC), Origin.PARTITION)


def test_the_one_who_started_the_run_is_recorded_and_the_dag_where_nobody_did() -> None:
    ada = run_of(context(triggering_user_name="ada"), model="sales", windows=WINDOWS, label_delay=days(1))
    nobody = run_of(context(), model="sales", windows=WINDOWS, label_delay=days(1))
    assert (ada.who, nobody.who) == ("ada", "sales")


@pytest.mark.parametrize("value", ["2999-01-01", "soon", "2024-01-01T00:00:00"])
def test_an_as_of_that_is_future_unreadable_or_without_a_zone_is_refused_with_a_sentence(value: str) -> None:
    with pytest.raises(InputError, match=r"as-of of the trigger form must .* Got '"):
        resolved(context(form={"as_of": value}))


def test_an_as_of_of_another_type_is_refused() -> None:
    with pytest.raises(InputError, match=r"as_of of the trigger form must be of type str\. Got 7 instead"):
        resolved(context(form={"as_of": 7}))


def test_what_another_try_cannot_mend_fails_at_once() -> None:
    with pytest.raises(AirflowFailException, match="no rows"), airflow_outcome():
        raise DataError("no rows")  # noqa: EM101, TRY003 - the message is the test's


def test_an_outage_is_left_to_airflows_retries() -> None:
    with pytest.raises(AirflowException, match="down") as caught, airflow_outcome():
        raise TransientError("down")  # noqa: EM101 - the message is the test's
    assert not isinstance(caught.value, AirflowFailException)
