"""A fitted estimator as MLflow's model folder, and what MLflow is told of its data and its measures."""

from __future__ import annotations

import hashlib
import importlib
import json
import math
import platform
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

import yaml
from mlflow import pyfunc
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModel, Metric, Param, RunTag
from mlflow.models import Model, ModelSignature, infer_signature
from mlflow.models.model import MLMODEL_FILE_NAME
from mlflow.models.utils import _save_example
from mlflow.sklearn import SERIALIZATION_FORMAT_SKOPS
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT
from mlflow.utils.requirements_utils import warn_dependency_requirement_mismatches
from mlflow.utils.validation import MAX_ENTITY_KEY_LENGTH, MAX_PARAM_VAL_LENGTH, MAX_TAG_VAL_LENGTH
from mlflow.version import VERSION

from headgate.core.evaluation import OVERALL, Measure
from headgate.core.refs import SnapshotRef
from headgate.ports import Fitted

LIBRARIES = ("scikit-learn", "skops", "numpy", "pandas", "scipy")
DIGEST_SIZE = 36
TAKES_KEY = "headgate.takes"
"""Where an `MLmodel` file says what its estimator takes."""

_REFUSED = re.compile(r"[^\w.\- :]")
_FILE = "model.skops"
_PINNED_ALREADY = frozenset({"builtins", "numpy", "pandas", "scipy", "sklearn", "skops"})


def warm_up() -> None:
    """Do what MLflow does at a process' first model, half a second of it, so that forks of this process needn't."""
    importlib.import_module("mlflow.pyfunc")
    warn_dependency_requirement_mismatches(["mlflow"])


def signature_of(fitted: Fitted) -> ModelSignature:
    """Return the model's signature: what goes in and what comes out."""
    with warnings.catch_warnings():
        # Whole numbers in a snapshot have no nulls, since its own schema says so.
        warnings.filterwarnings("ignore", message="Hint: Inferred schema contains integer column", category=UserWarning)
        return infer_signature(*fitted.prediction)


def save_folder(fitted: Fitted, folder: Path, signature: ModelSignature, *, mlflow_run: str) -> Model:
    """Write the model's files, all but its logged model id: those that `mlflow.sklearn.save_model` would write.

    That function saves the estimator a second time and loads it again, which for 200 trees is a tenth of a second (the
    evaluation loads it anyway). A contract test holds the two folders against each other.
    """
    from headgate.adapters.quiet_skops import quiet  # with skops and scikit-learn, which most tasks don't need

    folder.mkdir()
    # MLflow's own folder has no metadata: what takes a frame is like any other.
    metadata = None if fitted.takes == "pandas" else {TAKES_KEY: fitted.takes}
    model = Model(run_id=mlflow_run, model_uuid=None, signature=signature, metadata=metadata)
    with quiet():  # MLflow's way to write an example is deprecated by pandas
        _save_example(model, fitted.example, str(folder))
    (folder / _FILE).write_bytes(fitted.saved)
    files = {"conda_env": "conda.yaml", "python_env": "python_env.yaml"}
    pyfunc.add_to_model(model, loader_module="mlflow.sklearn", model_path=_FILE, predict_fn="predict", **files)
    model.add_flavor(
        "sklearn",
        pickled_model=_FILE,
        sklearn_version=version("scikit-learn"),
        serialization_format=SERIALIZATION_FORMAT_SKOPS,
        code=None,
        skops_trusted_types=list(fitted.trusted),
    )
    model.model_size_bytes = sum(file.stat().st_size for file in folder.iterdir())
    model.save(str(folder / MLMODEL_FILE_NAME))
    _write_environment(folder, requirements_of(fitted.trusted))
    return model


def _write_environment(folder: Path, requirements: Sequence[str]) -> None:
    python, pip = platform.python_version(), {"pip": [f"mlflow=={VERSION}", *requirements]}
    dependencies = [f"python={python}", _as_installed("pip", "<="), pip]
    conda = {"name": "mlflow-env", "channels": ["conda-forge"], "dependencies": dependencies}
    environment = {
        "python": python,
        "build_dependencies": [_as_installed(name, "==") for name in ("pip", "setuptools", "wheel")],
        "dependencies": ["-r requirements.txt"],
    }
    (folder / "conda.yaml").write_text(yaml.safe_dump(conda, sort_keys=False))
    (folder / "python_env.yaml").write_text(yaml.safe_dump(environment, sort_keys=False))
    (folder / "requirements.txt").write_text("\n".join(pip["pip"]))


