"""What a pipeline asks to be told of its candidate's features, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass

from headgate.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Explain:
    """Measure how much the candidate needs each of its features, once it is scored.

    Args:
        seconds: Time that it may take, > 0; what isn't done by then is left out, and named. A prediction that has begun
            is waited for.
        rows: Most rows of the holdout that it is measured on, spread evenly, >= 1.
        repeats: How often each feature is shuffled, >= 1.
        shap: Whether SHAP values are computed as well, in half of the time; where SHAP isn't installed, that is said.
        seed: Of everything that is drawn, >= 0.

    Raises:
        InputError: A field isn't what it must be; the sentence names it.
    """

    seconds: float = 30.0
    rows: int = 2000
    repeats: int = 5
    shap: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        is_number = isinstance(self.seconds, int | float) and not isinstance(self.seconds, bool)
        if not is_number or not math.isfinite(self.seconds) or self.seconds <= 0:
            msg = f"seconds of Explain must be a number > 0. Got {self.seconds!r} instead."
            raise InputError(msg)
        for name, least in (("rows", 1), ("repeats", 1), ("seed", 0)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                msg = f"{name} of Explain must be a whole number >= {least}. Got {value!r} instead."
                raise InputError(msg)
        if not isinstance(self.shap, bool):
            msg = f"shap of Explain must be True or False. Got {self.shap!r} instead."
            raise InputError(msg)
