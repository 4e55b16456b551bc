"""Measure one need after the other; what several of them need is read and predicted once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import assert_never

from headgate.core.champion_drift import greatest_psi
from headgate.core.evaluation import OVERALL, Fact, Measure
from headgate.core.evidence import FactNeed, facts_of, missing
from headgate.core.headline import counted
from headgate.core.metrics import Metric
from headgate.core.mode import Mode
from headgate.core.needs import (
    Adversarial,
    ChampionDrift,
    Costs,
    DataFacts,
    Perturbed,
    ShuffledScore,
    TrainingScore,
    Wear,
)
from headgate.core.wear import decided_before
from headgate.errors import PermanentError
from headgate.ports import LoadedModel, Question, Rows
from headgate.steps.reference import reference_to
from headgate.steps.sampling import Sample, sample_of, sampled_training
from headgate.steps.subject import EvidencePorts, Subject

TRAINING_ROWS = 50_000
"""Most rows of the training window that a training score is taken on."""

SHUFFLED_ROWS = 10_000
"""Most rows that an estimator is fitted on with shuffled labels."""

PERTURBED_ROWS = 50_000
"""Most rows of the holdout that a change alters."""

ADVERSARIAL_ROWS = 5_000
"""Most rows of each window that a classifier is to tell apart."""

COST_ROWS = 1_000
"""Most different rows of the holdout that latency is measured with."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Value = tuple[float | None, str]
"""A value and its note."""


