"""Gates on probabilities: whether they mean what they say."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.evaluation import Evaluation
from headgate.core.gate_answers import at_most
from headgate.core.gate_arguments import require_count, require_within
from headgate.core.needs import Need
from headgate.core.predictions import Predictions
from headgate.core.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """The expected calibration error must be at most so much.

    Naeini, Cooper and Hauskrecht (2015), *Obtaining Well Calibrated Probabilities Using Bayesian Binning*, section 4,
    in bins of equal width, of the positive class; of more than two classes that of the likeliest (Guo et al. 2017, *On
    Calibration of Modern Neural Networks*, equation 3).

    Finite bins make the error positive by chance alone. What is above the ceiling by no more than chance makes on
    average of a calibrated model is UNDECIDED; beyond the sum of both it fails.

    Args:
        at_most_ece: Ceiling on the error, in [0, 1], inclusive.
        bins: How many, 2 to 1,000.
        min_rows: With fewer rows it is UNDECIDED.

    Raises:
        InputError: An argument is out of its bounds.
    """

    at_most_ece: float = 0.05
    bins: int = 10
    min_rows: int = 200
    needs_baseline = False

    def __post_init__(self) -> None:
        require_within("at_most_ece", self.name, self.at_most_ece, 0, 1)
        require_count("bins", self.name, self.bins, least=2)
        require_within("bins", self.name, self.bins, 2, 1000)
        require_count("min_rows", self.name, self.min_rows, least=1)

    @property
    def name(self) -> str:
        """`Calibrated`."""
        return "Calibrated"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Nothing but the predictions."""
        return ()

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - labels tell it all
        """PASS at or below the ceiling, FAIL above it and chance, UNDECIDED in between or without probabilities."""
        from headgate.core.numeric.calibrated import calibration_of

        if why := _why_not(predictions, self.min_rows):
            return Verdict.undecided(self.name, why)
        error, chance = calibration_of(predictions, self.bins)
        what = f"expected calibration error of {predictions.rows:,} rows in {self.bins} bins"
        held = at_most(self.name, what, error, self.at_most_ece)
        if held.outcome is Outcome.FAIL and error <= self.at_most_ece + chance:
            reason = f"{held.reason}, but chance alone makes {chance:.2g} of so few rows"
            return Verdict(
                gate=self.name, outcome=Outcome.UNDECIDED, reason=reason, value=error, limit=self.at_most_ece
            )
        return held


@dataclass(frozen=True, slots=True)
class BrierAtMost:
    """The Brier score must be `ceiling` or less (inclusive): calibration and sharpness in one.

    Brier (1950), *Verification of Forecasts Expressed in Terms of Probability*: the mean squared distance of
    probabilities and what happened. Of two classes halved as is usual, so in [0, 1]; of more in [0, 2]. As
    scikit-learn's `brier_score_loss`.

    Args:
        ceiling: In [0, 2].
        min_rows: With fewer rows it is UNDECIDED.

    Raises:
        InputError: An argument is out of its bounds.
    """

    ceiling: float
    min_rows: int = 100
    needs_baseline = False

    def __post_init__(self) -> None:
        require_within("ceiling", self.name, self.ceiling, 0, 2)
        require_count("min_rows", self.name, self.min_rows, least=1)

    @property
    def name(self) -> str:
        """`BrierAtMost`."""
        return "BrierAtMost"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Nothing but the predictions."""
        return ()

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:  # noqa: ARG002 - labels tell it all
        """PASS at or below the ceiling, FAIL above, UNDECIDED without probabilities."""
        from headgate.core.numeric.calibrated import brier_of

        if why := _why_not(predictions, self.min_rows):
            return Verdict.undecided(self.name, why)
        what = f"Brier score of {predictions.rows:,} rows"
        return at_most(self.name, what, brier_of(predictions), self.ceiling)


def _why_not(predictions: Predictions, min_rows: int) -> str | None:
    from headgate.core.numeric.usable import why_no_probabilities, why_unusable

    if why := why_unusable(predictions) or why_no_probabilities(predictions):
        return why
    if predictions.rows < min_rows:
        return f"the holdout has {predictions.rows:,} rows: it takes {min_rows:,}"
    return None
