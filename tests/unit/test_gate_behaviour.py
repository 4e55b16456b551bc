"""What a change of one feature may do to the predictions."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.core.gate_behaviour import Directional, Invariant, Monotone
from headgate.core.gates import Gate
from headgate.core.needs import Perturbed
from headgate.core.verdict import Outcome
from headgate.errors import InputError
from tests.unit.facts import (
    BADLY_LIMITED,
    FAIL,
    NOT_MEASURED,
    PASS,
    UNDECIDED,
    answer,
    fact,
    just_above,
    just_below,
    measured,
    outcome,
)

SWAP = (("f", "m"), ("m", "f"))
INVARIANT = Invariant(column="gender", replace=SWAP, at_most=0.25)
MISSING = [(value, UNDECIDED) for value in (*NOT_MEASURED, -1.0)]


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, PASS), (just_below(0.25), PASS), (0.25, PASS), (just_above(0.25), FAIL), (1.0, FAIL), *MISSING],
)
def test_a_ceiling_on_changed_predictions_is_inclusive(share: float | None, expected: Outcome) -> None:
    assert outcome(INVARIANT, measured(fact("changed_gender f to m, m to f", share))) is expected


@pytest.mark.parametrize(("direction", "moved"), [("up", "rose"), ("down", "fell")])
@pytest.mark.parametrize(
    ("share", "expected"),
    [(1.0, PASS), (just_above(0.75), PASS), (0.75, PASS), (just_below(0.75), FAIL), (0.0, FAIL), *MISSING],
)
def test_a_floor_on_predictions_that_move_is_inclusive(
    direction: Any, moved: str, share: float | None, expected: Outcome
) -> None:
    gate = Directional(column="rooms", add=1, direction=direction, at_least=0.75)
    other = "fell" if moved == "rose" else "rose"
    facts = (fact(f"{moved}_rooms plus 1", share), fact(f"{other}_rooms plus 1", 0.5))
    assert outcome(gate, measured(*facts)) is expected


@pytest.mark.parametrize(("direction", "against"), [("up", "fell"), ("down", "rose")])
@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, PASS), (just_below(0.25), PASS), (0.25, PASS), (just_above(0.25), FAIL), (1.0, FAIL), *MISSING],
)
def test_a_ceiling_on_predictions_that_go_the_wrong_way_is_inclusive(
    direction: Any, against: str, share: float | None, expected: Outcome
) -> None:
    gate = Monotone(column="rooms", add=1, direction=direction, at_most=0.25)
    other = "fell" if against == "rose" else "rose"
    facts = (fact(f"{against}_rooms plus 1", share), fact(f"{other}_rooms plus 1", 0.5))
    assert outcome(gate, measured(*facts)) is expected


ASKED: list[tuple[Gate, str, str]] = [
    (INVARIANT, "changed", "gender f to m, m to f"),
    (Directional(column="rooms", add=1, direction="up"), "rose", "rooms plus 1"),
    (Monotone(column="rooms", add=1, direction="up"), "fell", "rooms plus 1"),
]


@pytest.mark.parametrize(("gate", "what", "who"), ASKED, ids=["invariant", "directional", "monotone"])
def test_what_nobody_tried_is_undecided_and_says_why(gate: Gate, what: str, who: str) -> None:
    nothing = answer(gate, measured())
    assert (nothing.outcome, nothing.reason) == (UNDECIDED, f"{what}_{who} was not measured")
    noted = answer(gate, measured(fact(f"{what}_{who}", None, note="the model has no such feature")))
    assert noted.reason == f"{what}_{who} was not measured: the model has no such feature"


@pytest.mark.parametrize(
    ("gate", "what", "share", "reason"),
    [
        (
            INVARIANT,
            "changed_gender f to m, m to f",
            0.5,
            "gender f to m, m to f: share of rows whose prediction changes 0.5 is above the ceiling 0.25 (of 9)",
        ),
        (
            Directional(column="rooms", add=1, direction="up"),
            "rose_rooms plus 1",
            0.5,
            "rooms plus 1: share of rows whose prediction goes up 0.5 is below the floor 0.95 (of 9)",
        ),
        (
            Monotone(column="rooms", add=1, direction="down"),
            "rose_rooms plus 1",
            0.0,
            "rooms plus 1: share of rows whose prediction goes up, not down: 0 is at most 0.01 (of 9)",
        ),
        (
            Monotone(column="rooms", add=1, direction="up"),
            "fell_rooms plus 1",
            0.5,
            "rooms plus 1: share of rows whose prediction goes down, not up: 0.5 is above the ceiling 0.01 (of 9)",
        ),
    ],
)
def test_the_change_is_in_the_reason(gate: Gate, what: str, share: float, reason: str) -> None:
    assert answer(gate, measured(fact(what, share, note="of 9"))).reason == reason


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({"add": 1}, "x plus 1"),
        ({"add": -0.5}, "x minus 0.5"),
        ({"scale": 2}, "x times 2"),
        ({"scale": 0}, "x times 0"),
        ({"scale": 2, "add": 1}, "x times 2, plus 1"),
        ({"add": 1, "tolerance": 0.1}, "x plus 1 within 0.1"),
        ({"replace": SWAP}, "x f to m, m to f"),
        ({"replace": (("f", "m"),), "tolerance": 2}, "x f to m within 2"),
    ],
)
def test_gates_that_ask_for_one_change_share_its_name(changes: dict[str, Any], who: str) -> None:
    invariant = Invariant(column="x", **changes)
    directional = Directional(column="x", direction="up", **changes)
    monotone = Monotone(column="x", direction="down", **changes)
    assert [gate.needs for gate in (directional, monotone)] == [invariant.needs] * 2
    (need,) = invariant.needs
    assert isinstance(need, Perturbed)
    assert (need.who, need.column) == (who, "x")
    names = [gate.name for gate in (invariant, directional, monotone)]
    assert names == [f"Invariant({who})", f"Directional({who}, up)", f"Monotone({who}, down)"]


def test_a_need_says_what_is_changed() -> None:
    changed = Invariant(column="x", scale=2, add=1, tolerance=0.5)
    assert changed.needs == (
        Perturbed(who="x times 2, plus 1 within 0.5", column="x", add=1.0, scale=2.0, tolerance=0.5),
    )
    assert Invariant(column="x", replace=SWAP).needs == (Perturbed(who="x f to m, m to f", column="x", replace=SWAP),)


def test_values_may_be_replaced_by_a_mapping() -> None:
    by_mapping: Any = {"f": "m", "m": "f"}
    assert Invariant(column="x", replace=by_mapping) == Invariant(column="x", replace=SWAP)


def makers() -> list[Any]:
    return [
        lambda **given: Invariant(**{"column": "x"} | given),
        lambda **given: Directional(**{"column": "x", "direction": "up"} | given),
        lambda **given: Monotone(**{"column": "x", "direction": "up"} | given),
    ]


@pytest.mark.parametrize("make", makers(), ids=["invariant", "directional", "monotone"])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, r"\(x\) must change the column by add and scale, or by replace\. Got neither"),
        ({"add": 0.0, "scale": 1.0}, "Got neither"),
        ({"add": 1, "replace": SWAP}, "Got both"),
        ({"column": ""}, "column of .* must be a text. Got '' instead"),
        ({"column": None, "add": 1}, "column of .* must be a text. Got None instead"),
        ({"add": True}, r"add of .*\(x\) must be a finite number. Got True"),
        ({"add": float("nan")}, "add of .* must be a finite number. Got nan"),
        ({"add": "1"}, "add of .* must be a finite number. Got '1'"),
        ({"scale": float("inf")}, "scale of .* must be a finite number. Got inf"),
        ({"scale": None}, "scale of .* must be a finite number. Got None"),
        ({"replace": "fm"}, "replace of .* must be pairs of old and new"),
        ({"replace": 3}, "replace of .* must be pairs of old and new"),
        ({"replace": (("f", "m", "x"),)}, "replace of .* must be pairs of old and new"),
        ({"replace": (("f", "f"),)}, "must map each text once, to another one. Got 'f' to 'f'"),
        ({"replace": (("f", "m"), ("f", "x"))}, "must map each text once"),
        ({"replace": ((1, "m"),)}, "must map each text once, to another one. Got 1 to 'm'"),
        ({"replace": (("f", None),)}, "must map each text once"),
        *(
            ({"add": 1, "tolerance": bad}, r"tolerance of .*\(x\) must be a finite number >= 0")
            for bad in BADLY_LIMITED
        ),
        ({"add": 1, "tolerance": -1}, "tolerance of .* must be a finite number >= 0. Got -1"),
    ],
)
def test_a_change_that_is_none_or_contradicts_itself_is_refused(make: Any, given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        make(**given)


@pytest.mark.parametrize(
    ("replace", "said"),
    [
        ("fm", """be pairs of old and new such as (("f", "m"), ("m", "f")). Got 'fm' instead."""),
        ((("f", "f"),), "map each text once, to another one. Got 'f' to 'f' instead."),
    ],
)
def test_pairs_that_are_none_are_told_what_they_look_like(replace: Any, said: str) -> None:
    with pytest.raises(InputError) as refused:
        Invariant(column="x", replace=replace)
    assert str(refused.value) == f"replace of Invariant(x) must {said}"


@pytest.mark.parametrize("kind", [Directional, Monotone])
def test_a_refusal_names_the_gate(kind: Any) -> None:
    with pytest.raises(InputError, match=rf"^{kind.__name__}\(x\) must change"):
        kind(column="x", direction="up")
    with pytest.raises(InputError, match=rf"^column of {kind.__name__} must"):
        kind(column="", direction="up", add=1)


def test_a_change_that_is_none_is_told_what_one_looks_like() -> None:
    for given, got in (({}, "neither"), ({"add": 1.0, "replace": SWAP}, "both")):
        with pytest.raises(InputError) as refused:
            Invariant(column="x", **given)  # type: ignore[arg-type]
        said = f"Invariant(x) must change the column by add and scale, or by replace. Got {got}: such as add=1, or "
        assert str(refused.value) == f'{said}replace=(("f", "m"), ("m", "f")).'


@pytest.mark.parametrize("limit", [*BADLY_LIMITED, just_below(0), just_above(1)])
def test_a_share_is_from_0_to_1(limit: Any) -> None:
    with pytest.raises(InputError, match=r"at_most of Invariant\(x plus 1\) must be a number in \[0, 1\]"):
        Invariant(column="x", add=1, at_most=limit)
    with pytest.raises(InputError, match=r"at_least of Directional\(x plus 1, up\) must be a number in \[0, 1\]"):
        Directional(column="x", direction="up", add=1, at_least=limit)
    with pytest.raises(InputError, match=r"at_most of Monotone\(x plus 1, up\) must be a number in \[0, 1\]"):
        Monotone(column="x", direction="up", add=1, at_most=limit)


@pytest.mark.parametrize("limit", [0, 1, 0.0, 1.0])
def test_a_share_may_be_at_its_bounds(limit: float) -> None:
    assert Invariant(column="x", add=1, at_most=limit).at_most == limit
    assert Directional(column="x", direction="up", add=1, at_least=limit).at_least == limit
    assert Monotone(column="x", direction="up", add=1, at_most=limit).at_most == limit


@pytest.mark.parametrize("direction", ["Up", "", "higher", None, 1])
def test_a_direction_is_up_or_down(direction: Any) -> None:
    for make in (Directional, Monotone):
        with pytest.raises(InputError, match=rf"direction of {make.__name__} must be up or down\. Got"):
            make(column="x", add=1, direction=direction)