class Gatherer:
    """Measures what needs ask for.

    Args:
        needs: All that will be asked for.
        subject: What it is about.
        trusted: Types of the user's own that a model may hold.
        mode: What the run may do.
        ports: What it needs of the world.
    """

    def __init__(
        self,
        needs: Sequence[FactNeed],
        *,
        subject: Subject,
        trusted: tuple[str, ...],
        mode: Mode,
        ports: EvidencePorts,
    ) -> None:
        self._needs = needs
        self._subject = subject
        self._trusted = trusted
        self._mode = mode
        self._ports = ports
        self._shuffled: dict[int, _Scores] = {}

    def gathered(self, need: FactNeed) -> tuple[Fact, ...]:
        """Return the facts of a need; without values, and with the reason, where they can't be had.

        Raises:
            TransientError: The store or MLflow can't be reached.
        """
        try:
            return self._gathered(need)
        except PermanentError as error:
            return missing(need, str(error))

    def _gathered(self, need: FactNeed) -> tuple[Fact, ...]:
        values: Iterable[_Value]
        match need:
            case Costs():
                return self._costs(need)
            case TrainingScore():
                values = [self._training_scores.value_of(need.metric)]
            case ShuffledScore():
                values = [self._shuffled_scores(need.seed).value_of(need.metric)]
            case Perturbed():
                values = self._perturbed(need)
            case DataFacts():
                values = self._data()
            case ChampionDrift():
                values = [self._champion_drift()]
            case Adversarial():
                values = [self._told_apart(need.seed)]
            case Wear():
                values = self._wear()
            case unknown:
                assert_never(unknown)
        named = zip(facts_of(need), values, strict=True)
        return tuple(Fact(name=name, unit=unit, candidate=value, note=note) for (name, unit), (value, note) in named)

    def _costs(self, need: Costs) -> tuple[Fact, ...]:
        models, met = self._ports.models, self._subject.met
        rows = sample_of(self._subject.holdout, COST_ROWS, self._ports.table).rows
        baseline, refused = None, ""
        with ExitStack() as folders:
            candidate = folders.enter_context(models.folder(self._subject.candidate.model_id))
            try:
                baseline = folders.enter_context(models.folder(met.entry.model_id)) if met else None
            except PermanentError as error:
                refused = f"the baseline could not be measured: {error}"
            facts = self._ports.meter.measure(need, candidate, baseline, rows, trusted=self._trusted)
        return tuple(replace(fact, note=_joined(fact.note, refused)) for fact in facts)

    @cached_property
    def _training(self) -> Sample:
        ports = self._ports
        return sampled_training(self._subject.manifest, TRAINING_ROWS, store=ports.store, table=ports.table)

    @cached_property
    def _training_scores(self) -> _Scores:
        metrics = tuple(need.metric for need in self._needs if isinstance(need, TrainingScore))
        return self._scored(self._subject.model, self._training.rows, metrics, said=self._training.said)

    def _shuffled_scores(self, seed: int) -> _Scores:
        if seed not in self._shuffled:
            sample = self._training.at_most(SHUFFLED_ROWS, self._ports.table)
            fitted = self._ports.prober.refit_on_shuffled(
                self._subject.model, sample.rows, label=self._subject.manifest.label, seed=seed
            )
            asked = [need for need in self._needs if isinstance(need, ShuffledScore) and need.seed == seed]
            said = f"fitted {sample.said}" if sample.said else ""
            metrics = tuple(need.metric for need in asked)
            self._shuffled[seed] = self._scored(fitted, self._subject.holdout, metrics, said=said)
        return self._shuffled[seed]

    def _scored(self, model: LoadedModel, rows: Rows, metrics: tuple[Metric, ...], *, said: str) -> _Scores:
        manifest = self._subject.manifest
        question = Question(metrics=metrics, slices=(), label=manifest.label, event_time=manifest.event_time)
        return _Scores(measures=self._ports.scorer.score(model, None, rows, question).measures, said=said)

    def _perturbed(self, need: Perturbed) -> Iterable[_Value]:
        sample = sample_of(self._subject.holdout, PERTURBED_ROWS, self._ports.table)
        response = self._ports.prober.respond(self._subject.model, sample.rows, need)
        said = _joined(f"of the {counted(response.rows, 'row', 'rows')} that the change alters", sample.said)
        unordered = "it neither rises nor falls: it is no number, and no probability of one of two classes"
        shares = (response.changed, response.rose, response.fell)
        return [(share, unordered if share is None else said) for share in shares]

    def _data(self) -> Iterable[_Value]:
        manifest = self._subject.manifest
        last = _EPOCH + timedelta(microseconds=int(self._subject.predictions.event_time.max()))
        age = (self._subject.run.as_of.instant - last) / timedelta(days=1)
        rows = (sum(part.content.rows for part in parts) for parts in (manifest.training, manifest.holdout))
        return [*((float(count), "") for count in rows), (age, f"the last row is of {last:%Y-%m-%d %H:%M} UTC")]

    def _champion_drift(self) -> _Value:
        reference = reference_to(self._subject.met, model=self._subject.run.model, store=self._ports.store)
        if reference.statistics is None:
            return None, reference.said
        value, said = greatest_psi(reference.statistics, self._subject.manifest.statistics)
        return value, f"{said}; against {reference.said}"

    def _told_apart(self, seed: int) -> _Value:
        table, holdout = self._ports.table, self._subject.holdout
        before = self._training.at_most(ADVERSARIAL_ROWS, table)
        after = sample_of(holdout, ADVERSARIAL_ROWS, table)
        told = self._ports.prober.tell_apart(before.rows, after.rows, self._subject.model.features, seed=seed)
        samples = (("training window", before), ("holdout", after))
        said = [f"{sample.said} of the {name}" for name, sample in samples if sample.said]
        return told.auc, _joined(f"mostly by {told.column}", *said)

    def _wear(self) -> Iterable[_Value]:
        from headgate.core.numeric.wear import times_used

        run = self._subject.run
        decided = decided_before(self._ports.ledger.runs(run.model), run.as_of.instant, self._mode)
        most, mean = times_used(self._subject.predictions.event_time, decided)
        said = f"{counted(len(decided), 'decision', 'decisions')} came before"
        return [(float(most), said), (mean, said)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scores:
    """What was scored, and on what sample."""

    measures: tuple[Measure, ...]
    said: str

    def value_of(self, metric: Metric) -> _Value:
        found = [one.candidate for one in self.measures if (one.metric, one.slice) == (metric.name, OVERALL)]
        value = found[0] if found else None
        return value, self.said if value is not None else _joined(f"{metric} isn't defined there", self.said)


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
