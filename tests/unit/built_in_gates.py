"""Every gate that Headgate brings, at least once."""

from __future__ import annotations

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
from headgate.core.gates import AtLeast, AtMost, Gate
from headgate.core.methods import Bootstrap, DieboldMariano
from headgate.core.metrics import accuracy, auc, balanced_accuracy, log_loss, mae, mse, rmse
from headgate.core.paired import BetterBy, NoWorseThan
from headgate.core.slices import Bins, Where
from headgate.core.verdict import Doubt

_FEW = Bootstrap(resamples=200)

GATES: tuple[Gate, ...] = (
    AtLeast(auc, 0.7),
    AtLeast(accuracy, 0.5, confidence=0.9, method=_FEW),
    AtMost(mae, 0.6),
    AtMost(rmse, 0.9, confidence=0.9, method=Bootstrap(groups="region", resamples=200)),
    BetterBy(mae, method=_FEW),
    BetterBy(accuracy, margin=0.01),
    BetterBy(auc, margin=0.01),
    NoWorseThan(accuracy, 0.02, method=_FEW),
    BetterBy(mse, method=DieboldMariano(horizon=2)),
    BetterBy(balanced_accuracy, method=Bootstrap(stratified=True, resamples=200)),
    NoWorseThan(mse, 0.1, method=Bootstrap(groups="region", resamples=200)),
    BetterBy(log_loss, method=_FEW, when_unsure=Doubt.GO),
    EverySlice("region", (AtLeast(accuracy, 0.6), NoWorseThan(accuracy, 0.05))),
    EverySlice(Bins("hour", (6.0, 18.0)), (AtLeast(accuracy, 0.6),), skip_below=10),
    EverySlice(Where(name="night", column="hour", below=6.0), (AtLeast(accuracy, 0.6),)),
    AtLeastOf(2, (AtLeast(accuracy, 0.6), CostAtMost("size", 1e7))),
    all_of(AtMost(mae, 0.6), BetterBy(mae, method=_FEW)),
    any_of(BetterBy(mae, method=_FEW), BetterBy(accuracy)),
    WarnOnly(AtMost(mae, 0.6)),
    WarnOnly(CostRatio("size")),
    DemographicParity("region", at_most=0.2),
    DemographicParity("station", at_most=0.5, confidence=0.9),
    EqualisedOdds("region", at_most=0.2, min_rows=50),
    EqualisedOdds("station", at_most=0.6, min_rows=50, confidence=0.9),
    ErrorRateRatio("region", at_most=4.0),
    ErrorRateRatio("station", at_most=9.0, confidence=0.9),
    Calibrated(),
    BrierAtMost(0.2),
    Invariant(column="region", replace=(("a", "b"), ("b", "a"))),
    Directional(column="rooms", direction="up", add=1, at_least=0.9),
    Monotone(column="rooms", direction="down", scale=0.5, at_most=0.6, tolerance=0.1),
    TrainingGap(mae, 0.1),
    ShuffledLabels(auc, 0.1),
    CostAtMost("latency_row_p99", 10.0),
    CostAtMost("memory", 1e9),
    CostRatio("latency_batch_p50"),
    CostRatio("size"),
    RowsAtLeast(training=1000, holdout=100),
    DataFreshWithin(days=30),
    ChampionDriftAtMost(),
    AdversarialAtMost(),
    HoldoutWear(at_most=12),
)
