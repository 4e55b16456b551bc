"""The simulated promotion history: which candidate would have replaced which champion when, folded from records.

In a backfill candidates are trained in parallel; whatever needs their order is decided here, oldest as-of first. So the
order and the parallelism of the runs that made the records don't matter, nor does when a record was added.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from headgate.core.metrics import Metric
from headgate.core.past_runs import PastRun
from headgate.core.verdict import Judgement, Outcome
from headgate.core.windows import Window

T = TypeVar("T")

TITLE = "simulated history"
"""What a history is called that asks nothing in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPolicy(Generic[T]):
    """Something of each of the three policies.

    Args:
        gated: What the gates let pass serves.
        never: Never retrain: the first candidate that passed serves for ever.
        always: Always promote: each candidate serves as soon as it is there.
    """

    gated: T
    never: T
    always: T


NOBODY: ByPolicy[PastRun | None] = ByPolicy(gated=None, never=None, always=None)
"""Who serves before the first candidate."""

_NO_VALUES: ByPolicy[float | None] = ByPolicy(gated=None, never=None, always=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a candidate's evidence says.

    Args:
        judgement: What the policy says.
        value: The candidate's metric on its holdout; `None` where it could not be measured.
        holdout: The holdout; `None` where it isn't there any more.
    """

    judgement: Judgement
    value: float | None = None
    holdout: Window | None = None


class Bench(Protocol):
    """Scores and judges the models of the past. The same question always gets the same answer."""

    def judge(self, run: PastRun, champion: PastRun | None) -> Judged:
        """Return the judgement on a run's candidate, against that champion, on the run's holdout.

        What can't be scored any more is `UNDECIDED`, with the reason; it raises nothing for it.
        """

    def value(self, run: PastRun, model: PastRun) -> float | None:
        """Return the metric of another run's candidate on a run's holdout; `None` where it can't be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One run of the history.

    Args:
        run: The run.
        judged: What its evidence says against whom it met.
        before: Who served until then; `before.gated` is whom the candidate met.
        values: The metric, on this run's holdout, of who served until then.
        after: Who serves from then on.
    """

    run: PastRun
    judged: Judged
    before: ByPolicy[PastRun | None]
    values: ByPolicy[float | None]
    after: ByPolicy[PastRun | None]

    @property
    def verdict(self) -> str:
        """`PASS`, `FAIL` or `UNDECIDED`; `refused` where the run ended without a candidate."""
        return "refused" if self.run.refused is not None else str(self.judged.judgement.outcome)

    @property
    def is_promotion(self) -> bool:
        """Whether its candidate became the champion."""
        return self.after.gated is not self.before.gated


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """By how much the gated policy is better than another one.

    Args:
        difference: Of the means, in the metric's unit; negative where it is worse, `None` without an as-of.
        better: At how many as-ofs it is better.
        worse: At how many it is worse; at the rest both are the same.
    """

    difference: float | None
    better: int
    worse: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What retraining has been worth.

    Args:
        as_ofs: At how many as-ofs each policy's serving model could be scored.
        means: Of the metric over those.
        over_never: Against never retraining.
        over_always: Against promoting always.
    """

    as_ofs: int
    means: ByPolicy[float | None]
    over_never: Gain
    over_always: Gain


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A simulated promotion history.

    Args:
        model: Name of the registered model.
        metric: What the policies are compared by.
        gates: Names of the policy's gates.
        rows: One a run, oldest as-of first.
        unfinished: Live runs without a verdict yet: they aren't in it.
        title: What it is called: that of other limits, or of another policy, has another title.
    """

    model: str
    metric: Metric
    gates: tuple[str, ...]
    rows: tuple[HistoryRow, ...]
    unfinished: tuple[PastRun, ...] = ()
    title: str = TITLE

    @property
    def champion(self) -> PastRun | None:
        """Who would serve now."""
        return self.rows[-1].after.gated if self.rows else None

    @property
    def promotions(self) -> tuple[HistoryRow, ...]:
        """The rows at which somebody became the champion."""
        return tuple(row for row in self.rows if row.is_promotion)

    @property
    def worth(self) -> Worth:
        """What retraining has been worth."""
        return worth_of(self.rows, self.metric)

    @property
    def has_overlaps(self) -> bool:
        """Whether a holdout shares rows with the one before: then the values aren't independent of each other."""
        held = [row.judged.holdout for row in self.rows if row.judged.holdout is not None]
        return any(later.start < earlier.end for earlier, later in pairwise(held))


def fold_history(runs: Iterable[PastRun], bench: Bench) -> tuple[HistoryRow, ...]:
    """Return the history of runs that are given in any order.

    Each candidate meets the champion of the earlier as-ofs and takes its place if it passes, and only then. Nothing
    changes at a run without a candidate.
    """
    rows: list[HistoryRow] = []
    serving = NOBODY
    for run in sorted(runs, key=lambda one: one.place):
        row = _row(run, serving, bench)
        rows.append(row)
        serving = row.after
    return tuple(rows)


def worth_of(rows: Sequence[HistoryRow], metric: Metric) -> Worth:
    """Return what the gated policy's serving models were worth, at the as-ofs where all three could be scored."""
    scored = [found for row in rows if (found := _scored(row)) is not None]
    gated, never, always = ([values[place] for values in scored] for place in range(3))
    return Worth(
        as_ofs=len(scored),
        means=ByPolicy(gated=_mean(gated), never=_mean(never), always=_mean(always)),
        over_never=_gain(gated, never, metric),
        over_always=_gain(gated, always, metric),
    )


def _row(run: PastRun, serving: ByPolicy[PastRun | None], bench: Bench) -> HistoryRow:
    if run.refused is not None:
        judged = Judged(judgement=_undecided(run.refused))
        return HistoryRow(run=run, judged=judged, before=serving, values=_NO_VALUES, after=serving)
    judged = _judged(run, serving.gated, bench)
    passed = judged.judgement.outcome is Outcome.PASS
    after = ByPolicy(
        gated=run if passed else serving.gated,
        never=run if passed and serving.never is None else serving.never,
        always=run,
    )
    values = ByPolicy(
        gated=_value(run, serving.gated, bench),
        never=_value(run, serving.never, bench),
        always=_value(run, serving.always, bench),
    )
    return HistoryRow(run=run, judged=judged, before=serving, values=values, after=after)


def _judged(run: PastRun, champion: PastRun | None, bench: Bench) -> Judged:
    if champion is not None and champion.as_of == run.as_of:
        other = f"the candidate of {champion.key.partition('|')[0]} of the same as-of took the place already"
        return Judged(judgement=_undecided(other))
    return bench.judge(run, champion)


def _value(run: PastRun, model: PastRun | None, bench: Bench) -> float | None:
    return None if model is None else bench.value(run, model)


def _undecided(reason: str) -> Judgement:
    return Judgement(outcome=Outcome.UNDECIDED, reason=reason, verdicts=())


def _scored(row: HistoryRow) -> tuple[float, float, float] | None:
    gated, never, always = row.values.gated, row.values.never, row.values.always
    return None if gated is None or never is None or always is None else (gated, never, always)


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _gain(ours: Sequence[float], theirs: Sequence[float], metric: Metric) -> Gain:
    gains = [metric.improvement(candidate=our, baseline=their) for our, their in zip(ours, theirs, strict=True)]
    return Gain(
        difference=_mean(gains),
        better=sum(gain > 0 for gain in gains),
        worse=sum(gain < 0 for gain in gains),
    )
