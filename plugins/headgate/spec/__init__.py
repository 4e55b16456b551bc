"""The pipeline's specification: what the model is. No Airflow here; its shape is checked where it is written."""

from __future__ import annotations

from headgate.core.about import About
from headgate.core.drift import Drift
from headgate.core.explanations import Explain
from headgate.core.quarantine import Quarantine
from headgate.spec.checks import require_dotted, require_kind, require_model_name
from headgate.spec.estimator import Estimator, Param
from headgate.spec.expectations import Check, Expectations, FunctionCheck, PanderaCheck, SqlCheck
from headgate.spec.pipeline import Pipeline, Serving, metrics_of
from headgate.spec.sources import CsvSource, DeltaSource, FunctionSource, Label, ParquetSource, Source, SqlSource

__all__ = [
    "About",
    "Check",
    "CsvSource",
    "DeltaSource",
    "Drift",
    "Estimator",
    "Expectations",
    "Explain",
    "FunctionCheck",
    "FunctionSource",
    "Label",
    "PanderaCheck",
    "Param",
    "ParquetSource",
    "Pipeline",
    "Quarantine",
    "Serving",
    "Source",
    "SqlCheck",
    "SqlSource",
    "metrics_of",
    "require_dotted",
    "require_kind",
    "require_model_name",
]
