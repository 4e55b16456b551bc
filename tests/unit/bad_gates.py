"""Gates that break the protocol, each in one way; the first keeps it."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from headgate.core.evaluation import Evaluation
from headgate.core.needs import Column, DataFacts, Need
from headgate.core.predictions import Predictions
from headgate.core.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Good:
    """Passes where the holdout has so many rows."""

    floor: int = 10
    needs_baseline = False

    @property
    def name(self) -> str:
        return "Good"

    @property
    def needs(self) -> tuple[Need, ...]:
        return (DataFacts(),)

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        fact = evaluation.fact_of("holdout_rows")
        if fact is None or fact.candidate is None or not math.isfinite(fact.candidate):
            return Verdict.undecided(self.name, f"rows weren't counted: {fact.note if fact else 'nobody asked'}")
        give = Verdict.passed if fact.candidate >= self.floor else Verdict.failed
        return give(self.name, "counted", value=fact.candidate, limit=self.floor)


class RaisesWithoutFacts(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        next(fact for fact in evaluation.facts if fact.name == "holdout_rows")
        return super().judge(evaluation, predictions)


class RaisesOnTexts(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        float(predictions.labels[0]) if predictions.rows else 0.0
        return super().judge(evaluation, predictions)


class AnswersABool(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        return super().judge(evaluation, predictions).outcome is Outcome.PASS  # type: ignore[return-value]


class AnswersAsAnother(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        return Verdict.undecided("Another", "in another's name")


class GivesNoReason(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        return Verdict.undecided(self.name, " ")


class NeverDecides(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        return Verdict.undecided(self.name, "who knows")


class PassesOnNothing(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        fact = evaluation.fact_of("holdout_rows")
        value = fact.candidate if fact and fact.candidate is not None else 1000.0
        return Verdict.passed(self.name, "it will be fine", value=value, limit=self.floor)


class FailsOnNotANumber(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        fact = evaluation.fact_of("holdout_rows")
        if fact is None or fact.candidate is None:
            return Verdict.undecided(self.name, f"rows weren't counted: {fact.note if fact else 'nobody asked'}")
        give = Verdict.passed if fact.candidate >= self.floor else Verdict.failed
        return give(self.name, "counted", value=fact.candidate, limit=self.floor)


class KeepsTheNote(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        found = super().judge(evaluation, predictions)
        return Verdict.undecided(self.name, "why?") if found.outcome is Outcome.UNDECIDED else found


class PassesWithoutItsColumn(Good):
    @property
    def needs(self) -> tuple[Need, ...]:
        return (DataFacts(), Column(name="region"))


class PassesWithoutABaseline(Good):
    needs_baseline = True


class NeedsABaselineUnsaid(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        if evaluation.baseline is None:
            return Verdict.undecided(self.name, "no baseline")
        return super().judge(evaluation, predictions)


class MindsAnUnscoredBaselineLittle(Good):
    needs_baseline = True

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        if evaluation.baseline is None:
            return Verdict.undecided(self.name, "no baseline")
        return super().judge(evaluation, predictions)


class ThrowsACoin(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        return Verdict.passed(self.name, f"it drew {random.random()}", value=1.0, limit=0.0)  # noqa: S311 - a coin


class LooksAtTheFirstFact(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        value = evaluation.facts[0].candidate or 0.0
        return Verdict.passed(self.name, "the first", value=value, limit=0.0)


class Sorts(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        predictions.labels.sort()
        return super().judge(evaluation, predictions)


class Sleeps(Good):
    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        time.sleep(0.5)
        return super().judge(evaluation, predictions)


@dataclass(unsafe_hash=True)
class CanBeChanged:
    floor: int = 10
    needs_baseline = False
    name = "CanBeChanged"
    needs = (DataFacts(),)
    judge = Good.judge


@dataclass(frozen=True)
class CannotBeKept(Good):
    asked: Callable[[float], bool] = math.isfinite


@dataclass(frozen=True)
class CannotTravel(Good):
    asked: Any = field(default_factory=lambda: _ALWAYS)


_ALWAYS: tuple[Callable[[], bool], ...] = (lambda: True,)


class HasNoNeeds:
    name = "HasNoNeeds"
    needs_baseline = False

    def judge(self, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        return Verdict.undecided(self.name, "who knows")


class IsNeverItself(Good):
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)
