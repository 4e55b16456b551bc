"""The pipeline's specification: what the model is. No Airflow here; its shape is checked where it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headgate.core.metrics import Metric, require_metric
from headgate.core.policy import Policy
from headgate.core.span import Span
from headgate.core.windows import Rolling
from headgate.errors import InputError
from headgate.ports import Recipe

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
FORM_FIELDS = ("as_of", "dry_run", "reason")


@dataclass(frozen=True, slots=True)
class Label:
    """The column to predict.

    Args:
        column: Its name.
        delay: How long after an event its label is final, >= 0.
    """

    column: str
    delay: Span = field(default_factory=Span)

    def __post_init__(self) -> None:
        _require_text("label.column", self.column)
        require_kind("label.delay", self.delay, Span, "a span such as weeks(4)")


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """Rows from a function `read(windows) -> DataFrame` (or Arrow table).

    Args:
        path: Dotted path, such as `include.co2.data:weekly`. It is imported in the task, never at Dag parse.
        event_time: Column of the event's time, with a time zone.
    """

    path: str
    event_time: str = "event_time"

    def __post_init__(self) -> None:
        require_dotted("source.path", self.path)
        _require_text("source.event_time", self.event_time)


@dataclass(frozen=True, slots=True)
class ParquetSource:
    """Rows from Parquet files.

    Args:
        url: A file or a folder: a path, or a URL that Airflow's ObjectStoragePath knows.
        event_time: Column of the event's time, with a time zone.
        columns: Columns to read; all when `None`.
        conn_id: Airflow connection with the store's credentials.
    """

    url: str
    event_time: str = "event_time"
    columns: tuple[str, ...] | None = None
    conn_id: str | None = None

    def __post_init__(self) -> None:
        _require_text("source.url", self.url)
        _require_text("source.event_time", self.event_time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A param of the estimator, as the trigger form asks for it.

    Args:
        default: Its default; its type is the param's type (bool, int, float or str).
        description: A line for the form.
        minimum: Least value of a number, inclusive.
        maximum: Greatest value of a number, inclusive.
        choices: The only values there are.
    """

    default: Any
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.default, bool | int | float | str):
            msg = f"default of a Param must be a bool, int, float or str. Got {self.default!r} instead."
            raise InputError(msg)
        self.require("default", self.default)

    def require(self, name: str, value: object) -> Any:  # noqa: ANN401 - it returns what it was given
        """Return the value (an int where a float is wanted becomes one).

        Raises:
            InputError: It is of another type, out of bounds, or no choice.
        """
        wanted = type(self.default)
        if wanted is float and type(value) is int:
            value = float(value)
        if type(value) is not wanted:
            msg = f"param {name} must be of type {wanted.__name__}. Got {value!r} instead."
            raise InputError(msg)
        if self.choices and value not in self.choices:
            msg = f"param {name} must be one of {list(self.choices)}. Got {value!r} instead."
            raise InputError(msg)
        if value != value:  # noqa: PLR0124 - NaN lies within any bounds that aren't there
            msg = f"param {name} must be a number. Got {value!r} instead."
            raise InputError(msg)
        low, high = self.minimum, self.maximum
        if isinstance(value, int | float) and not ((low is None or value >= low) and (high is None or value <= high)):
            bounds = [f"at least {low}"] * (low is not None) + [f"at most {high}"] * (high is not None)
            msg = f"param {name} must be {' and '.join(bounds)}. Got {value!r} instead."
            raise InputError(msg)
        return value


@dataclass(frozen=True, slots=True)
class Estimator:
    """How the candidate is built.

    Args:
        build: Dotted path of a function `build(params) -> scikit-learn estimator`.
        params: The params, by name: a `Param`, or just its default.
        seed: For every random state that the estimator leaves open.
        features: Columns to learn from; every column but label and event time when `None`.
        trusted: Types of your own that a saved model may hold, such as `include.co2.model.Detrend`.
        threads: Most threads of one fit; no limit when `None`.
    """

    build: str
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    features: tuple[str, ...] | None = None
    trusted: tuple[str, ...] = ()
    threads: int | None = None

    def __post_init__(self) -> None:
        require_dotted("estimator.build", self.build)
        params = {k: v if isinstance(v, Param) else Param(default=v) for k, v in dict(self.params).items()}
        for name in params:
            if name in FORM_FIELDS:
                msg = f"estimator.params must not name a field of the trigger form ({', '.join(FORM_FIELDS)}). "
                msg += f"Got {name!r} instead."
                raise InputError(msg)
        object.__setattr__(self, "params", params)
        if type(self.seed) is not int or not 0 <= self.seed < 2**32:
            msg = f"estimator.seed must be a whole number in [0, 2**32). Got {self.seed!r} instead."
            raise InputError(msg)

    def recipe(self, form: Mapping[str, Any]) -> Recipe:
        """Return how to build the candidate of a run, with the params that the trigger form gave.

        Args:
            form: Every field of the form; those that aren't params of this estimator are ignored.

        Raises:
            InputError: A param is of another type, out of bounds, or no choice.
        """
        given = {name: form[name] for name in self.params if form.get(name) is not None}
        values = {name: param.require(name, given.get(name, param.default)) for name, param in self.params.items()}
        return Recipe(
            build=self.build,
            params=values,
            seed=self.seed,
            features=self.features,
            trusted=self.trusted,
            threads=self.threads,
        )


