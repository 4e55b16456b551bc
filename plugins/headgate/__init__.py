"""Safe retraining for Apache Airflow: the production model can only move forward.

Everything public is reachable from here, and imported when it is first asked for: a Dag file stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headgate.core.about import About
    from headgate.core.approval import Approval
    from headgate.core.business_days import business_days
    from headgate.core.combining import AtLeastOf, WarnOnly, all_of, any_of
    from headgate.core.every_slice import EverySlice
    from headgate.core.gate_behaviour import Directional, Invariant, Monotone
    from headgate.core.gate_calibration import BrierAtMost, Calibrated
    from headgate.core.gate_costs import CostAtMost, CostRatio
    from headgate.core.gate_drift import AdversarialAtMost, ChampionDriftAtMost
    from headgate.core.gate_fairness import DemographicParity, EqualisedOdds, ErrorRateRatio
    from headgate.core.gate_rows import DataFreshWithin, RowsAtLeast
    from headgate.core.gate_training import ShuffledLabels, TrainingGap
    from headgate.core.gate_wear import HoldoutWear
    from headgate.core.gates import AtLeast, AtMost
    from headgate.core.methods import Bootstrap, DeLong, DieboldMariano, McNemar
    from headgate.core.metrics import (
        accuracy,
        auc,
        average_precision,
        balanced_accuracy,
        f1,
        log_loss,
        mae,
        mape,
        max_error,
        median_ae,
        mse,
        precision,
        r2,
        recall,
        rmse,
    )
    from headgate.core.paired import BetterBy, NoWorseThan
    from headgate.core.policy import Policy
    from headgate.core.readiness import AtLeastRows, FreshWithin, Marker
    from headgate.core.slices import Bins, Where
    from headgate.core.span import Span, days, hours, months, weeks, years
    from headgate.core.validation import Severity
    from headgate.core.windows import Expanding, Rolling, Window, Windows
    from headgate.dag import retraining_dag, rollback_dag, rollback_form, trigger_form
    from headgate.hooks.assets import candidate_asset, champion_asset
    from headgate.hooks.mlflow import MlflowHook
    from headgate.operators.approve import ApproveOperator
    from headgate.operators.deploy import DeployOperator
    from headgate.operators.evaluate import EvaluateOperator
    from headgate.operators.judge import JudgeOperator
    from headgate.operators.promote import PromoteOperator
    from headgate.operators.prune import PruneOperator
    from headgate.operators.rollback import RollbackOperator
    from headgate.operators.snapshot import SnapshotOperator
    from headgate.operators.train import TrainOperator
    from headgate.operators.validate import ValidateOperator
    from headgate.sensors.data_ready import DataReadySensor
    from headgate.spec import (
        CsvSource,
        DeltaSource,
        Drift,
        Estimator,
        Expectations,
        Explain,
        FunctionCheck,
        FunctionSource,
        Label,
        PanderaCheck,
        Param,
        ParquetSource,
        Pipeline,
        Quarantine,
        Serving,
        SqlCheck,
        SqlSource,
    )
    from headgate.timetables.after_labels import AfterLabels

_HOMES = {
    "headgate.core.about": ("About",),
    "headgate.core.approval": ("Approval",),
    "headgate.core.business_days": ("business_days",),
    "headgate.core.gate_behaviour": ("Directional", "Invariant", "Monotone"),
    "headgate.core.gate_calibration": ("BrierAtMost", "Calibrated"),
    "headgate.core.gate_costs": ("CostAtMost", "CostRatio"),
    "headgate.core.gate_drift": ("AdversarialAtMost", "ChampionDriftAtMost"),
    "headgate.core.gate_fairness": ("DemographicParity", "EqualisedOdds", "ErrorRateRatio"),
    "headgate.core.gate_rows": ("DataFreshWithin", "RowsAtLeast"),
    "headgate.core.gate_training": ("ShuffledLabels", "TrainingGap"),
    "headgate.core.gate_wear": ("HoldoutWear",),
    "headgate.core.combining": ("AtLeastOf", "WarnOnly", "all_of", "any_of"),
    "headgate.core.every_slice": ("EverySlice",),
    "headgate.core.gates": ("AtLeast", "AtMost"),
    "headgate.core.methods": ("Bootstrap", "DeLong", "DieboldMariano", "McNemar"),
    "headgate.core.paired": ("BetterBy", "NoWorseThan"),
    "headgate.core.slices": ("Bins", "Where"),
    "headgate.core.metrics": (
        "accuracy",
        "auc",
        "average_precision",
        "balanced_accuracy",
        "f1",
        "log_loss",
        "mae",
        "mape",
        "max_error",
        "median_ae",
        "mse",
        "precision",
        "r2",
        "recall",
        "rmse",
    ),
    "headgate.core.policy": ("Policy",),
    "headgate.core.readiness": ("AtLeastRows", "FreshWithin", "Marker"),
    "headgate.core.span": ("Span", "days", "hours", "months", "weeks", "years"),
    "headgate.core.windows": ("Expanding", "Rolling", "Window", "Windows"),
    "headgate.dag": ("retraining_dag", "rollback_dag", "rollback_form", "trigger_form"),
    "headgate.hooks.assets": ("candidate_asset", "champion_asset"),
    "headgate.hooks.mlflow": ("MlflowHook",),
    "headgate.operators.approve": ("ApproveOperator",),
    "headgate.operators.deploy": ("DeployOperator",),
    "headgate.operators.evaluate": ("EvaluateOperator",),
    "headgate.operators.judge": ("JudgeOperator",),
    "headgate.operators.promote": ("PromoteOperator",),
    "headgate.operators.prune": ("PruneOperator",),
    "headgate.operators.rollback": ("RollbackOperator",),
    "headgate.operators.snapshot": ("SnapshotOperator",),
    "headgate.operators.train": ("TrainOperator",),
    "headgate.operators.validate": ("ValidateOperator",),
    "headgate.core.validation": ("Severity",),
    "headgate.sensors.data_ready": ("DataReadySensor",),
    "headgate.spec": (
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
        "SqlCheck",
        "SqlSource",
    ),
    "headgate.timetables.after_labels": ("AfterLabels",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "About",
    "AdversarialAtMost",
    "AfterLabels",
    "Approval",
    "ApproveOperator",
    "AtLeast",
    "AtLeastOf",
    "AtLeastRows",
    "AtMost",
    "BetterBy",
    "Bins",
    "Bootstrap",
    "BrierAtMost",
    "Calibrated",
    "ChampionDriftAtMost",
    "CostAtMost",
    "CostRatio",
    "CsvSource",
    "DataFreshWithin",
    "DataReadySensor",
    "DeLong",
    "DeltaSource",
    "DemographicParity",
    "DeployOperator",
    "DieboldMariano",
    "Directional",
    "Drift",
    "EqualisedOdds",
    "ErrorRateRatio",
    "Estimator",
    "EvaluateOperator",
    "EverySlice",
    "Expanding",
    "Expectations",
    "Explain",
    "FreshWithin",
    "FunctionCheck",
    "FunctionSource",
    "HoldoutWear",
    "Invariant",
    "JudgeOperator",
    "Label",
    "Marker",
    "McNemar",
    "MlflowHook",
    "Monotone",
    "NoWorseThan",
    "PanderaCheck",
    "Param",
    "ParquetSource",
    "Pipeline",
    "Policy",
    "PromoteOperator",
    "PruneOperator",
    "Quarantine",
    "RollbackOperator",
    "Rolling",
    "RowsAtLeast",
    "Serving",
    "Severity",
    "ShuffledLabels",
    "SnapshotOperator",
    "Span",
    "SqlCheck",
    "SqlSource",
    "TrainOperator",
    "TrainingGap",
    "ValidateOperator",
    "WarnOnly",
    "Where",
    "Window",
    "Windows",
    "accuracy",
    "all_of",
    "any_of",
    "auc",
    "average_precision",
    "balanced_accuracy",
    "business_days",
    "candidate_asset",
    "champion_asset",
    "days",
    "f1",
    "hours",
    "log_loss",
    "mae",
    "mape",
    "max_error",
    "median_ae",
    "months",
    "mse",
    "precision",
    "r2",
    "recall",
    "retraining_dag",
    "rmse",
    "rollback_dag",
    "rollback_form",
    "trigger_form",
    "weeks",
    "years",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name is
    """Import a public name when it is first asked for."""
    if name not in _HOME_OF:
        msg = f"module 'headgate' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME_OF])
