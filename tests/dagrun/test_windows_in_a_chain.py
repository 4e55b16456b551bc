"""Windows of every kind, from the pipeline to the rows of a snapshot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from headgate.core.business_days import business_days
from headgate.core.span import days
from headgate.core.windows import Expanding, Rolling
from headgate.spec import Label
from tests.dagrun.chain import Chain


def windows_of(snapshot: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = snapshot["run"]["windows"]
    return found


def test_rows_of_the_gap_are_in_neither_window(chain: Chain) -> None:
    chain.pipeline["windows"] = Rolling(lookback=days(30), holdout=days(7), gap=days(3))

    snapshot = chain.run("snapshot")

    assert (snapshot["training_rows"], snapshot["holdout_rows"]) == (30, 7)
    assert windows_of(snapshot)["training"]["end"] == "2024-04-21T00:00:00Z"
    assert windows_of(snapshot)["holdout"]["start"] == "2024-04-24T00:00:00Z"


def test_a_training_window_grows_and_what_was_read_before_is_kept(chain: Chain) -> None:
    chain.pipeline["windows"] = Expanding(since="2024-01-01", holdout=days(7))
    first = chain.run("snapshot")
    chain.outputs.clear()
    chain.facts = {"run_after": datetime(2024, 5, 8, tzinfo=UTC), "data_interval_end": datetime(2024, 5, 8, tzinfo=UTC)}

    second = chain.run("snapshot")

    assert (first["training_rows"], second["training_rows"]) == (114, 121)
    assert windows_of(second)["training"]["start"] == "2024-01-01T00:00:00Z"


def test_an_expanding_window_that_would_be_empty_stops_the_run_with_a_sentence(chain: Chain) -> None:
    chain.pipeline["windows"] = Expanding(since="2024-05-01", holdout=days(7))

    said = chain.refused("snapshot")

    assert said == (
        "since of Expanding must lie before the training window's end, which is 2024-04-24 for the as-of 2024-05-01. "
        "Got 2024-05-01 instead: start the run with a later as-of."
    )


def test_labels_of_business_days_in_a_zone_whose_clocks_changed_since_pass_the_check_for_leaks(chain: Chain) -> None:
    chain.pipeline["windows"] = Rolling(lookback=days(60), holdout=days(7), zone="Europe/Berlin")
    chain.pipeline["label"] = Label("sold", delay=business_days(25, ["2024-03-29", "2024-04-01"]))
    chain.params = {"as_of": "2024-05-01T00:00:00+02:00"}

    snapshot = chain.run("snapshot")

    assert windows_of(snapshot)["holdout"] == {"start": "2024-03-17T23:00:00Z", "end": "2024-03-24T23:00:00Z"}
    assert (snapshot["training_rows"], snapshot["holdout_rows"]) == (60, 7)
