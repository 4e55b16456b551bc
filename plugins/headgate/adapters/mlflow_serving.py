"""The champion of an MLflow registry, and its answers in MLflow's scoring protocol."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
from joblib import parallel_config
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.pyfunc import PyFuncModel, scoring_server
from mlflow.types import DataType, Schema
from mlflow.utils.proto_json_utils import cast_df_types_according_to_schema

from headgate.adapters.arrow_features import features_of_frame
from headgate.adapters.mlflow_client import MlflowServer, download_model, is_missing, is_whole
from headgate.core.serving import Version
from headgate.errors import InputError, ModelRefusedError
from headgate.ports import ModelLoader, Takes

CHAMPION = "champion"
METHODS = ("predict", "predict_proba", "decision_function")

_LOGGED_MODEL = "models:/m-"
_METHOD = "predict_method"
_EXAMPLE = "serving_input_example.json"
_AS_JSON_GIVES_IT = frozenset({DataType.double, DataType.long, DataType.boolean})
_WHOLE = frozenset({DataType.integer, DataType.long, DataType.boolean})
_BAD_ROWS = (MlflowException, ValueError, TypeError, KeyError, IndexError, AttributeError)


class MlflowChampionSource:
    """`ChampionSource`: the version behind the alias `champion` of one registered model, over HTTP.

    Args:
        tracking_uri: The server's address, http or https.
        model: Name of the registered model.
        loader: Loads the model's folder, or refuses it.
        trusted: Full names of types outside scikit-learn, NumPy and SciPy that a model may bring along.

    Raises:
        InputError: The address isn't http or https, or holds a password.
    """

    def __init__(self, tracking_uri: str, model: str, *, loader: ModelLoader, trusted: tuple[str, ...] = ()) -> None:
        self._server = MlflowServer(tracking_uri)
        self._client = self._server.client
        self._model = model
        self._loader = loader
        self._trusted = trusted

    @property
    def model(self) -> str:
        """Name of the registered model."""
        return self._model

    def champion_of(self) -> Version | None:
        """Return the champion; `None` while there is no such model, or no champion yet.

        Raises:
            TransientError: MLflow doesn't answer.
            TrackingError: It answers and refuses.
        """
        with self._server.asked(f"name the champion of {self._model}"):
            try:
                number = self._client.get_registered_model(self._model).aliases.get(CHAMPION)
                if number is None:
                    return None
                found = self._client.get_model_version(self._model, str(number))
            except MlflowException as error:
                if is_missing(error):
                    return None
                raise
        return Version(model=self._model, version=str(found.version), model_id=_model_id_of(found.source))

    def load(self, version: Version) -> ScoringModel:
        """Download a version's files into a folder that is gone afterwards, and load them.

        Raises:
            ModelRefusedError: Not a logged model, another format than skops, untrusted types, or damaged files.
            TransientError: MLflow doesn't answer.
            TrackingError: It answers and refuses.
        """
        with tempfile.TemporaryDirectory(prefix="headgate-model-") as parent:
            folder = Path(parent)
            self._download(version, folder)
            loaded = self._loader.load(folder, self._trusted)
            example = folder / _EXAMPLE
            return ScoringModel(
                version=version.version,
                metadata=_metadata(folder),
                estimator=loaded.model,
                takes=loaded.takes,
                example=example.read_bytes() if example.is_file() else None,
            )

    def _download(self, version: Version, folder: Path) -> None:
        named = f"version {version.version} of {version.model}"
        if version.model_id is None:
            msg = f"{named} must stand for a logged model (models:/m-...). Got a version of other files instead."
            raise ModelRefusedError(msg)
        with self._server.asked(f"give the model of {named}"):
            if not is_whole(self._client, version.model_id):
                msg = f"{named} must stand for a logged model that is whole. Got {version.model_id} instead."
                raise ModelRefusedError(msg)
            download_model(self._client, version.model_id, folder)


class ScoringModel:
    """A loaded model that answers requests in MLflow's scoring protocol.

    The signature is MLflow's to enforce. A frame that already is what the signature says skips that: it saves 0.5 ms of
    a request of 1.7 ms.

    Args:
        version: The registry's number; each answer says so.
        metadata: The model's `MLmodel` file.
        estimator: The scikit-learn estimator.
        takes: What it takes features as.
        example: The body of a request that the model was logged with, if it was.
    """

    def __init__(
        self,
        *,
        version: str,
        metadata: Model,
        estimator: Any,  # noqa: ANN401 - any estimator
        takes: Takes = "pandas",
        example: bytes | None = None,
    ) -> None:
        self._version = version
        self._estimator = _of_frames(estimator, takes)
        self._example = example
        self._schema: Schema = metadata.get_input_schema()
        self._plain = _plain_columns(self._schema)
        # MLflow would cut 1.5 to 1 and take "false" for true.
        self._whole = [name for name, kind in self._schema.input_dict().items() if kind.type in _WHOLE]
        self._enforcing = {
            method: PyFuncModel(model_meta=metadata, model_impl=self._estimator, predict_fn=method)
            for method in METHODS
            if hasattr(self._estimator, method)
        }

    def answer(self, body: bytes, content_type: str) -> str:
        """Return the JSON answer to one request: `{"predictions": [...], "model_version": "7"}`.

        Raises:
            InputError: The request can't be read, doesn't fit the signature, or the estimator can't predict it.
        """
        data, method = self._parsed(body, content_type)
        try:
            predictions = self._predicted(data, method)
        except _BAD_ROWS as error:
            msg = f"rows of the request must be ones that the model can predict. Got {_first_line(error)} instead."
            raise InputError(msg) from error
        text = io.StringIO()
        scoring_server.predictions_to_json(predictions, text, {"model_version": self._version})
        return text.getvalue()

    def warm_up(self) -> None:
        """Answer the request that the model was logged with; without one there is nothing to do."""
        if self._example is not None:
            self.answer(self._example, "application/json")

    def _predicted(self, data: object, method: str) -> Any:  # noqa: ANN401 - what estimators return
        with parallel_config(backend="sequential"):  # as in training: a forest's threads add trees up in any order
            if isinstance(data, pd.DataFrame) and self._is_plain(data):
                return getattr(self._estimator, method)(data)
            return self._enforcing[method].predict(data)

    def _is_plain(self, frame: pd.DataFrame) -> bool:
        return (
            self._plain is not None and list(frame.columns) == list(self._plain) and dict(frame.dtypes) == self._plain
        )

    def _parsed(self, body: bytes, content_type: str) -> tuple[Any, str]:
        kind = content_type.partition(";")[0].strip().lower()
        try:
            if kind == scoring_server.CONTENT_TYPE_CSV:
                return self._cast(_frame_from_csv(body.decode(), self._schema)), "predict"
            if kind == scoring_server.CONTENT_TYPE_JSON:
                return self._from_json(body)
        except _BAD_ROWS as error:
            msg = f"a request must be readable as the model's signature says. Got {_first_line(error)} instead."
            raise InputError(msg) from error
        msg = f"content type of a request must be application/json or text/csv. Got {content_type!r} instead."
        raise InputError(msg)

    def _from_json(self, body: bytes) -> tuple[Any, str]:
        request = json.loads(body)
        if not isinstance(request, dict):
            msg = f"a request must be a JSON object. Got a {type(request).__name__} instead."
            raise InputError(msg)
        method = self._method_of(request.pop(scoring_server.SERVING_PARAMS_KEY, None))
        if request.keys() & {scoring_server.DF_SPLIT, scoring_server.DF_RECORDS}:
            return self._cast(scoring_server.infer_and_parse_data(request)), method
        return scoring_server.infer_and_parse_data(request, self._schema), method

    def _method_of(self, params: Mapping[str, str] | None) -> str:
        for method in self._enforcing:
            if (params or {_METHOD: "predict"}) == {_METHOD: method}:
                return method
        msg = f"params of a request must be a {_METHOD} out of {', '.join(self._enforcing)}. Got {params!r} instead."
        raise InputError(msg)

    def _cast(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self._is_plain(frame):
            return frame
        if not frame.columns.is_unique:
            msg = f"columns of a request must be unique. Got {list(frame.columns)} instead."
            raise InputError(msg)
        if absent := set(self._schema.required_input_names()) - set(frame.columns):
            msg = f"columns of a request must include {_listed(absent)}. Got {_listed(frame.columns)} instead."
            raise InputError(msg)
        before = frame[[name for name in self._whole if name in frame]].copy()
        cast = cast_df_types_according_to_schema(frame, self._schema)
        if lost := [name for name in before if not (cast[name] == before[name]).all()]:
            msg = f"columns {_listed(lost)} of a request must hold values of the signature's type. Got others instead."
            raise InputError(msg)
        return cast


def _of_frames(estimator: Any, takes: Takes) -> Any:  # noqa: ANN401 - any estimator
    """Return what answers to frames, whatever the estimator takes."""
    if takes == "pandas":
        return estimator

    def asked(method: str) -> Callable[[pd.DataFrame], Any]:
        return lambda frame: getattr(estimator, method)(features_of_frame(frame, takes))

    return SimpleNamespace(**{method: asked(method) for method in METHODS if hasattr(estimator, method)})


def _model_id_of(source: str | None) -> str | None:
    """Return the logged model's id; over REST a version names it in its source only."""
    found = (source or "").strip("/")
    is_logged = found.startswith(_LOGGED_MODEL) and "/" not in found.removeprefix("models:/")
    return found.removeprefix("models:/") if is_logged else None


