"""Gates on how far the rows have moved: from the champion's, and from training window to holdout."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.evaluation import Evaluation
from headgate.core.gate_answers import at_most, find_fact, why_no_baseline
from headgate.core.gate_arguments import require_not_negative, require_within
from headgate.core.needs import Adversarial, ChampionDrift, Need
from headgate.core.predictions import Predictions
from headgate.core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ChampionDriftAtMost:
    """No column of the snapshot may have drifted from the champion's by more than a population stability index.

    Siddiqi (2006), *Credit Risk Scorecards*: below 0.1 nothing has moved, above 0.25 much has.

    Args:
        psi: Ceiling on the greatest index of any column, >= 0, inclusive.

    Raises:
        InputError: `psi` isn't a finite number >= 0.
    """

    psi: float = 0.25
    needs_baseline = True

    def __post_init__(self) -> None:
        require_not_negative("psi", self.name, self.psi)

    @property
    def name(self) -> str:
        """`ChampionDriftAtMost`."""
        return "ChampionDriftAtMost"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Drift from the champion's snapshot."""
        return (ChampionDrift(),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - facts tell it all
        """PASS at or below the ceiling, FAIL above, UNDECIDED without a champion, or a snapshot of it."""
        if why := why_no_baseline(evaluation):
            return Verdict.undecided(self.name, why)
        found = find_fact(evaluation, "champion_psi")
        if found.value is None:
            return Verdict.undecided(self.name, found.note)
        what = f"drift from the snapshot of version {evaluation.baseline}: greatest PSI"
        return at_most(self.name, what, found.value, self.psi, note=found.note)


@dataclass(frozen=True, slots=True)
class AdversarialAtMost:
    """A classifier must not tell training rows from holdout rows by more than an AUC: an alarm for leakage and drift.

    Adversarial validation: a classifier two-sample test (Lopez-Paz and Oquab 2017, *Revisiting Classifier Two-Sample
    Tests*), on the features. At 0.5 the windows look alike; near 1 a feature gives away which window a row is of.

    Args:
        auc: Ceiling, in [0.5, 1], inclusive.

    Raises:
        InputError: `auc` isn't a number in [0.5, 1].
    """

    auc: float = 0.8
    needs_baseline = False

    def __post_init__(self) -> None:
        require_within("auc", self.name, self.auc, 0.5, 1)

    @property
    def name(self) -> str:
        """`AdversarialAtMost`."""
        return "AdversarialAtMost"

    @property
    def needs(self) -> tuple[Need, ...]:
        """How well the windows are told apart."""
        return (Adversarial(),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - facts tell it all
        """PASS at or below the ceiling, FAIL above, UNDECIDED when nobody tried."""
        found = find_fact(evaluation, "adversarial_auc")
        if found.value is None:
            return Verdict.undecided(self.name, found.note)
        what = "training window and holdout are told apart with AUC"
        return at_most(self.name, what, found.value, self.auc, note=found.note)
