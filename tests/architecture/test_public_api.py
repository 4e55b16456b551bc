"""What users may import is a decision: a change of this list belongs into CHANGELOG.md."""

from __future__ import annotations

import headgate

EXPORTS = """
About
AdversarialAtMost
AfterLabels
Approval
ApproveOperator
AtLeast
AtLeastOf
AtLeastRows
AtMost
BetterBy
Bins
Bootstrap
BrierAtMost
Calibrated
ChampionDriftAtMost
CostAtMost
CostRatio
CsvSource
DataFreshWithin
DataReadySensor
DeLong
DeltaSource
DemographicParity
DeployOperator
DieboldMariano
Directional
Drift
EqualisedOdds
ErrorRateRatio
Estimator
EvaluateOperator
EverySlice
Expanding
Expectations
Explain
FreshWithin
FunctionCheck
FunctionSource
HoldoutWear
Invariant
JudgeOperator
Label
Marker
McNemar
MlflowHook
Monotone
NoWorseThan
PanderaCheck
Param
ParquetSource
Pipeline
Policy
PromoteOperator
PruneOperator
Quarantine
RollbackOperator
Rolling
RowsAtLeast
Serving
Severity
ShuffledLabels
SnapshotOperator
Span
SqlCheck
SqlSource
TrainOperator
TrainingGap
ValidateOperator
WarnOnly
Where
Window
Windows
accuracy
all_of
any_of
auc
average_precision
balanced_accuracy
business_days
candidate_asset
champion_asset
days
f1
hours
log_loss
mae
mape
max_error
median_ae
months
mse
precision
r2
recall
retraining_dag
rmse
rollback_dag
rollback_form
trigger_form
weeks
years
"""


def test_the_public_names_are_pinned() -> None:
    assert sorted(headgate.__all__) == EXPORTS.split()


def test_every_public_name_is_there() -> None:
    assert all(getattr(headgate, name) is not None for name in headgate.__all__)
    assert set(headgate.__all__) <= set(dir(headgate))


def test_every_public_name_says_what_it_is() -> None:
    assert [name for name in headgate.__all__ if not (getattr(headgate, name).__doc__ or "").strip()] == []
