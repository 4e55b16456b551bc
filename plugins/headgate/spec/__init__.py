"""The pipeline's specification: what the model is. No Airflow here; its shape is checked where it is written."""

from __future__ import annotations

from headgate.spec.checks import require_dotted, require_kind, require_model_name
from headgate.spec.estimator import Estimator, Param
from headgate.spec.pipeline import Pipeline, Serving, metrics_of
from headgate.spec.sources import FunctionSource, Label, ParquetSource

__all__ = [
    "Estimator",
    "FunctionSource",
    "Label",
    "Param",
    "ParquetSource",
    "Pipeline",
    "Serving",
    "metrics_of",
    "require_dotted",
    "require_kind",
    "require_model_name",
]
