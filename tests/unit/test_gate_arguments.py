"""What gates refuse of their arguments, to the letter."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.core.gate_arguments import (
    require_count,
    require_not_negative,
    require_positive,
    require_ratio,
    require_within,
)
from headgate.errors import InputError
from tests.unit.facts import BADLY_LIMITED, just_above, just_below

WITHIN: Any = lambda what, gate, value: require_within(what, gate, value, 0, 1)  # noqa: E731 - as the others
COUNT: Any = lambda what, gate, value: require_count(what, gate, value, least=2)  # noqa: E731 - as the others


@pytest.mark.parametrize(
    ("require", "wanted", "wrong", "right"),
    [
        (WITHIN, "a number in [0, 1]", [just_below(0), just_above(1)], [0, 0.5, 1]),
        (require_not_negative, "a finite number >= 0", [just_below(0), -1], [0, just_above(0), 1e300]),
        (require_positive, "a finite number > 0", [0, 0.0, -1], [just_above(0), 1]),
        (require_ratio, "a finite number >= 1", [just_below(1), 0, -1], [1, just_above(1), 2]),
        (COUNT, "a whole number >= 2", [1, 0, -1, 2.0, 2.5], [2, 3, 10**20]),
    ],
    ids=["within", "not negative", "positive", "ratio", "count"],
)
def test_what_is_refused_is_told(require: Any, wanted: str, wrong: list[Any], right: list[Any]) -> None:
    for value in right:
        require("limit", "Gate(x)", value)
    for value in [*BADLY_LIMITED, *wrong]:
        with pytest.raises(InputError) as refused:
            require("limit", "Gate(x)", value)
        assert str(refused.value) == f"limit of Gate(x) must be {wanted}. Got {value!r} instead."
