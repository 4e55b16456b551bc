"""The same retraining without Headgate and without Airflow: one script, as a competent user writes it.

Snapshot to Parquet, ten expectations, fit, score candidate and champion, log run and model to the MLflow server,
register and alias the better one. Prints the seconds of each month and of the imports as JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

BEGAN = time.perf_counter()

import great_expectations as gx  # noqa: E402 - the imports are timed
import mlflow  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from great_expectations.core.batch_definition import BatchDefinition  # noqa: E402
from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: E402
from mlflow.entities import Metric, Param  # noqa: E402
from mlflow.models import infer_signature  # noqa: E402
from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: E402
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error  # noqa: E402

from tools.bench.bike import AS_OFS, FEATURES, SUITE, all_hours, build, pipeline  # noqa: E402

IMPORTED = time.perf_counter() - BEGAN
REQUIREMENTS = ["scikit-learn", "skops", "numpy", "pandas"]


def main(tracking_uri: str, runs: int) -> None:
    """Retrain once for each as-of, and print the timings."""
    mlflow.set_tracking_uri(tracking_uri)
    experiment = mlflow.set_experiment("bare")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("bare").add_dataframe_asset("rows")
    batches = asset.add_batch_definition_whole_dataframe("whole")
    spec = json.loads(Path(SUITE).read_text())
    suite = context.suites.add(gx.ExpectationSuite(name="bike", expectations=spec["expectations"]))
    champion: HistGradientBoostingRegressor | None = None
    seconds = []
    for as_of in AS_OFS[:runs]:
        began = time.perf_counter()
        champion = retrain(as_of, batches, suite, experiment.experiment_id, champion)
        seconds.append(time.perf_counter() - began)
    print(json.dumps({"imports": IMPORTED, "runs": seconds}))


def retrain(
    as_of: datetime,
    batches: BatchDefinition[Any],
    suite: gx.ExpectationSuite,
    experiment_id: str,
    champion: HistGradientBoostingRegressor | None,
) -> HistGradientBoostingRegressor:
    """Retrain as of one month."""
    windows = pipeline.windows.at(as_of, label_delay=pipeline.label.delay)
    frame = all_hours()
    training = frame[(frame["hour"] >= windows.training.start) & (frame["hour"] < windows.training.end)]
    holdout = frame[(frame["hour"] >= windows.holdout.start) & (frame["hour"] < windows.holdout.end)]
    with tempfile.TemporaryDirectory() as folder:
        training.to_parquet(Path(folder) / "training.parquet")
        holdout.to_parquet(Path(folder) / "holdout.parquet")
        checked = batches.get_batch({"dataframe": pd.concat([training, holdout])}).validate(suite)
        if not checked.success:
            raise SystemExit(checked)
        features = list(FEATURES)
        model = build({}).fit(training[features], training["cnt"])
        scores = score(model, holdout[features], holdout["cnt"], holdout["season"])
        baseline = score(champion, holdout[features], holdout["cnt"], holdout["season"]) if champion else {}
        predictions = pd.DataFrame({"label": holdout["cnt"], "candidate": model.predict(holdout[features])})
        predictions.to_parquet(Path(folder) / "predictions.parquet")
        log(model, training[features], scores, experiment_id, folder)
    better = not baseline or scores["mae"] <= baseline["mae"] + 5.0
    return model if better else champion


def score(model: HistGradientBoostingRegressor, x: pd.DataFrame, y: pd.Series, season: pd.Series) -> dict[str, float]:
    """Return the metrics, overall and by season."""
    predicted = model.predict(x)
    scores = {}
    for name, rows in [("", np.full(len(y), fill_value=True)), *((f"/{s}", season == s) for s in season.unique())]:
        scores[f"mae{name}"] = mean_absolute_error(y[rows], predicted[rows])
        scores[f"rmse{name}"] = root_mean_squared_error(y[rows], predicted[rows])
        scores[f"r2{name}"] = r2_score(y[rows], predicted[rows])
    return scores


def log(
    model: HistGradientBoostingRegressor, x: pd.DataFrame, scores: dict[str, float], experiment_id: str, folder: str
) -> None:
    """Log run, files and model to MLflow, and register the model."""
    client = mlflow.MlflowClient()
    with mlflow.start_run(experiment_id=experiment_id) as run:
        now = int(time.time() * 1000)
        metrics = [Metric(name, float(value), now, 0) for name, value in scores.items()]
        client.log_batch(run.info.run_id, metrics=metrics, params=[Param("seed", "0")])
        client.log_artifacts(run.info.run_id, folder)
        info = mlflow.sklearn.log_model(
            model,
            name="bare",
            signature=infer_signature(x.head(1000), model.predict(x.head(1000))),
            input_example=x.head(2),
            pip_requirements=REQUIREMENTS,
            skops_trusted_types=trusted_types(model),
        )
    if not client.search_registered_models("name = 'bare'"):
        client.create_registered_model("bare")
    version = client.create_model_version("bare", source=f"models:/{info.model_id}", model_id=info.model_id)
    client.set_registered_model_alias("bare", "champion", version.version)


def trusted_types(model: HistGradientBoostingRegressor) -> list[str]:
    """Return every type of a fitted model."""
    import skops.io

    found: list[str] = skops.io.get_untrusted_types(data=skops.io.dumps(model))
    return found


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
