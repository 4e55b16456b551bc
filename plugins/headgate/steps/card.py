"""Write the model card of a promotion: in short as the version's description, whole beside the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from headgate.core.about import About
from headgate.core.card import Card, Made, card_of_version
from headgate.core.card_text import markdown_of
from headgate.core.refs import TrackedRun, VerdictRef
from headgate.core.verdict_record import RECORD, VerdictRecord, record_of
from headgate.errors import HeadgateError, InputError, TrackingError
from headgate.ports import Evidence, Pages, RunTracker
from headgate.steps import fit_record
from headgate.steps.verdict_file import read_record

CARD_TEXT = "model_card.md"
CARD_PAGE = "model_card.html"

_DIGITS = 12
_LIBRARIES = ("python", "scikit-learn", "numpy", "pandas", "git")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPorts:
    """What writing a card needs of the world: where the evidence lies and the card is kept, and who draws it."""

    tracker: RunTracker
    pages: Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDraft:
    """A card but for its version's number, which the registry gives out.

    Args:
        record: The verdict, as it is at the promotion.
        who: Who promotes.
        about: What the owner says of the model.
        fit: How it was fitted, by name.
    """

    record: VerdictRecord
    who: str
    about: About
    fit: Mapping[str, str]

    def of_version(self, version: int) -> Card:
        """Return the card of a version."""
        return card_of_version(
            self.record, Made(version=str(version), who=self.who, about=self.about, fit=dict(self.fit))
        )


def draft_card(verdict: VerdictRef, *, who: str, about: About, tracker: RunTracker | None) -> CardDraft:
    """Return the draft of a promotion's card.

    What nobody kept (a run of an older Headgate) isn't on it.

    Args:
        verdict: The verdict that opens the door.
        who: Who promotes.
        about: What the owner says of the model.
        tracker: Where the evidence lies; without one the card tells the verdict alone.

    Raises:
        TransientError: There is an outage.
    """
    bare = record_of(verdict, evaluation=None)
    if tracker is None:
        return CardDraft(record=bare, who=who, about=about, fit={})
    tracked = verdict.candidate.tracked
    return CardDraft(record=_with_evidence(bare, tracked, tracker), who=who, about=about, fit=_fit_of(tracked, tracker))


def keep_card(card: Card, tracked: TrackedRun, ports: CardPorts) -> str | None:
    """Write a card to the candidate's MLflow run; return why it couldn't be, if so: the promotion stands all the same.

    Running it again: replaces the card.
    """
    artifacts = {CARD_TEXT: markdown_of(card).encode(), CARD_PAGE: ports.pages.card(card).encode()}
    try:
        ports.tracker.record(tracked, Evidence(artifacts=artifacts))
    except HeadgateError as error:
        return f"the model card isn't kept with the run {tracked.mlflow_run}: {error}"
    return None


def _with_evidence(bare: VerdictRecord, tracked: TrackedRun, tracker: RunTracker) -> VerdictRecord:
    """Return the record with what was measured, as the run kept it when it was judged."""
    try:
        kept = read_record(tracker.read(tracked, RECORD).decode(errors="replace"))
    except (TrackingError, InputError):
        return bare
    return replace(bare, baseline=kept.baseline, measures=kept.measures, facts=kept.facts, policy=kept.policy)


def _fit_of(tracked: TrackedRun, tracker: RunTracker) -> dict[str, str]:
    try:
        found = fit_record.read_record(tracker, tracked)
    except TrackingError:
        return {}
    recipe, facts = found.recipe, found.surroundings.facts
    params = ", ".join(f"{name}={value}" for name, value in recipe.params.items())
    told = {"Built by": recipe.build, "Params": params, "Seed": str(recipe.seed), "Code": found.code[:_DIGITS]}
    return {**told, **{name: facts[name] for name in _LIBRARIES if name in facts}}
