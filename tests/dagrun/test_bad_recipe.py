"""What is wrong with suite, estimator, metrics, policy or form, through the operators and on a real MLflow server."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headgate import AtLeast, AtMost, Estimator, FunctionSource, Policy, auc, mae, r2
from headgate.errors import InputError
from headgate.operators.evaluate import EvaluateOperator
from tests.dagrun.chain import Chain

OWN = "tests.dagrun.shop.Scale"


def with_suite(chain: Chain, kind: str, **kwargs: Any) -> None:
    suite = Path(chain.pipeline["expectations"])
    suite.write_text(json.dumps({"expectations": [{"type": kind, "kwargs": kwargs}]}))


def without_run(chain: Chain, task_id: str) -> str:
    """Return the sentence of a task that must fail before it opens an MLflow run."""
    sentence = chain.refused(task_id)
    assert (chain.runs(), chain.models(), chain.versions()) == ([], [], [])
    return sentence


def test_an_expectation_that_there_is_none_of(chain: Chain) -> None:
    with_suite(chain, "expect_column_values_to_be_betwen", column="size")
    sentence = without_run(chain, "validate")
    assert re.search(
        r"expectations\.0 of .*suite\.json must hold a known expectation\. Got 'expect_.*_betwen'", sentence
    )
    assert "Did you mean expect_column_values_to_be_between?" in sentence


def test_an_expectation_with_an_argument_that_it_does_not_take(chain: Chain) -> None:
    with_suite(chain, "expect_column_values_to_be_between", column="size", min_valeu=0)
    sentence = without_run(chain, "validate")
    assert re.search(r"expect_\w+_between, expectations\.0 of .*suite\.json, must hold a known argument", sentence)
    assert "Got 'min_valeu' instead. Did you mean min_value?" in sentence


def test_an_expectation_about_a_column_that_is_not_there(chain: Chain) -> None:
    with_suite(chain, "expect_column_values_to_not_be_null", column="siez")
    sentence = chain.refused("validate")
    assert "the suite is broken, not the data: expect_column_values_to_not_be_null(siez)" in sentence
    assert "column 'siez' isn't there (did you mean 'size'?); there are: day, size, sold" in sentence
    assert chain.failed_with() == sentence


def test_data_that_the_suite_refuses(chain: Chain) -> None:
    with_suite(chain, "expect_column_values_to_be_between", column="size", min_value=0, max_value=5)
    sentence = chain.refused("validate")
    assert "the data was refused: expect_column_values_to_be_between(size, min 0, max 5)" in sentence
    assert "5 of 37 values" in sentence
    assert chain.failed_with() == sentence


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        ("nowhere.json", "expectations must be a suite's JSON file or a dotted path. Got 'nowhere.json'"),
        ("tests.dagrun.shop:sweet", "tests.dagrun.shop:sweet must name something in"),
        (
            "tests.dagrun.shop:no_suite",
            "must return an ExpectationSuite, a list of expectations, or plain data. Got 'expect the best'",
        ),
    ],
)
def test_a_suite_that_is_nowhere_or_none(chain: Chain, suite: str, said: str) -> None:
    chain.pipeline["expectations"] = suite
    assert said in without_run(chain, "validate")


@pytest.mark.parametrize(
    ("build", "said"),
    [
        ("tests.dagrun.shop:biuld", "tests.dagrun.shop:biuld must name something in .* Did you mean build"),
        ("tests.dagrun.shpo:build", "tests.dagrun.shpo:build must name a module"),
        ("tests.dagrun.shop:build_none", "shop:build_none must return a scikit-learn estimator.* Got NoneType"),
    ],
)
def test_an_estimator_that_is_nowhere_or_none(chain: Chain, build: str, said: str) -> None:
    chain.pipeline["estimator"] = Estimator(build)
    sentence = chain.refused("train")
    assert re.search(said, sentence)
    assert chain.failed_with() == sentence


@pytest.mark.parametrize(
    ("alpha", "said"),
    [
        ("strong", "param alpha must be of type float. Got 'strong' instead."),
        (True, "param alpha must be of type float. Got True instead."),
        (-1.0, "param alpha must be at least 0.0. Got -1.0 instead."),
        (float("nan"), "param alpha must be a number. Got nan instead."),
    ],
)
def test_params_of_the_wrong_type_or_out_of_bounds(chain: Chain, alpha: object, said: str) -> None:
    chain.params["alpha"] = alpha
    sentence = chain.refused("train")
    assert said in sentence
    assert chain.failed_with() == sentence


def test_a_dry_run_that_is_no_yes_or_no(chain: Chain) -> None:
    chain.params["dry_run"] = "yes"
    sentence = chain.refused("judge")
    assert "dry_run of the trigger form must be of type bool. Got 'yes' instead." in sentence
    (run,) = chain.runs()
    assert (run.info.status, run.data.tags["headgate.reason"]) == ("FAILED", sentence)
    assert chain.versions() == []


def test_an_estimator_whose_types_nobody_trusts(chain: Chain) -> None:
    chain.pipeline["estimator"] = Estimator("tests.dagrun.shop:build_own")
    sentence = chain.refused("train")
    assert f"Got {OWN} instead." in sentence
    assert f'Estimator(..., trusted=("{OWN}",))' in sentence
    assert chain.failed_with() == sentence


def test_the_same_estimator_goes_through_once_its_types_are_trusted(chain: Chain) -> None:
    chain.pipeline["estimator"] = Estimator("tests.dagrun.shop:build_own", trusted=(OWN,))
    assert chain.run("promote")["version"] == "1"


def test_a_refused_run_goes_on_once_its_mistake_is_mended(chain: Chain) -> None:
    chain.pipeline["estimator"] = Estimator("tests.dagrun.shop:build_none")
    chain.refused("train")
    chain.pipeline["estimator"] = Estimator("tests.dagrun.shop:build")
    assert chain.run("promote")["version"] == "1"
    (run,) = chain.runs()
    assert (run.info.status, "headgate.reason" in run.data.tags) == ("FINISHED", False)


def test_rows_that_the_estimator_refuses_are_said_in_one_line(chain: Chain) -> None:
    chain.pipeline["source"] = FunctionSource("tests.dagrun.shop:holes", event_time="day")
    with_suite(chain, "expect_column_to_exist", column="size")
    sentence = chain.refused("train")
    assert "estimator tests.dagrun.shop:build refuses the rows: ValueError: Input X contains NaN. Ridge" in sentence
    assert chain.failed_with() == sentence


def test_a_holdout_that_the_candidate_cannot_score_is_said_in_one_line(chain: Chain) -> None:
    chain.pipeline["source"] = FunctionSource("tests.dagrun.shop:holes_in_holdout", event_time="day")
    with_suite(chain, "expect_column_to_exist", column="size")
    sentence = chain.refused("evaluate")
    assert "the candidate must be able to score the holdout. Got ValueError: Input X contains NaN. Ridge" in sentence
    (run,) = chain.runs()
    assert (run.info.status, run.data.tags["headgate.reason"]) == ("FAILED", sentence)
    assert chain.versions() == []


def test_a_slice_that_is_no_column(chain: Chain) -> None:
    chain.pipeline["slices"] = ("seasn",)
    sentence = chain.refused("evaluate")
    assert "slice seasn must be a column of the holdout. Got day, size, sold instead." in sentence
    (run,) = chain.runs()
    assert (run.info.status, run.data.tags["headgate.reason"]) == ("FAILED", sentence)
    assert chain.versions() == []


def test_a_metric_that_there_is_none_of_is_an_import_error_of_the_dag_file() -> None:
    with pytest.raises(InputError, match=r"metric must be one of .* Got 'maee' instead\. Did you mean mae\?"):
        EvaluateOperator(task_id="evaluate", candidate={}, metrics=("maee",))
    with pytest.raises(InputError, match=r"metric must be one of .* Got 'maee' instead\. Did you mean mae\?"):
        AtMost("maee", 5.0)  # type: ignore[arg-type]


def test_a_gate_on_a_metric_that_nobody_computes_is_undecided_and_the_run_stays_green(chain: Chain) -> None:
    dag = chain.dag()
    judge: Any = dag.get_task("judge")
    judge.policy = Policy(gates=(AtMost(mae, 5.0), AtLeast(r2, 0.5)))
    verdict = chain.run("promote", dag=dag) or chain.outputs["judge"]
    assert (verdict["judgement"]["outcome"], chain.skipped) == ("UNDECIDED", ["promote"])
    assert "UNDECIDED, so nothing is promoted: no baseline; r2 was not measured" in verdict["explanation"]
    (run,) = chain.runs()
    assert (run.info.status, run.data.tags["headgate.verdict"]) == ("FINISHED", "UNDECIDED")
    assert chain.versions() == []


def test_a_gate_on_a_metric_that_this_estimator_has_not_is_undecided(chain: Chain) -> None:
    chain.pipeline["policy"] = Policy(gates=(AtLeast(auc, 0.5),))
    chain.run("promote")
    assert chain.outputs["judge"]["judgement"]["outcome"] == "UNDECIDED"
    assert (chain.skipped, chain.versions()) == (["promote"], [])


def test_two_pipelines_with_one_model_name(chain: Chain) -> None:
    chain.run("promote")
    other = replace(chain, dag_id=f"{chain.dag_id}_again", outputs={}, skipped=[])
    before = [(run.info.run_id, run.info.status, run.data.tags) for run in chain.runs()]
    sentence = other.refused("validate")
    assert f"model '{chain.model}' belongs to Dag '{chain.dag_id}'. Got Dag '{other.dag_id}' instead" in sentence
    assert "give each pipeline its own model name" in sentence
    assert [(run.info.run_id, run.info.status, run.data.tags) for run in chain.runs()] == before
    assert chain.versions() == ["1"]
