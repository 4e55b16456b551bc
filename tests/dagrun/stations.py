"""Daily sales of two stations, right and wrong, and the validate task with everything that it shows."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from airflow.sdk.bases.operator import ExecutorSafeguard
from airflow.sdk.exceptions import AirflowFailException

from headgate import Estimator, Expectations, FunctionSource
from headgate.core.windows import Windows
from tests.dagrun.chain import Chain

NOT_NEGATIVE = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "size", "min_value": 0}}
FEW_ROWS = {"type": "expect_table_row_count_to_be_between", "kwargs": {"max_value": 10}}
SMALL = {"type": "expect_column_max_to_be_between", "kwargs": {"column": "size", "max_value": 1}}
NO_COLUMN = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "price"}}


def clean(windows: Windows) -> pd.DataFrame:
    """Four rows a day: sizes from 0 to 6, two stations."""
    first = windows.training.start
    count = 4 * (windows.holdout.end - first).days
    size = np.arange(count) * 3 % 7.0
    return pd.DataFrame(
        {
            "day": [first + timedelta(hours=6 * n) for n in range(count)],
            "size": size,
            "station": np.where(np.arange(count) % 2, "north", "south"),
            "sold": 3.0 * size + 1.0,
        }
    )


def few_wrong(windows: Windows) -> pd.DataFrame:
    """4 of 148 rows, 3 of them in the training window, all of them of the south."""
    frame = clean(windows)
    frame.loc[[0, 8, 16, 140], "size"] = -1.0
    return frame


def south_wrong(windows: Windows) -> pd.DataFrame:
    """30 of the south's 74 rows."""
    frame = clean(windows)
    frame.loc[frame.index[frame["station"] == "south"][:30], "size"] = -1.0
    return frame


def holdout_wrong(windows: Windows) -> pd.DataFrame:
    frame = clean(windows)
    return frame.assign(size=frame["size"].where(frame["day"] < windows.holdout.start, -1.0))


def grown(windows: Windows) -> pd.DataFrame:
    frame = clean(windows)
    return frame.assign(size=frame["size"] + 100.0)


def even(batch: pd.DataFrame) -> Any:
    return batch["size"] % 2 == 0


def faulty(batch: pd.DataFrame) -> Any:
    return batch["price"] > 0


class Log:
    """What a person reads of a task: lines with their level."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, str]] = []

    def log(self, level: int, line: str, *values: object) -> None:
        self.lines.append((level, line % values))

    def info(self, line: str, *values: object) -> None:
        self.log(logging.INFO, line, *values)

    def at(self, level: int) -> list[str]:
        return [line for at, line in self.lines if at == level]


@dataclass(kw_only=True)
class Shown:
    """What a validate task shows: its output, or the sentence that it failed with; links, XComs, and its log."""

    output: Any = None
    refusal: str = ""
    links: dict[str, str] = field(default_factory=dict)
    xcoms: dict[str, Any] = field(default_factory=dict)
    log: Log = field(default_factory=Log)


def stations(chain: Chain, source: str, *expectations: dict[str, Any], **asked: Any) -> None:
    """Let a chain read a source of this module, and ask these expectations of it."""
    suite = Path(chain.store.parent / "suite.json")
    suite.write_text(json.dumps({"expectations": list(expectations)}))
    chain.pipeline["source"] = FunctionSource(f"tests.dagrun.stations:{source}", event_time="day")
    chain.pipeline["expectations"] = Expectations(suite=str(suite), **asked)
    chain.pipeline["estimator"] = Estimator("tests.dagrun.shop:build", features=("size",))


def validate(chain: Chain) -> Shown:
    """Run up to the validate task, as Airflow's task runner would, and return what it shows."""
    dag = chain.dag()
    chain.run("snapshot", dag=dag)
    task: Any = dag.get_task("validate").prepare_for_execution()
    shown = Shown()
    context = chain._context(dag, task)
    context["ti"].xcom_push = lambda key, value: shown.xcoms.update({key: value})
    task.render_template_fields(context)
    task._cached_logger = shown.log
    try:
        sentinel = {f"{type(task).__name__}__sentinel": ExecutorSafeguard.sentinel_value}
        shown.output = chain.outputs["validate"] = json.loads(json.dumps(task.execute(context, **sentinel)))
    except AirflowFailException as error:
        shown.refusal = str(error)
    shown.links = task.links
    return shown


def tags(chain: Chain) -> dict[str, str]:
    """Return the tags of the one MLflow run."""
    (run,) = chain.runs()
    return dict(run.data.tags)


def report(chain: Chain) -> dict[str, Any]:
    """Return the validation report that the one MLflow run keeps."""
    (run,) = chain.runs()
    return dict(json.loads(Path(artifact(chain, run.info.run_id, "validation/report.json")).read_text()))


def artifact(chain: Chain, mlflow_run: str, path: str) -> str:
    return str(chain.client.download_artifacts(mlflow_run, path, str(chain.store.parent)))
