"""The champion of an MLflow registry, and its answers in MLflow's scoring protocol."""

from __future__ import annotations

import io
import json
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.pyfunc import PyFuncModel, scoring_server
from mlflow.types import DataType
from mlflow.utils.proto_json_utils import cast_df_types_according_to_schema

from headgate.core.serving import Version
from headgate.errors import InputError, ModelRefusedError, TrackingError, TransientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlflow.types import Schema

CHAMPION = "champion"
METHODS = ("predict", "predict_proba", "decision_function")

_MISSING = "RESOURCE_DOES_NOT_EXIST"
_OUTAGES = frozenset({"INTERNAL_ERROR", "TEMPORARILY_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED", "DEADLINE_EXCEEDED"})
_AS_JSON_GIVES_IT = frozenset({DataType.double, DataType.long, DataType.boolean})
_BAD_ROWS = (MlflowException, ValueError, TypeError, KeyError, IndexError, AttributeError)


class MlflowChampionSource:
    """The version behind the alias ``champion`` of one registered model, over HTTP.

    Args:
        tracking_uri: The server's address; ``http`` or ``https``, since a database address skips its login.
        model: Name of the registered model.
        load_estimator: Reads the estimator's file, or refuses it.
    """

    def __init__(self, tracking_uri: str, model: str, *, load_estimator: Callable[[Path], Any]) -> None:
        if not tracking_uri.startswith(("http://", "https://")):
            message = f"the MLflow address of a model server must start with http:// or https://. Got {tracking_uri!r} instead."
            raise InputError(message)
        self._tracking_uri = tracking_uri
        self._model = model
        self._load_estimator = load_estimator

    @cached_property
    def _client(self) -> MlflowClient:
        return MlflowClient(tracking_uri=self._tracking_uri, registry_uri=self._tracking_uri)

    def champion_of(self) -> Version | None:
        """Return the champion; ``None`` while there is no such model, or no champion yet.

        Raises:
            TransientError: The registry doesn't answer.
            TrackingError: It answers and refuses.
        """
        try:
            number = self._client.get_registered_model(self._model).aliases.get(CHAMPION)
            if number is None:
                return None
            found = self._client.get_model_version(self._model, str(number))
        except MlflowException as error:
            if error.error_code == _MISSING:
                return None
            raise self._translated(error) from error
        return Version(model=self._model, version=str(found.version), model_id=found.model_id or None)

    def load(self, version: Version) -> ScoringModel:
        """Download a version's files into a folder that is gone afterwards, and load them.

        Raises:
            ModelRefusedError: Another format than skops, untrusted types, or damaged files.
            TransientError: The registry or its store doesn't answer.
        """
        with tempfile.TemporaryDirectory(prefix="headgate-model-") as folder:
            try:
                found = Path(self._download(version, folder))
            except MlflowException as error:
                raise self._translated(error) from error
            return _read_model(version, found, self._load_estimator)

    def _download(self, version: Version, folder: str) -> str:
        uri = f"models:/{version.model_id}" if version.model_id else f"models:/{version.model}/{version.version}"
        return download_artifacts(
            artifact_uri=uri, dst_path=folder, tracking_uri=self._tracking_uri, registry_uri=self._tracking_uri
        )

    def _translated(self, error: MlflowException) -> TransientError | TrackingError:
        kind = TransientError if error.error_code in _OUTAGES else TrackingError
        return kind(f"the registry at {self._tracking_uri} must say what {self._model!r} is. Got {_first_line(error)} instead.")


