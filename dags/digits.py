"""Retrains the digits classifier in Airflow, its chain written out: each operator takes what the one before made."""

import pendulum
from airflow.sdk import DAG
from airflow.timetables.events import EventsTimetable

from headgate import (
    AtLeast,
    Calibrated,
    DeployOperator,
    Estimator,
    EvaluateOperator,
    EverySlice,
    FunctionSource,
    JudgeOperator,
    Label,
    NoWorseThan,
    Param,
    Policy,
    PromoteOperator,
    Rolling,
    Serving,
    SnapshotOperator,
    TrainOperator,
    ValidateOperator,
    accuracy,
    days,
    f1,
    trigger_form,
)
from include.digits import PIXELS

estimator = Estimator(
    "include.digits.model:build",
    features=PIXELS,
    params={"C": Param(default=0.1, minimum=1e-4, maximum=1e4, description="Inverse strength of the regularisation.")},
)

# The images end in February 2024: their weeks are there to be backfilled, and none is to come.
sundays = EventsTimetable([pendulum.datetime(2024, 2, day) for day in (11, 18, 25)], description="weekly, to 2024")

with DAG(
    dag_id="digits",
    schedule=sundays,
    catchup=False,
    params=trigger_form(estimator),
    tags=["headgate"],
):
    snapshot = SnapshotOperator(
        task_id="snapshot",
        model="digits",
        source=FunctionSource("include.digits.data:daily"),
        label=Label("digit", delay=days(1)),
        windows=Rolling(lookback=days(28), holdout=days(7)),
    )
    validated = ValidateOperator(
        task_id="validate", snapshot=snapshot.output, expectations="include.digits.expectations:suite"
    )
    candidate = TrainOperator(task_id="train", validated=validated.output, estimator=estimator)
    policy = Policy(
        gates=(
            AtLeast(accuracy, 0.85),
            NoWorseThan(accuracy, tolerance=0.02),
            EverySlice("ink", (AtLeast(accuracy, 0.75), NoWorseThan(accuracy, tolerance=0.05, when_unsure="go"))),
            Calibrated(at_most_ece=0.15),
        )
    )
    evaluation = EvaluateOperator(
        task_id="evaluate", candidate=candidate.output, metrics=(accuracy, f1), slices=("ink",), policy=policy
    )
    verdict = JudgeOperator(task_id="judge", evaluation=evaluation.output, policy=policy)
    promotion = PromoteOperator(task_id="promote", verdict=verdict.output)
    DeployOperator(task_id="deploy", promotion=promotion.output, serving=Serving(conn_id="headgate_server_digits"))
