"""Rows are set aside through the real operators: what goes on, what is kept, and what stops."""

from __future__ import annotations

import logging
from typing import Any

import pyarrow.parquet as pq
import pytest

from headgate import Quarantine
from headgate.core.validation import Severity
from tests.dagrun.chain import Chain
from tests.dagrun.stations import FEW_ROWS, NOT_NEGATIVE, artifact, report, stations, tags, validate

REASON = "expect_column_values_to_be_between(size)"


def test_a_share_within_the_limits_is_set_aside_and_the_rest_goes_on(chain: Chain) -> None:
    quarantine = Quarantine(max_share=0.05, max_slice_share=0.1, slices=("station",))
    stations(chain, "few_wrong", NOT_NEGATIVE, quarantine=quarantine)
    shown = validate(chain)
    assert shown.output["verdict"]["outcome"] == "PASS"
    before, after = chain.outputs["snapshot"], shown.output["snapshot"]
    assert (before["training_rows"], before["holdout_rows"]) == (120, 28)
    assert (after["training_rows"], after["holdout_rows"]) == (117, 27)
    assert after["id"] != before["id"]
    told = "4 of 148 rows were set aside by expect_column_values_to_be_between(size) 4"
    assert told in shown.log.at(logging.INFO)
    assert [report(chain)[key] for key in ("rows", "left_out", "left_out_of")] == [144, 4, 148]


def test_the_rows_that_were_set_aside_are_linked_from_the_task_with_their_reasons(chain: Chain) -> None:
    stations(chain, "few_wrong", NOT_NEGATIVE, quarantine=Quarantine(max_share=0.05))
    shown = validate(chain)
    assert "/artifacts/validation/quarantine.parquet" in shown.links["Rows set aside"]
    (run,) = chain.runs()
    rows = pq.read_table(artifact(chain, run.info.run_id, "validation/quarantine.parquet"))
    assert rows.column("size").to_pylist() == [-1.0] * 4
    assert rows.column("headgate_reasons").to_pylist() == [[REASON]] * 4


def test_what_follows_learns_from_the_rest_and_the_version_says_so(chain: Chain) -> None:
    stations(chain, "few_wrong", NOT_NEGATIVE, quarantine=Quarantine(max_share=0.05))
    chain.run("promote")
    (version,) = chain.client.search_model_versions(f"name = '{chain.model}'")
    assert version.tags["headgate.snapshot"] == chain.outputs["validate"]["snapshot"]["id"]
    assert "* 4 of 148 rows were set aside" in str(version.description)
    (run,) = chain.runs()
    assert run.data.metrics["training_rows"] == 117.0
    assert run.data.tags["headgate.left_out"] == "4"


def test_the_second_time_finds_everything_and_writes_nothing(chain: Chain) -> None:
    stations(chain, "few_wrong", NOT_NEGATIVE, quarantine=Quarantine(max_share=0.05))
    chain.run("promote")
    first = (chain.files(), [run.info.run_id for run in chain.runs()], chain.versions())
    chain.outputs.clear()
    chain.run("promote")
    assert chain.outputs["train"]["reused"] is True
    assert (chain.files(), [run.info.run_id for run in chain.runs()], chain.versions()) == first


@pytest.mark.parametrize(
    ("source", "limits", "said"),
    [
        ("few_wrong", {"max_share": 0.02}, "4 of 148 rows (2.7 %) would be set aside, more than 2 %"),
        (
            "south_wrong",
            {"max_share": 0.3, "max_slice_share": 0.25, "slices": ("station",)},
            "in station=south 30 of 74 (40.54 %) would be set aside, more than 25 %",
        ),
        ("holdout_wrong", {"max_share": 0.9}, "the holdout would be left without rows"),
    ],
)
def test_too_many_rows_fail_and_none_is_set_aside(chain: Chain, source: str, limits: dict[str, Any], said: str) -> None:
    stations(chain, source, NOT_NEGATIVE, quarantine=Quarantine(**limits))
    chain.run("snapshot")
    before = chain.files()
    shown = validate(chain)
    assert shown.refusal.endswith(f"quarantine: {said}; so none is")
    assert chain.failed_with() == shown.refusal
    assert chain.files() == before
    assert "Rows set aside" not in shown.links


def test_a_slice_that_is_no_column_is_the_specifications_fault(chain: Chain) -> None:
    stations(chain, "few_wrong", NOT_NEGATIVE, quarantine=Quarantine(max_share=0.5, slices=("town",)))
    assert "slices of Quarantine must be columns of the rows. Got 'town' instead" in validate(chain).refusal


def test_warnings_set_rows_aside_only_where_that_is_asked(chain: Chain) -> None:
    stations(chain, "few_wrong", {**NOT_NEGATIVE, "severity": "warning"}, quarantine=Quarantine(max_share=0.05))
    assert validate(chain).output["summary"]["state"] == "PASS with 1 warning"
    chain.outputs.clear()
    asked = Quarantine(max_share=0.05, severities=(Severity.WARNING,))
    stations(chain, "few_wrong", {**NOT_NEGATIVE, "severity": "warning"}, quarantine=asked)
    assert validate(chain).output["summary"]["state"] == "PASS"


def test_what_is_unmet_of_the_rest_is_the_verdict(chain: Chain) -> None:
    stations(chain, "few_wrong", NOT_NEGATIVE, FEW_ROWS, quarantine=Quarantine(max_share=0.05))
    shown = validate(chain)
    assert shown.refusal.startswith("the data was refused: expect_table_row_count_to_be_between(")
    assert (tags(chain)["headgate.validation"], tags(chain)["headgate.left_out"]) == ("FAIL", "4")
