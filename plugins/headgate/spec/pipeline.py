"""The pipeline: everything about a model but when it is retrained."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.about import NOTHING_SAID, About
from headgate.core.explanations import Explain
from headgate.core.metrics import Metric, require_metric
from headgate.core.policy import Policy
from headgate.core.slices import Slicing, require_slicings
from headgate.core.windows import Expanding, Rolling
from headgate.errors import InputError
from headgate.spec.checks import require_kind, require_model_name, require_text
from headgate.spec.estimator import Estimator
from headgate.spec.expectations import Expectations
from headgate.spec.sources import Label, Source


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
        expectations: What a snapshot must be like; a suite's path or dotted path alone is short for
            `Expectations(suite=...)`.
        estimator: How the candidate is built.
        metrics: Metrics to measure, besides those that the gates ask for.
        policy: The gates.
        slices: What makes slices besides those that the gates ask for: columns, `Bins`, `Where`.
        serving: Where the champion answers; nothing is deployed when `None`.
        about: Purpose, owner and limits: what the model card says besides.
        explain: Whether, and for how long, candidates are explained; not at all when `None`.

    Raises:
        InputError: A field isn't what it must be; the sentence names it.
    """

    model: str
    source: Source
    label: Label
    windows: Rolling | Expanding
    expectations: Expectations | str
    estimator: Estimator
    metrics: tuple[Metric, ...]
    policy: Policy
    slices: tuple[Slicing, ...] = ()
    serving: Serving | None = None
    about: About = NOTHING_SAID
    explain: Explain | None = None

    def __post_init__(self) -> None:
        require_model_name(self.model)
        require_kind(
            "source",
            self.source,
            Source,
            'a source such as FunctionSource("include.co2.data:weekly")',
        )
        require_kind("label", self.label, Label, 'a Label such as Label("sold", delay=days(1))')
        wanted = "Rolling(lookback=..., holdout=...) or Expanding(since=..., holdout=...)"
        require_kind("windows", self.windows, Rolling | Expanding, wanted)
        if isinstance(self.expectations, str):
            require_text("expectations", self.expectations)
            object.__setattr__(self, "expectations", Expectations(suite=self.expectations))
        require_kind("expectations", self.expectations, Expectations, 'a suite\'s path, or Expectations(suite="...")')
        require_kind(
            "estimator", self.estimator, Estimator, 'an Estimator such as Estimator("include.co2.model:build")'
        )
        require_kind("policy", self.policy, Policy, "Policy(gates=(...))")
        object.__setattr__(self, "metrics", metrics_of(self.metrics, self.policy))
        object.__setattr__(self, "slices", require_slicings("slices", self.slices))
        if self.serving is not None:
            require_kind("serving", self.serving, Serving, "a Serving, or None")
        require_kind("about", self.about, About, 'About(purpose="...", owner="...", limits="...")')
        if self.explain is not None:
            require_kind("explain", self.explain, Explain, "Explain(seconds=30), or None")


def metrics_of(metrics: object, policy: Policy) -> tuple[Metric, ...]:
    """Return the metrics, and those that the policy's gates ask for besides, each once.

    Raises:
        InputError: One isn't a metric.
    """
    if not isinstance(metrics, tuple | list):
        msg = f"metrics must be a tuple of metrics such as (mae, rmse). Got {metrics!r} instead."
        raise InputError(msg)
    asked = (*map(require_metric, metrics), *policy.metrics)
    return tuple(dict.fromkeys(asked))