def _as_installed(name: str, limit: str) -> str:
    """Return what a build tool must be: as the one that is here, if there is one."""
    try:
        return f"{name}{limit}{version(name)}"
    except PackageNotFoundError:
        return name


def name_folder(model: Model, folder: Path, logged: LoggedModel) -> None:
    """Write the logged model's id into the folder."""
    model.model_id = model.model_uuid = logged.model_id
    model.artifact_path = logged.artifact_location
    model.save(str(folder / MLMODEL_FILE_NAME))


def requirements_of(trusted: Iterable[str]) -> list[str]:
    """Return pins of the libraries that the model's files are made of; its own code has no distribution to pin."""
    packages = {name.partition(".")[0] for name in trusted} - _PINNED_ALREADY
    owners = packages_distributions() if packages else {}
    further = (owner for package in sorted(packages) for owner in owners.get(package, ()))
    return [f"{name}=={version(name)}" for name in dict.fromkeys((*LIBRARIES, *further))]


def dataset_inputs(snapshot: SnapshotRef, signature: ModelSignature) -> list[DatasetInput]:
    """Return the snapshot's two windows as inputs of a run. MLflow keeps one input for each name and digest."""
    model = snapshot.run.model
    return [
        _dataset_input(snapshot, signature, snapshot.training_rows, name=model, context="training"),
        _dataset_input(snapshot, signature, snapshot.holdout_rows, name=f"{model} holdout", context="evaluation"),
    ]


def _dataset_input(
    snapshot: SnapshotRef, signature: ModelSignature, rows: int, *, name: str, context: str
) -> DatasetInput:
    source = {"snapshot": snapshot.id, "manifest": snapshot.manifest}
    dataset = Dataset(
        name=name,
        digest=snapshot.id[:DIGEST_SIZE],
        source_type="headgate",
        source=json.dumps(source),
        schema=json.dumps({"mlflow_colspec": signature.inputs.to_dict()}),
        profile=json.dumps({"num_rows": rows}),
    )
    return DatasetInput(dataset, [InputTag(MLFLOW_DATASET_CONTEXT, context)])


def params_of(params: Mapping[str, str]) -> list[Param]:
    """Return params as MLflow takes them."""
    return [Param(name_of(name), _cut(value, MAX_PARAM_VAL_LENGTH)) for name, value in params.items()]


def tags_of(tags: Mapping[str, str]) -> list[RunTag]:
    """Return tags as MLflow takes them."""
    return [RunTag(name, _cut(value, MAX_TAG_VAL_LENGTH)) for name, value in tags.items()]


def metrics_of(
    metrics: Mapping[str, float], measures: Sequence[Measure], *, model_id: str | None, at: int
) -> list[Metric]:
    """Return metrics as MLflow takes them; what isn't a finite number was not measured and is left out.

    Args:
        metrics: Numbers of the run, and of the model.
        measures: Of the candidate, which belong to the model too, and of its baseline, which don't.
        model_id: The model.
        at: Milliseconds since 1970; one time for all.
    """
    about_model = {name_of(name): value for name, value in metrics.items()}
    about_run: dict[str, float | None] = {}
    for measure in measures:
        about_model[metric_name(measure)] = measure.candidate  # type: ignore[assignment]
        about_run[metric_name(measure, baseline=True)] = measure.baseline
    owned = [(name, value, model_id) for name, value in about_model.items()]
    return [
        Metric(name, value, at, 0, model_id=owner)
        for name, value, owner in (*owned, *((name, value, None) for name, value in about_run.items()))
        if value is not None and math.isfinite(value)
    ]


def metric_name(measure: Measure, *, baseline: bool = False) -> str:
    """Return what MLflow calls a measure: `mae`, `mae/season:winter`, `baseline_mae/season:winter`."""
    metric = f"baseline_{measure.metric}" if baseline else measure.metric
    return metric if measure.slice == OVERALL else f"{metric}/{name_of(measure.slice.replace('=', ':', 1))}"


def name_of(text: str) -> str:
    """Return text as a name that MLflow takes; where that loses something, a digest keeps two names apart."""
    name = _REFUSED.sub("_", text).strip(". ")
    if name and name == text and len(name) <= MAX_ENTITY_KEY_LENGTH // 2:
        return name
    digest = hashlib.sha256(text.encode()).hexdigest()[:6]
    return f"{name[: MAX_ENTITY_KEY_LENGTH // 2]} {digest}".strip()


def _cut(value: str, size: int) -> str:
    return value if len(value) <= size else f"{value[: size - 1]}…"