@dataclass(frozen=True, slots=True)
class Serving:
    """Where the champion answers.

    Args:
        conn_id: Airflow connection of the model server.
        timeout: Seconds to wait until it serves a promoted version, > 0.
        probe_rows: Holdout rows that it must answer as the candidate did, >= 1.
    """

    conn_id: str = "headgate_server_default"
    timeout: float = 60.0
    probe_rows: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What the model is: everything about it but when it runs.

    Args:
        model: Name of the registered model: letters, digits, `_`, `.` and `-`, 100 at most.
        source: Where rows come from.
        label: The column to predict.
        windows: The windows before an as-of.
        expectations: A Great Expectations suite: path of its JSON, or dotted path of a function that builds it.
        estimator: How the candidate is built.
        metrics: Metrics to measure, besides those that the gates ask for.
        policy: The gates.
        slices: Columns whose values are slices.
        serving: Where the champion answers; nothing is deployed when `None`.

    Raises:
        InputError: A field isn't what it must be; the sentence names it.
    """

    model: str
    source: FunctionSource | ParquetSource
    label: Label
    windows: Rolling
    expectations: str
    estimator: Estimator
    metrics: tuple[Metric, ...]
    policy: Policy
    slices: tuple[str, ...] = ()
    serving: Serving | None = None

    def __post_init__(self) -> None:
        require_model_name(self.model)
        require_kind(
            "source",
            self.source,
            FunctionSource | ParquetSource,
            'a source such as FunctionSource("include.co2.data:weekly")',
        )
        require_kind("label", self.label, Label, 'a Label such as Label("sold", delay=days(1))')
        require_kind("windows", self.windows, Rolling, "Rolling(lookback=..., holdout=...)")
        _require_text("expectations", self.expectations)
        require_kind(
            "estimator", self.estimator, Estimator, 'an Estimator such as Estimator("include.co2.model:build")'
        )
        require_kind("policy", self.policy, Policy, "Policy(gates=(...))")
        object.__setattr__(self, "metrics", metrics_of(self.metrics, self.policy))
        object.__setattr__(self, "slices", tuple(self.slices))
        if self.serving is not None:
            require_kind("serving", self.serving, Serving, "a Serving, or None")


def metrics_of(metrics: object, policy: Policy) -> tuple[Metric, ...]:
    """Return the metrics, and those that the policy's gates ask for besides, each once.

    Raises:
        InputError: One isn't a metric.
    """
    if not isinstance(metrics, tuple | list):
        msg = f"metrics must be a tuple of metrics such as (mae, rmse). Got {metrics!r} instead."
        raise InputError(msg)
    asked = (*map(require_metric, metrics), *(gate.metric for gate in policy.gates))
    return tuple(dict.fromkeys(asked))


def require_dotted(what: str, path: object) -> str:
    """Return a dotted path `package.module:name`; nothing is imported.

    Raises:
        InputError: It isn't of that form.
    """
    if isinstance(path, str) and _DOTTED.fullmatch(path):
        return path
    msg = f"{what} must be a dotted path such as include.co2.model:build. Got {path!r} instead."
    raise InputError(msg)


def require_model_name(name: object) -> str:
    """Return a model's name.

    Raises:
        InputError: MLflow, a URL or a file could not bear it.
    """
    if isinstance(name, str) and _MODEL.fullmatch(name):
        return name
    msg = "model must be 1 to 100 letters, digits, '_', '.' or '-', and start with a letter or digit. "
    msg += f"Got {name!r} instead."
    raise InputError(msg)


def _require_text(what: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        msg = f"{what} must be a text that isn't empty. Got {value!r} instead."
        raise InputError(msg)


def require_kind(what: str, value: object, kind: Any, wanted: str) -> None:  # noqa: ANN401 - a type or a union
    """Require a value of that type.

    Raises:
        InputError: It isn't.
    """
    if not isinstance(value, kind):
        msg = f"{what} must be {wanted}. Got {value!r} instead."
        raise InputError(msg)
