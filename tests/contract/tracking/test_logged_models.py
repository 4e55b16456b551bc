from __future__ import annotations

from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import cast

import pytest
import yaml

from headgate.adapters import mlflow_models
from headgate.adapters.mlflow_models import requirements_of, save_folder, signature_of
from headgate.adapters.mlflow_tracking import MlflowRunTracker
from headgate.adapters.quiet_skops import quiet
from headgate.core.evaluation import Measure
from headgate.core.refs import RunRef
from headgate.ports import Evidence, Fitted
from headgate.testing.tracking_samples import SNAPSHOT, fitted_line, log_candidate
from tests.contract.tracking.mlflow_world import MlflowWorld


def test_a_candidate_shows_with_its_data_and_its_measures(
    tracker: MlflowRunTracker, world: MlflowWorld, run: RunRef, tmp_path: Path
) -> None:
    tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    model_id = log_candidate(tracker, tracked, run)
    measure = Measure(metric="mae", slice="overall", rows=5, candidate=0.5, baseline=1.0)
    tracker.record(tracked, Evidence(measures=(measure,), model_id=model_id))
    seen, model = world.run(tracked), world.client.get_logged_model(model_id)
    assert seen.inputs is not None
    assert seen.outputs is not None
    inputs = {one.tags[0].value: one.dataset for one in seen.inputs.dataset_inputs}
    assert [output.model_id for output in seen.outputs.model_outputs] == [model_id]
    assert (model.source_run_id, model.model_type) == (tracked.mlflow_run, "LinearRegression")
    assert {one.key: one.value for one in model.metrics or []} == {"fit_seconds": 0.25, "mae": 0.5}
    assert model.params == {"seed": "7"}
    assert {context: (data.name, data.digest) for context, data in inputs.items()} == {
        "training": (run.model, SNAPSHOT[:36]),
        "evaluation": (f"{run.model} holdout", SNAPSHOT[:36]),
    }
    fetched = {file.name for file in tracker.fetch_model(model_id, tmp_path).iterdir()}
    assert fetched == {"MLmodel", "model.skops", "serving_input_example.json"}
    logged = {file.path for file in world.client.list_logged_model_artifacts(model_id)}
    assert logged == fetched | {"conda.yaml", "input_example.json", "python_env.yaml", "requirements.txt"}


def test_a_fetched_candidate_predicts_as_it_did(tracker: MlflowRunTracker, run: RunRef, tmp_path: Path) -> None:
    import mlflow.pyfunc

    tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    fitted = fitted_line()
    folder = tracker.fetch_model(log_candidate(tracker, tracked, run, fitted), tmp_path)
    rows, predicted = fitted.prediction
    assert list(mlflow.pyfunc.load_model(str(folder)).predict(rows)) == list(predicted)


def test_logging_is_quiet(
    tracker: MlflowRunTracker, run: RunRef, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    fitted = fitted_forest()
    tracked = tracker.begin_fit(run, tracker.open(run, SNAPSHOT))
    tracker.fetch_model(log_candidate(tracker, tracked, run, fitted), tmp_path)
    tracker.close(tracked)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("installed", [(), ("setuptools",), ("pip", "setuptools", "wheel")])
def test_the_folder_is_the_one_that_mlflow_would_write(
    tmp_path: Path, installed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow.sklearn

    only_installed(monkeypatch, *installed)
    fitted = fitted_forest()
    save_folder(fitted, tmp_path / "ours", signature_of(fitted), mlflow_run="r")
    with quiet():
        mlflow.sklearn.save_model(
            fitted.model,
            str(tmp_path / "theirs"),
            serialization_format="skops",
            skops_trusted_types=list(fitted.trusted),
            signature=signature_of(fitted),
            input_example=fitted.example,
            pip_requirements=requirements_of(fitted.trusted),
        )
    assert told_by(tmp_path / "ours") == told_by(tmp_path / "theirs")
    pins = (tmp_path / "ours" / "requirements.txt").read_text().splitlines()
    assert {pin.partition("==")[0] for pin in pins} == {"mlflow", "scikit-learn", "skops", "numpy", "pandas", "scipy"}


def only_installed(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let these build tools be installed, and no others, whatever is."""
    asked = metadata.version

    def version(name: str) -> str:
        if name not in {"pip", "setuptools", "wheel"}:
            return asked(name)
        if name in names:
            return "1.2.3"
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(mlflow_models, "version", version)


def fitted_forest() -> Fitted:
    from sklearn.ensemble import RandomForestRegressor
    from skops.io import dumps, get_untrusted_types

    line = fitted_line()
    forest = RandomForestRegressor(20, random_state=0).fit(*line.prediction)
    with quiet():
        saved = dumps(forest)
        return replace(line, model=forest, saved=saved, trusted=tuple(get_untrusted_types(data=saved)))


def told_by(folder: Path) -> dict[str, object]:
    """Return what each file says, but for the estimator's own, whose bytes hold the moment of its writing."""
    told: dict[str, object] = {file.name: file.read_text() for file in folder.iterdir() if file.suffix != ".skops"}
    for name in told.keys() & {"MLmodel", "conda.yaml", "python_env.yaml"}:
        told[name] = yaml.safe_load(str(told[name]))
    for moment in ("run_id", "utc_time_created", "model_size_bytes", "model_uuid"):
        cast("dict[str, object]", told["MLmodel"]).pop(moment, None)
    return told | {file.name: "estimator" for file in folder.glob("*.skops")}


def test_a_users_own_types_are_pinned_by_their_distribution() -> None:
    pins = requirements_of(["pandas.DataFrame", "statsmodels.tools.Something", "include.co2.model.Clock"])
    assert [pin.partition("==")[0] for pin in pins][-1] == "statsmodels"
