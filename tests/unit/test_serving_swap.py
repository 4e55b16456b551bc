from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headgate.core.serving import (
    Keep,
    Refusal,
    ServingState,
    Swap,
    Version,
    after_refusal,
    after_swap,
    decide_swap,
)


def version(number: int) -> Version:
    return Version(model="co2", version=str(number), model_id=f"m-{number}")


def refusal(number: int) -> Refusal:
    return Refusal(version=version(number), reason="damaged")


VERSIONS = st.integers(1, 3).map(version)
REFUSALS = st.integers(1, 3).map(refusal)
STATES = st.builds(
    ServingState,
    serving=st.none() | VERSIONS,
    refused=st.none() | REFUSALS,
    swaps=st.integers(min_value=0, max_value=9),
)
LOOKS = st.lists(st.tuples(st.none() | VERSIONS, st.booleans(), st.booleans()), max_size=20)


def look(state: ServingState, champion: Version | None, *, insist: bool, is_broken: bool) -> ServingState:
    match decide_swap(state, champion, insist=insist):
        case Keep(state=kept):
            return kept
        case Swap(to=wanted) if is_broken:
            return after_refusal(state, Refusal(version=wanted, reason="broken"))
        case Swap(to=wanted):
            return after_swap(state, wanted)


def test_the_first_champion_is_loaded_and_is_no_swap() -> None:
    assert decide_swap(ServingState(), version(1)) == Swap(to=version(1))
    assert after_swap(ServingState(), version(1)) == ServingState(serving=version(1), swaps=0)


def test_another_champion_takes_the_place_of_the_one_that_serves() -> None:
    state = ServingState(serving=version(1))
    assert decide_swap(state, version(2)) == Swap(to=version(2))
    assert after_swap(state, version(2)) == ServingState(serving=version(2), swaps=1)


def test_the_same_model_under_a_new_number_is_another_version() -> None:
    again = Version(model="co2", version="3", model_id="m-1")
    assert decide_swap(ServingState(serving=version(1)), again) == Swap(to=again)


def test_a_refused_version_is_not_loaded_again() -> None:
    state = ServingState(serving=version(1), refused=refusal(2))
    assert decide_swap(state, version(2)) == Keep(state=state)


def test_a_refused_version_is_loaded_again_when_somebody_insists() -> None:
    state = ServingState(serving=version(1), refused=refusal(2))
    assert decide_swap(state, version(2), insist=True) == Swap(to=version(2))


def test_a_refusal_does_not_hold_for_the_next_version() -> None:
    assert decide_swap(ServingState(serving=version(1), refused=refusal(2)), version(3)) == Swap(to=version(3))


def test_a_refusal_is_forgotten_when_the_alias_goes_back() -> None:
    state = ServingState(serving=version(1), refused=refusal(2))
    assert decide_swap(state, version(1)) == Keep(state=ServingState(serving=version(1)))


@given(STATES, st.booleans())
def test_a_registry_that_names_nobody_stops_nothing(state: ServingState, insist: bool) -> None:  # noqa: FBT001 - drawn
    decision = decide_swap(state, None, insist=insist)
    assert isinstance(decision, Keep)
    assert (decision.state.serving, decision.state.swaps) == (state.serving, state.swaps)


@given(STATES, st.none() | VERSIONS, st.booleans())
def test_a_decision_is_about_what_the_registry_names(
    state: ServingState,
    champion: Version | None,
    insist: bool,  # noqa: FBT001 - drawn
) -> None:
    match decide_swap(state, champion, insist=insist):
        case Swap(to=wanted):
            assert wanted == champion
            assert wanted != state.serving
        case Keep(state=kept):
            assert (kept.serving, kept.swaps) == (state.serving, state.swaps)


@given(LOOKS)
def test_once_a_model_serves_one_always_does(looks: list[tuple[Version | None, bool, bool]]) -> None:
    state = ServingState()
    for champion, insist, is_broken in looks:
        before, state = state, look(state, champion, insist=insist, is_broken=is_broken)
        assert before.serving is None or state.serving is not None
        assert state.swaps - before.swaps == (before.serving is not None and before.serving != state.serving)
        assert state.refused is None or state.refused.version != state.serving


@given(LOOKS, VERSIONS)
def test_a_look_at_a_good_champion_that_insists_ends_with_it(
    looks: list[tuple[Version | None, bool, bool]], champion: Version
) -> None:
    state = ServingState()
    for named, insist, is_broken in looks:
        state = look(state, named, insist=insist, is_broken=is_broken)
    assert look(state, champion, insist=True, is_broken=False).serving == champion
