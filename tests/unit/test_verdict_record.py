from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate import wire
from headgate.core.evaluation import Evaluation, Fact, Measure
from headgate.core.verdict import Outcome
from headgate.core.verdict_record import VerdictRecord, compacted, record_of, verdict_of
from headgate.errors import InputError
from headgate.steps.verdict_file import (
    LONGEST_TAG,
    SCHEMA_FILE,
    read_record,
    read_verdict,
    record_schema,
    record_tag,
    record_text,
)
from tests.unit.verdicts import (
    EVALUATION,
    FAILED,
    GAP,
    PASSED,
    compared,
    judgement,
    of_slices,
    record,
    verdict,
    verdict_on,
)

NUMBERS = st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0, 1e-300, float("inf"), float("-inf")])


def changed(**change: Any) -> str:
    return json.dumps({**json.loads(record_text(record(FAILED))), **change})


@pytest.mark.parametrize("told", [PASSED, FAILED, of_slices("a", "b"), judgement(Outcome.UNDECIDED, GAP)])
def test_a_record_comes_back_as_it_was_written_and_so_does_its_verdict(told: Any) -> None:
    written = record(told)
    assert read_record(record_text(written)) == written
    assert verdict_of(written) == verdict(told) == read_verdict(record_text(written))


@given(
    bounds=st.tuples(NUMBERS, NUMBERS, NUMBERS),
    value=NUMBERS,
    rows=st.none() | st.integers(0, 10**12),
    text=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_whatever_numbers_and_words_it_holds_it_comes_back(
    bounds: tuple[float, float, float], value: float, rows: int | None, text: str
) -> None:
    one = verdict_on(text, compared(*bounds, enough_rows=rows), value=value, reason=text)
    measures = (Measure(metric="mae", slice=text, rows=1, candidate=value, baseline=None),)
    facts = (Fact(name=text, unit="ms", candidate=value),)
    evaluation = replace(EVALUATION, measures=measures, facts=facts)
    written = record(judgement(Outcome.FAIL, one), evaluation, reason=text)
    assert read_record(record_text(written)) == written
    json.loads(record_text(written), parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))


def test_a_number_that_is_none_is_written_as_text_and_read_as_none() -> None:
    text = record_text(record(judgement(Outcome.UNDECIDED, verdict_on("g", compared(float("nan"), 0, 0)))))
    assert '"improvement": "NaN"' in text
    found = read_record(text).judgement.verdicts[0].comparison
    assert found is not None
    assert found.improvement != found.improvement


def test_a_record_says_the_decision_the_run_and_what_was_asked() -> None:
    told = json.loads(record_text(record(FAILED)))
    assert (told["schema"], told["run"]["model"], told["run"]["as_of"]["instant"]) == (
        1,
        "co2_weekly",
        "2000-01-01T00:00:00Z",
    )
    assert told["decision"].startswith("The champion, version 4, stays")
    assert (told["baseline"], told["champion"]["version"], told["head"]) == ({"version": "4", "error": None}, "4", 4)
    assert told["policy"]["fields"]["gates"][0]["fields"]["ceiling"] == 0.6
    assert [one["name"] for one in told["facts"]] == ["latency_row_p99", "size", "memory"]
    assert told["judgement"]["notes"] == ["corrected for 4 comparisons that could shut the door (Holm)"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed(schema=2), r"verdict\.json must be of schema 1\. Got 2 instead: another Headgate wrote it"),
        (changed(schema="1"), r"must say its schema's number\. Got '1' instead"),
        (changed(schema=True), r"must say its schema's number\. Got True instead"),
        ("[]", r"must say its schema's number\. Got None instead"),
        ("{", r"verdict\.json must be JSON\. Got '\{' instead"),
        (changed(extra=1), r"Got extra instead, which no Headgate writes so"),
        (changed(head="4"), r"Got head '4' instead"),
        (changed(dry_run=0), r"Got dry_run 0 instead"),
        (changed(mode={"mode": "live", "reason": "r", "why": "x"}), r"Got mode\.why instead"),
        (changed(mode={"mode": "alive", "reason": "r"}), r"Got mode\.mode"),
        (changed(run=None), r"must be the output of the task before, a VerdictRecord"),
    ],
)
def test_what_is_no_record_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_record(text)


def test_a_field_that_is_missing_has_its_default_where_it_has_one() -> None:
    data = json.loads(record_text(record()))
    del data["compact"]
    assert read_record(json.dumps(data)) == record()
    del data["head"]
    with pytest.raises(InputError, match="head"):
        read_record(json.dumps(data))


def test_a_verdict_of_before_there_were_schemas_is_still_read() -> None:
    assert read_verdict(wire.text(verdict(FAILED))) == verdict(FAILED)
    with pytest.raises(InputError, match="schema's number"):
        read_verdict("{}")


def test_without_an_evaluation_the_baseline_is_the_champion_of_the_time() -> None:
    assert record(evaluation=None).baseline.version == "4"
    assert record(evaluation=None, champion=None).baseline.version is None
    unscored = Evaluation(candidate="m-7e1", baseline="4", baseline_error="no column x", measures=())
    assert record_of(verdict(), evaluation=unscored).baseline.error == "no column x"


def test_a_tag_holds_the_whole_record_where_there_is_room() -> None:
    assert read_record(record_tag(record(FAILED))) == record(FAILED)


@pytest.mark.parametrize("slices", [200, 1000])
def test_a_tag_leaves_out_what_takes_room_and_says_where_it_is(slices: int) -> None:
    long = record(of_slices(*(f"s={n}" for n in range(slices))))
    told = read_record(record_tag(long))
    assert len(record_tag(long).encode()) <= LONGEST_TAG
    assert told.compact
    assert (told.candidate.mlflow_run, told.decision) == (long.candidate.mlflow_run, long.decision)
    assert [one.gate for one in told.judgement.verdicts] == [one.gate for one in long.judgement.verdicts]
    assert told.measures == long.measures[:1]


def test_a_tag_has_room_for_very_many_gates_that_talk_much() -> None:
    talking = verdict_on("Ü" * 50, compared(-0.2, -0.3, -0.1), reason="ü" * 3000)
    assert len(record_tag(record(judgement(Outcome.FAIL, *[talking] * 500))).encode()) <= LONGEST_TAG


def test_a_compact_record_is_one() -> None:
    short: VerdictRecord = compacted(record(FAILED))
    assert read_record(record_text(short)) == short


def test_a_compact_record_leaves_bounds_out() -> None:
    whole = record(judgement(Outcome.UNDECIDED, GAP))
    assert [one.bounded for one in whole.judgement.verdicts] == [GAP.bounded]
    assert [one.bounded for one in compacted(whole).judgement.verdicts] == [None]


def test_the_shipped_schema_is_the_codes() -> None:
    shipped = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    assert shipped == record_schema(), "run .venv/bin/python tools/verdict_schema.py"


@pytest.mark.parametrize(
    "told", [record(FAILED), compacted(record(FAILED)), record(of_slices("a")), record(judgement(Outcome.FAIL, GAP))]
)
def test_what_is_written_meets_the_shipped_schema(told: VerdictRecord) -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(record_text(told)), schema)


@pytest.mark.parametrize("change", [{"extra": 1}, {"head": "4"}, {"schema": 2}, {"mode": {"mode": "alive"}}])
def test_the_shipped_schema_refuses_what_the_code_refuses(change: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(changed(**change)), schema)
