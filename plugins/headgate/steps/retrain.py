"""The whole chain in one process: snapshot, validate, train, evaluate, judge, promote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from headgate.core.about import NOTHING_SAID, About
from headgate.core.headline import headline
from headgate.core.policy import Policy
from headgate.core.promotion import fold_log
from headgate.core.refs import (
    CandidateRef,
    EvaluationRef,
    PromotionRef,
    RunRef,
    SnapshotRef,
    ValidatedRef,
    VerdictRef,
)
from headgate.core.verdict import Outcome
from headgate.errors import PromotionError
from headgate.ports import Question, Recipe, Trainer
from headgate.steps.card import CardPorts
from headgate.steps.evaluate import EvaluationPorts, evaluate_candidate
from headgate.steps.judge import explain, judge_candidate, require_override
from headgate.steps.judging import JudgementPorts
from headgate.steps.keeping import Wanted
from headgate.steps.promote import promote_candidate
from headgate.steps.snapshot import SnapshotPorts, take_snapshot
from headgate.steps.train import train_candidate
from headgate.steps.validate import Demands, ValidationPorts, validate_snapshot

ROUNDS = 3
"""How often a candidate is judged anew, when somebody else promoted while it was being judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the person who starts a run wishes.

    Args:
        dry_run: Whether nothing is to be promoted.
        reason: Why; empty when nobody said.
        override: The named override that the person chose; it needs a reason.
    """

    dry_run: bool = False
    reason: str = ""
    override: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the chain is to do.

    Args:
        wanted: What the snapshot is taken of.
        demands: What is asked of it.
        recipe: How the candidate is built.
        question: What is measured.
        policy: The gates.
        wish: What a person wishes.
        about: What the owner says of the model.
    """

    wanted: Wanted
    demands: Demands
    recipe: Recipe
    question: Question
    policy: Policy
    wish: Wish = field(default_factory=Wish)
    about: About = NOTHING_SAID


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingPorts:
    """What the chain needs of the world; the tracker, the log and the store are those of the evaluation."""

    snapshot: SnapshotPorts
    validation: ValidationPorts
    trainer: Trainer
    evaluation: EvaluationPorts


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """What a run did; what comes after a refusal is `None`.

    Args:
        snapshot: What was taken.
        validated: What was found of it: anything but a pass ends the run.
        candidate: What was fitted.
        evaluation: What was measured.
        verdict: Whether it may be promoted.
        promotion: The version that it became, where the verdict opened the door.
    """

    snapshot: SnapshotRef
    validated: ValidatedRef
    candidate: CandidateRef | None = None
    evaluation: EvaluationRef | None = None
    verdict: VerdictRef | None = None
    promotion: PromotionRef | None = None


Tell = Callable[[str, str], None]
"""Takes a step that is done, and what became of it."""


def retrain(run: RunRef, *, work: Work, ports: RetrainingPorts, tell: Tell) -> Retrained:
    """Do what the tasks of a retraining Dag do, one after the other.

    A candidate that loses to another promotion is scored and judged anew, against the champion that there is now.

    What it does not do: deploy. Raise on data that validation refuses: the result says so.

    Running it again: each step finds what it did.

    Raises:
        InputError: The specification, the params or the override aren't what they must be.
        DataError: The rows don't fill the windows, or the estimator refuses them.
        PromotionError: The registry was changed by hand, or knows less than it did; or others promote all the time.
        TransientError: The source, the store or MLflow can't be reached.
    """
    require_override(work.wish.override, work.wish.reason)  # before the work, which is for nothing without its reason
    snapshot = take_snapshot(run, wanted=work.wanted, ports=ports.snapshot, tell=lambda line: tell("snapshot", line))
    tell("snapshot", _snapshot_said(snapshot))
    validation = validate_snapshot(snapshot, demands=work.demands, ports=ports.validation)
    validated = validation.validated
    tell("validate", headline(validation.report, validated.verdict))
    done = Retrained(snapshot=snapshot, validated=validated)
    if validated.verdict.outcome is not Outcome.PASS:
        return done
    table, store, tracker = ports.evaluation.table, ports.evaluation.store, ports.evaluation.tracker
    candidate = train_candidate(
        validated, recipe=work.recipe, trainer=ports.trainer, table=table, store=store, tracker=tracker
    )
    tell("train", f"{candidate.model_id} {'was fitted by an earlier run' if candidate.reused else 'is fitted'}")
    return _decided(replace(done, candidate=candidate), candidate, work, ports, tell)


def _decided(done: Retrained, candidate: CandidateRef, work: Work, ports: RetrainingPorts, tell: Tell) -> Retrained:
    known = ports.evaluation
    for left in reversed(range(ROUNDS)):
        done = _judged(done, candidate, work, ports, tell)
        verdict = done.verdict
        if verdict is None or not verdict.opens:
            return done
        try:
            promotion = promote_candidate(
                verdict, log=known.log, store=known.store, about=work.about, cards=_cards(known)
            )
        except PromotionError as error:
            if not left or not _is_lost(verdict, ports):
                raise
            tell("promote", f"{error} It is judged anew.")
            continue
        tell("promote", _promoted_said(promotion))
        return replace(done, promotion=promotion)
    return done


def _judged(done: Retrained, candidate: CandidateRef, work: Work, ports: RetrainingPorts, tell: Tell) -> Retrained:
    evaluation = evaluate_candidate(
        candidate,
        question=work.question,
        trusted=work.recipe.trusted,
        ports=ports.evaluation,
        override=work.wish.override,
    )
    tell("evaluate", _measured_said(evaluation))
    known = ports.evaluation
    verdict = judge_candidate(
        evaluation,
        policy=work.policy,
        dry_run=work.wish.dry_run,
        reason=work.wish.reason,
        ports=JudgementPorts(tracker=known.tracker, table=known.table, reader=known.reader, pages=known.pages),
        override=work.wish.override,
    )
    tell("judge", explain(verdict))
    return replace(done, candidate=evaluation.candidate, evaluation=evaluation, verdict=verdict)


def _cards(ports: EvaluationPorts) -> CardPorts:
    return CardPorts(tracker=ports.tracker, pages=ports.pages)


def _is_lost(verdict: VerdictRef, ports: RetrainingPorts) -> bool:
    """Return whether the champion is another one than the candidate was judged against."""
    champion = fold_log(ports.evaluation.log.entries(verdict.candidate.snapshot.run.model)).champion
    judged_against = verdict.champion.version if verdict.champion else None
    return judged_against != (str(champion.version) if champion else None)


def _snapshot_said(snapshot: SnapshotRef) -> str:
    return f"{snapshot.id[:12]}: {snapshot.training_rows:,} training rows, {snapshot.holdout_rows:,} holdout rows"


def _measured_said(evaluation: EvaluationRef) -> str:
    found = evaluation.evaluation
    against = f"version {found.baseline}" if found.baseline else "nobody, since none was promoted before"
    if found.baseline_error:
        against += f", who could not be scored: {found.baseline_error}"
    return f"{found.said or 'nothing could be measured'} against {against}"


def _promoted_said(promotion: PromotionRef) -> str:
    how = "was promoted by an earlier run" if promotion.again else "is promoted"
    return "; ".join((f"version {promotion.version} {how}", *promotion.notes))