def _metadata(folder: Path) -> Model:
    try:
        return Model.load(str(folder))
    except _BAD_ROWS as error:
        msg = f"model must have a readable MLmodel file. Got {_first_line(error)} instead."
        raise ModelRefusedError(msg) from error


def _plain_columns(schema: Schema) -> dict[str, Any] | None:
    """Return the columns' dtypes where JSON's own numbers already have them, and nothing has to be cast."""
    if not _AS_JSON_GIVES_IT.issuperset(schema.input_types()):
        return None
    return {str(name): kind for name, kind in zip(schema.input_names(), schema.pandas_types(), strict=True)}


def _frame_from_csv(text: str, schema: Schema) -> pd.DataFrame:
    kinds = zip(schema.input_names(), schema.input_types(), schema.pandas_types(), strict=True)
    # pandas can't read dates by dtype; the cast that follows does.
    dtypes = {name: dtype for name, kind, dtype in kinds if kind != DataType.datetime}
    return pd.read_csv(io.StringIO(text), dtype=dtypes)


def _listed(names: Iterable[object]) -> str:
    return ", ".join(sorted(map(repr, names)))


def _first_line(error: Exception) -> str:
    """Return what the library says, without the frame that it prints in front and the advice that it prints after."""
    said = error.message if isinstance(error, MlflowException) else f"{type(error).__name__}: {error}"
    if said.startswith("Failed to enforce schema"):
        said = said.rpartition("Error: ")[2]
    return said.partition(" IMPORTANT:")[0].partition("\n")[0].removesuffix(".")
