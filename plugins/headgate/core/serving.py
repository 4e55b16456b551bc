"""What a model server does about the version that the registry names: pure decisions."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a registered model.

    Attributes:
        model: Name of the registered model.
        version: The registry's number, as text.
        model_id: MLflow's logged model (`m-...`) that the version stands for; `None` if it stands for something else.
    """

    model: str
    version: str
    model_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A version that isn't served, and why: its model's fault, never the registry's."""

    version: Version
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingState:
    """What serves, what was refused last, and how often the model changed.

    `refused` is about the version that the registry names now: it is forgotten when the alias moves on.
    """

    serving: Version | None = None
    refused: Refusal | None = None
    swaps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Go on with what serves, in this state."""

    state: ServingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Load this version, prove it, then serve it."""

    to: Version


Decision = Keep | Swap


def decide_swap(state: ServingState, champion: Version | None, *, insist: bool = False) -> Decision:
    """Decide what to do after a look at the registry.

    Args:
        state: What serves now.
        champion: What the registry names as champion; `None` if it names nothing, which never stops what serves.
        insist: Try a refused version again: somebody asked.

    >>> decide_swap(ServingState(), Version(model="co2", version="1"))
    Swap(to=Version(model='co2', version='1', model_id=None))
    """
    if champion is None or champion == state.serving:
        return Keep(state=replace(state, refused=None))
    if state.refused is not None and state.refused.version == champion and not insist:
        return Keep(state=state)
    return Swap(to=champion)


def after_swap(state: ServingState, version: Version) -> ServingState:
    """Return the state once `version` serves; the first model isn't counted as a swap."""
    return ServingState(serving=version, swaps=state.swaps + (state.serving is not None))


def after_refusal(state: ServingState, refusal: Refusal) -> ServingState:
    """Return the state once a version was refused: what served goes on."""
    return replace(state, refused=refusal)
