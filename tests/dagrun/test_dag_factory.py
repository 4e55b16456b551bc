"""The Dag that a pipeline becomes, and its trigger form."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import ParamValidationError

from headgate import (
    AtMost,
    Drift,
    Estimator,
    Expectations,
    FunctionSource,
    Label,
    Param,
    Pipeline,
    Policy,
    Quarantine,
    Rolling,
    Serving,
    SqlCheck,
    ValidateOperator,
    champion_asset,
    days,
    mae,
    retraining_dag,
    rollback_dag,
    rollback_form,
    trigger_form,
)
from headgate.errors import InputError

PARAMS = {
    "alpha": Param(default=1.0, minimum=0.0, maximum=10.0, description="Strength of the penalty"),
    "knots": Param(default=5),
    "solver": Param(default="auto", choices=("auto", "svd")),
    "positive": Param(default=False),
}


def pipeline(**changes: Any) -> Pipeline:
    fields: dict[str, Any] = {
        "model": "sales",
        "source": FunctionSource("nowhere.data:daily"),
        "label": Label("sold", delay=days(1)),
        "windows": Rolling(lookback=days(30), holdout=days(7)),
        "expectations": "nowhere.json",
        "estimator": Estimator("nowhere.model:build", params=PARAMS),
        "metrics": (mae,),
        "policy": Policy(gates=(AtMost(mae, 1.0),)),
        "serving": Serving(),
    }
    return Pipeline(**{**fields, **changes})


def chain_of(dag: DAG) -> list[str]:
    return [task.task_id for task in dag.topological_sort()]


def test_a_pipeline_becomes_a_chain_of_seven_tasks() -> None:
    dag = retraining_dag(pipeline(), schedule="@monthly")
    assert chain_of(dag) == ["snapshot", "validate", "train", "evaluate", "judge", "promote", "deploy"]
    assert dag.dag_id == "sales"


def test_a_pipeline_without_serving_ends_with_the_promotion() -> None:
    assert chain_of(retraining_dag(pipeline(serving=None)))[-1] == "promote"


def test_building_the_dag_imports_nothing_of_the_users() -> None:
    retraining_dag(pipeline())  # neither nowhere.data nor nowhere.json is there


def test_the_dags_page_says_what_is_asked_of_the_rows() -> None:
    asked = Expectations(
        suite="nowhere.json",
        max_warnings=2,
        checks=(SqlCheck(name="loads", sql="SELECT * FROM rows WHERE load < 0"),),
        drift=Drift(),
        quarantine=Quarantine(max_share=0.05, slices=("station",)),
    )
    said = str(retraining_dag(pipeline(expectations=asked)).doc_md)
    assert "* expectations `nowhere.json`\n* at most 2 unmet warnings may pass\n* critical check `loads`\n" in said
    assert "* drift against what the champion learned from; a crossed limit is warning\n" in said
    assert (
        "* rows that fail are set aside, at most 5 % of them in either window, and 5 % in any slice of station\n"
        in said
    )


def test_the_dags_page_says_no_more_than_is_asked() -> None:
    said = str(retraining_dag(pipeline()).doc_md)
    assert "* expectations `nowhere.json`\n\nGates" in said


def test_the_suites_path_may_be_a_template() -> None:
    asked = Expectations(suite="{{ params.suite }}.json", max_warnings=2)
    task: Any = ValidateOperator(task_id="validate", snapshot={}, expectations=asked)
    task.render_template_fields({"params": {"suite": "strict"}})
    assert (task.suite, task.expectations.max_warnings) == ("strict.json", 2)


def test_outages_are_retried_and_a_user_may_say_otherwise() -> None:
    assert {task.retries for task in retraining_dag(pipeline()).tasks} == {3}
    assert {task.retries for task in retraining_dag(pipeline(), default_args={"retries": 0}).tasks} == {0}


def test_what_is_no_pipeline_is_refused_where_it_is_written() -> None:
    with pytest.raises(InputError, match=r"pipeline must be a Pipeline\. Got 'sales' instead"):
        retraining_dag("sales")  # type: ignore[arg-type]


def test_the_form_asks_for_as_of_dry_run_reason_override_and_each_param_with_type_default_and_description() -> None:
    form = trigger_form(Estimator("a.b:c", params=PARAMS))
    assert list(form) == ["as_of", "dry_run", "reason", "override", "alpha", "knots", "solver", "positive"]
    types = {name: field.schema["type"] for name, field in form.items()}
    assert types["alpha"] == "number"
    assert types["knots"] == "integer"
    assert types["solver"] == "string"
    assert types["positive"] == "boolean"
    assert form["alpha"].description == "Strength of the penalty"
    assert form["solver"].schema["enum"] == ["auto", "svd"]
    assert {name: field.resolve() for name, field in form.items()}["alpha"] == 1.0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("as_of", "next tuesday"),
        ("as_of", "2000-01-01T00:00:00"),
        ("as_of", 20000101),
        ("dry_run", "yes"),
        ("reason", 7),
        ("alpha", "strong"),
        ("alpha", -0.1),
        ("alpha", 10.1),
        ("knots", 5.5),
        ("solver", "magic"),
        ("override", "yes"),
        ("override", True),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_in_the_form(field: str, value: object) -> None:
    with pytest.raises(ParamValidationError):
        trigger_form(Estimator("a.b:c", params=PARAMS))[field].resolve(value)


@pytest.mark.parametrize("value", [None, "2000-01-01", "2000-01-01T06:00:00Z", "2000-01-01T06:00:00.5+01:00"])
def test_an_as_of_with_its_zone_or_a_plain_date_is_taken(value: str | None) -> None:
    assert trigger_form()["as_of"].resolve(value) == value


@pytest.mark.parametrize(("field", "value"), [("reason", ""), ("reason", None), ("to_version", 0), ("to_version", "5")])
def test_a_rollback_is_asked_for_with_a_number_and_a_reason(field: str, value: object) -> None:
    with pytest.raises(ParamValidationError):
        rollback_form()[field].resolve(value)


def test_a_rollback_dag_is_one_task_that_is_started_by_hand_and_tells_of_the_champion() -> None:
    dag = rollback_dag(pipeline())
    (task,) = dag.tasks
    assert (dag.dag_id, dag.timetable.can_be_scheduled) == ("sales_rollback", False)
    assert task.outlets == [champion_asset("sales")]
    assert rollback_form()["to_version"].resolve() is None


def test_verdicts_and_promotions_are_told_by_assets_of_their_own() -> None:
    dag = retraining_dag(pipeline())
    told = {task.task_id: [asset.name for asset in task.outlets] for task in dag.tasks if task.outlets}
    assert told == {"judge": ["sales/candidate"], "promote": ["sales/champion"]}


@pytest.mark.parametrize("task_id", ["validate", "train", "evaluate", "judge", "promote", "deploy"])
def test_every_task_that_makes_something_links_to_it(task_id: str) -> None:
    task = retraining_dag(pipeline()).get_task(task_id)
    names = [link.name for link in task.operator_extra_links]
    assert names
    assert len({link.xcom_key for link in task.operator_extra_links}) == len(names)


@pytest.mark.parametrize(("task_id", "page"), [("judge", "Gate report"), ("promote", "Model card")])
def test_pages_for_people_are_the_first_or_second_link_of_their_task(task_id: str, page: str) -> None:
    task = retraining_dag(pipeline()).get_task(task_id)
    assert page in [link.name for link in task.operator_extra_links][:2]
