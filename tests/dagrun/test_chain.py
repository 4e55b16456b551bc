"""A chain that goes well: other sources, warnings, and seeds, through the real operators."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from headgate import ParquetSource
from headgate.core.span import days
from headgate.core.windows import Rolling
from tests.dagrun.chain import MAY, SUITE, Chain
from tests.dagrun.shop import daily

UNMET = {
    "type": "expect_column_max_to_be_between",
    "kwargs": {"column": "size", "max_value": 1},
    "severity": "warning",
}


def test_rows_come_from_parquet_files_as_well(chain: Chain, tmp_path: Path) -> None:
    folder = tmp_path / "sales"
    folder.mkdir()
    windows = Rolling(lookback=days(60), holdout=days(30)).at(MAY, label_delay=days(0))
    for month, rows in daily(windows).groupby(lambda row: row // 31):
        pd.DataFrame(rows).to_parquet(folder / f"{month}.parquet")
    by_function = chain.run("snapshot")
    chain.outputs.clear()
    chain.pipeline["source"] = ParquetSource(folder.as_uri(), event_time="day")

    by_parquet = chain.run("snapshot")
    chain.run("promote")

    assert (by_parquet["training_rows"], by_parquet["holdout_rows"]) == (30, 7)
    assert by_function["run"]["windows"] == by_parquet["run"]["windows"]
    assert chain.versions() == ["1"]


def test_an_unmet_warning_is_recorded_and_the_chain_goes_on(chain: Chain) -> None:
    Path(chain.pipeline["expectations"]).write_text(json.dumps({"expectations": [*SUITE, UNMET]}))

    validated = chain.run("validate")

    assert validated["verdict"]["outcome"] == "PASS"
    assert "expect_column_max_to_be_between(size" in validated["verdict"]["reason"]
    assert chain.runs()[0].data.tags["headgate.unmet_warning"] == "1"


def test_an_unmet_critical_expectation_stops_before_training_and_is_not_tried_again(chain: Chain) -> None:
    Path(chain.pipeline["expectations"]).write_text(json.dumps({"expectations": [{**UNMET, "severity": "critical"}]}))

    said = chain.refused("validate")

    assert "the data was refused: expect_column_max_to_be_between(size" in said
    assert chain.failed_with() == said


def test_the_whole_chain_run_twice_ends_as_it_did_the_first_time(chain: Chain) -> None:
    chain.run("promote")
    first = (chain.files(), [run.info.run_id for run in chain.runs()], chain.versions())
    chain.outputs.clear()

    chain.run("promote")

    assert chain.outputs["train"]["reused"] is True
    assert chain.outputs["promote"]["again"] is True
    assert (chain.files(), [run.info.run_id for run in chain.runs()], chain.versions()) == first