class ScoringModel:
    """A loaded model that answers requests in MLflow's scoring protocol.

    The signature is MLflow's to enforce. A frame that already is what the signature says skips that: it saves 0.5 ms of
    a request of 1.7 ms.

    Args:
        version: Where it comes from; each answer says so.
        metadata: The model's ``MLmodel`` file.
        estimator: The scikit-learn estimator.
        example: The body of a request that the model was logged with, if it was.
    """

    def __init__(self, *, version: Version, metadata: Model, estimator: Any, example: bytes | None = None) -> None:
        self.version = version
        self._estimator = estimator
        self._example = example
        self._schema: Schema | None = metadata.get_input_schema()
        self._plain = _plain_columns(self._schema)
        self._enforcing = {
            method: PyFuncModel(model_meta=metadata, model_impl=estimator, predict_fn=method)
            for method in METHODS
            if hasattr(estimator, method)
        }

    def answer(self, body: bytes, content_type: str) -> str:
        """Return the JSON answer to one request: ``{"predictions": [...], "model_version": "7"}``.

        Raises:
            InputError: The request can't be read, doesn't fit the signature, or the estimator can't predict it.
        """
        data, method = self._parsed(body, content_type)
        try:
            predictions = self._predicted(data, method)
        except _BAD_ROWS as error:
            message = f"rows of the request must be ones that the model can predict. Got {_first_line(error)} instead."
            raise InputError(message) from error
        text = io.StringIO()
        scoring_server.predictions_to_json(predictions, text, {"model_version": self.version.version})
        return text.getvalue()

    def warm_up(self) -> None:
        """Answer the request that the model was logged with; without one there is nothing to do."""
        if self._example is not None:
            self.answer(self._example, "application/json")

    def _predicted(self, data: Any, method: str) -> Any:
        if self._is_plain(data):
            return getattr(self._estimator, method)(data)
        return self._enforcing[method].predict(data)

    def _is_plain(self, data: Any) -> bool:
        return (
            self._plain is not None
            and isinstance(data, pd.DataFrame)
            and dict(data.dtypes) == self._plain
            and list(data.columns) == list(self._plain)
        )

    def _parsed(self, body: bytes, content_type: str) -> tuple[Any, str]:
        kind = content_type.partition(";")[0].strip().lower()
        try:
            if kind == scoring_server.CONTENT_TYPE_CSV:
                return self._cast(_frame_from_csv(body.decode(), self._schema)), "predict"
            if kind == scoring_server.CONTENT_TYPE_JSON:
                return self._from_json(body)
        except _BAD_ROWS as error:
            message = f"a request must be readable as the model's signature says. Got {_first_line(error)} instead."
            raise InputError(message) from error
        message = f"content type of a request must be application/json or text/csv. Got {content_type!r} instead."
        raise InputError(message)

    def _from_json(self, body: bytes) -> tuple[Any, str]:
        request = json.loads(body)
        if not isinstance(request, dict):
            message = f"a request must be a JSON object. Got a {type(request).__name__} instead."
            raise InputError(message)
        method = self._method_of(request.pop(scoring_server.SERVING_PARAMS_KEY, None))
        if request.keys() & {scoring_server.DF_SPLIT, scoring_server.DF_RECORDS}:
            return self._cast(scoring_server.infer_and_parse_data(request)), method
        return scoring_server.infer_and_parse_data(request, self._schema), method

    def _method_of(self, params: Any) -> str:
        method = (params or {"predict_method": "predict"}).get("predict_method")
        if method not in self._enforcing or len(params or [method]) != 1:
            known = ", ".join(self._enforcing)
            message = f"params of a request must be a predict_method out of {known}. Got {params!r} instead."
            raise InputError(message)
        return str(method)

    def _cast(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self._schema is None or self._is_plain(frame):
            return frame
        if not frame.columns.is_unique:
            message = f"columns of a request must be unique. Got {list(frame.columns)} instead."
            raise InputError(message)
        if self._schema.has_input_names() and (absent := set(self._schema.required_input_names()) - set(frame.columns)):
            message = f"columns of a request must include {_listed(absent)}. Got {_listed(frame.columns)} instead."
            raise InputError(message)
        return cast_df_types_according_to_schema(frame, self._schema)


def _read_model(version: Version, folder: Path, load_estimator: Callable[[Path], Any]) -> ScoringModel:
    try:
        metadata = Model.load(str(folder))
    except _BAD_ROWS as error:
        message = f"a served model must have a readable MLmodel file. Got {_first_line(error)} instead."
        raise ModelRefusedError(message) from error
    estimator = load_estimator(_estimator_file(metadata, folder))
    example = folder / "serving_input_example.json"
    return ScoringModel(
        version=version,
        metadata=metadata,
        estimator=estimator,
        example=example.read_bytes() if example.is_file() else None,
    )


def _estimator_file(metadata: Model, folder: Path) -> Path:
    flavor = metadata.flavors.get("sklearn")
    if flavor is None:
        message = f"a served model must be a scikit-learn model. Got {_listed(metadata.flavors)} instead."
        raise ModelRefusedError(message)
    form = flavor.get("serialization_format", "pickle")
    if form != "skops":
        message = f"a served model must be stored with skops, which runs no code of the file's. Got {form} instead."
        raise ModelRefusedError(message)
    path = (folder / str(flavor.get("pickled_model"))).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        message = f"the estimator's file must be one of the model's files. Got {flavor.get('pickled_model')!r} instead."
        raise ModelRefusedError(message)
    return path


def _plain_columns(schema: Schema | None) -> dict[str, Any] | None:
    """Return the columns' dtypes where JSON's own numbers already have them, and nothing has to be cast."""
    if schema is None or not schema.has_input_names() or not _AS_JSON_GIVES_IT.issuperset(schema.input_types()):
        return None
    return dict(zip(schema.input_names(), schema.pandas_types(), strict=True))


def _frame_from_csv(text: str, schema: Schema | None) -> pd.DataFrame:
    if schema is None or not schema.has_input_names():
        return pd.read_csv(io.StringIO(text))
    types = zip(schema.input_names(), schema.input_types(), schema.pandas_types(), strict=True)
    # pandas can't read dates by dtype; the cast that follows does.
    return pd.read_csv(io.StringIO(text), dtype={name: dtype for name, kind, dtype in types if kind != DataType.datetime})


def _listed(names: Any) -> str:
    return ", ".join(sorted(map(repr, names)))


def _first_line(error: Exception) -> str:
    """Return what the library says, without the frame that it prints in front and the advice that it prints after."""
    said = error.message if isinstance(error, MlflowException) else f"{type(error).__name__}: {error}"
    if said.startswith("Failed to enforce schema"):
        said = said.rpartition("Error: ")[2]
    return said.partition(" IMPORTANT:")[0].partition("\n")[0].removesuffix(".")
