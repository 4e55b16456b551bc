"""What is wrong with the data, through the operators: a sentence, no retry, and nothing half-written."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from headgate import FunctionSource, Label, ParquetSource, Rolling, days
from tests.dagrun.chain import Chain


def source(name: str) -> FunctionSource:
    return FunctionSource(f"tests.dagrun.shop:{name}", event_time="day")


def refused_snapshot(chain: Chain) -> str:
    """Return the sentence of a snapshot that must leave nothing behind."""
    sentence = chain.refused("snapshot")
    assert (chain.files(), chain.runs()) == ([], [])
    return sentence


def test_a_chain_without_bad_input_goes_through(chain: Chain) -> None:
    assert chain.run("promote")["version"] == "1"
    assert [run.info.status for run in chain.runs()] == ["FINISHED"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "tests.dagrun.shop:dialy",
            r"tests\.dagrun\.shop:dialy must name something in .*shop\.py.* Did you mean daily",
        ),
        ("tests.dagrun.shpo:daily", r"tests\.dagrun\.shpo:daily must name a module.* no 'shpo' in tests\.dagrun"),
        ("shpo.data:daily", r"shpo\.data:daily must name a module.* must be on PYTHONPATH"),
        ("tests.dagrun.shop:THREE", r"source tests\.dagrun\.shop:THREE must be a function read\(windows\)\. Got float"),
    ],
)
def test_a_source_that_is_nowhere_or_no_function(chain: Chain, path: str, said: str) -> None:
    chain.pipeline["source"] = FunctionSource(path, event_time="day")
    assert re.search(said, refused_snapshot(chain))


def test_a_source_that_returns_no_frame(chain: Chain) -> None:
    chain.pipeline["source"] = source("a_list")
    sentence = refused_snapshot(chain)
    assert "source tests.dagrun.shop:a_list must return a DataFrame or an Arrow table. Got list" in sentence


def test_a_source_that_fails(chain: Chain) -> None:
    chain.pipeline["source"] = source("fails")
    assert re.search(
        r"source tests\.dagrun\.shop:fails fails in .*shop\.py, line \d+: KeyError.*price", refused_snapshot(chain)
    )


def test_a_parquet_source_where_nothing_is(chain: Chain) -> None:
    chain.pipeline["source"] = ParquetSource((chain.store.parent / "sales.parquet").as_uri(), event_time="day")
    assert re.search(r"source file:.*sales\.parquet must be a Parquet file or a folder", refused_snapshot(chain))


def test_a_label_that_is_no_column(chain: Chain) -> None:
    chain.pipeline["label"] = Label("solt")
    sentence = refused_snapshot(chain)
    assert "label solt must be a column of the rows. Got the columns day, size, sold" in sentence
    assert "Did you mean sold?" in sentence


def test_an_event_time_that_is_no_column(chain: Chain) -> None:
    chain.pipeline["source"] = FunctionSource("tests.dagrun.shop:daily")
    assert "event time event_time must be a column of the rows. Got the columns day" in refused_snapshot(chain)


def test_a_source_without_rows(chain: Chain) -> None:
    chain.pipeline["source"] = source("nothing")
    sentence = refused_snapshot(chain)
    assert "Got none instead: the source gave no rows for these windows." in sentence


def test_an_empty_window_says_where_the_rows_are(chain: Chain) -> None:
    chain.pipeline["source"] = source("long_ago")
    sentence = refused_snapshot(chain)
    assert "training window [2024-03-25, 2024-04-24) of the as-of 2024-05-01 must have rows. Got none" in sentence
    assert "begin at 2014-03-28T00:00:00Z and end at 2014-05-03" in sentence
    assert "Start the run with an as-of that the data reaches" in sentence


def test_a_holdout_that_the_data_does_not_reach(chain: Chain) -> None:
    chain.pipeline["source"] = source("without_holdout")
    sentence = refused_snapshot(chain)
    assert "holdout [2024-04-24, 2024-05-01) of the as-of 2024-05-01 must have rows. Got none" in sentence
    assert "end at 2024-04-23" in sentence
    assert "Start the run with an earlier as-of, wait for the rows, or say how late they come" in sentence


def test_labels_with_nulls(chain: Chain) -> None:
    chain.pipeline["source"] = source("half_labelled")
    sentence = refused_snapshot(chain)
    assert "label sold must not be null. Got 7 of 37 rows without one instead, the first at 2024-04-24" in sentence
    assert "leave such rows out, or wait longer" in sentence


def test_duplicate_columns(chain: Chain) -> None:
    chain.pipeline["source"] = source("twins")
    assert "shop:twins must return each column once. Got size more than once" in refused_snapshot(chain)


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2999-01-01", "must not lie in the future: nothing is known of that time yet. Got '2999-01-01'"),
        ("next tuesday", "must be an ISO date such as 2000-01-01 or 2000-01-01T06:00:00Z. Got 'next tuesday'"),
        ("2024-04-01T00:00:00", "must say its time zone, such as 2024-04-01T00:00:00Z for UTC. Got '2024"),
        (20240401, "must be of type str. Got 20240401"),
    ],
)
def test_an_as_of_in_the_future_unparsable_without_a_zone_or_no_text(chain: Chain, as_of: object, said: str) -> None:
    chain.params["as_of"] = as_of
    sentence = refused_snapshot(chain)
    assert sentence.startswith(("as-of of the trigger form", "as_of of the trigger form"))
    assert said in sentence


def test_an_interval_that_ends_in_the_future_is_no_mistake_of_a_persons(chain: Chain) -> None:
    end = datetime.now(tz=UTC) + timedelta(hours=1)  # by this machine's clock, which is behind the scheduler's
    chain.facts |= {"data_interval_end": end, "run_after": end}
    chain.pipeline["windows"] = Rolling(lookback=days(30), holdout=days(7))
    assert chain.run("snapshot")["run"]["as_of"]["origin"] == "the data interval's end"
