"""Gates that users wrote: one as they should, and one that nobody can write down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from headgate.core.evaluation import Evaluation
from headgate.core.metrics import Direction, Metric, mae
from headgate.core.needs import Need
from headgate.core.predictions import Predictions
from headgate.core.verdict import Verdict


class Mood(Enum):
    STRICT = "strict"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Within:
    """Passes where the candidate's error is at most twice a number, whoever asks."""

    metric: Metric
    most: float
    mood: Mood = Mood.STRICT
    columns: tuple[str, ...] = ()
    waits: timedelta = timedelta(0)
    needs_baseline = False

    @property
    def name(self) -> str:
        return f"Within({self.metric})"

    @property
    def needs(self) -> tuple[Need, ...]:
        return (self.metric,)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        measure = evaluation.measure_of(self.metric.name, "overall")
        if measure is None or measure.candidate is None:
            return Verdict.undecided(self.name, "not measured")
        give = Verdict.passed if measure.candidate <= 2 * self.most else Verdict.failed
        return give(self.name, "looked at", value=measure.candidate, limit=2 * self.most)


@dataclass
class Changing:
    """A dataclass that isn't frozen."""

    name: str = "changing"


class Plain:
    """A gate that is no dataclass."""

    name = "Plain(mae)"
    needs: tuple[Need, ...] = (mae,)
    needs_baseline = False

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        return Verdict.undecided(self.name, "it never says")


RARE = Metric(name="rare", direction=Direction.HIGHER, unit="share", bounds=(float("-inf"), 1.0))
