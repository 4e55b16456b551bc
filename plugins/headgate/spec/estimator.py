"""How the candidate is built, and the params that the trigger form asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headgate.errors import InputError
from headgate.ports import TAKES, Recipe, Takes
from headgate.spec.checks import require_dotted

FORM_FIELDS = ("as_of", "dry_run", "override", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A param of the estimator, as the trigger form asks for it.

    Args:
        default: Its default; its type is the param's type (bool, int, float or str).
        description: A line for the form.
        minimum: Least value of a number, inclusive.
        maximum: Greatest value of a number, inclusive.
        choices: The only values there are.
    """

    default: Any
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.default, bool | int | float | str):
            msg = f"default of a Param must be a bool, int, float or str. Got {self.default!r} instead."
            raise InputError(msg)
        self.require("default", self.default)

    def require(self, name: str, value: object) -> Any:  # noqa: ANN401 - it returns what it was given
        """Return the value (an int where a float is wanted becomes one).

        Raises:
            InputError: It is of another type, out of bounds, or no choice.
        """
        wanted = type(self.default)
        if wanted is float and type(value) is int:
            value = float(value)
        if type(value) is not wanted:
            msg = f"param {name} must be of type {wanted.__name__}. Got {value!r} instead."
            raise InputError(msg)
        if self.choices and value not in self.choices:
            msg = f"param {name} must be one of {list(self.choices)}. Got {value!r} instead."
            raise InputError(msg)
        if value != value:  # noqa: PLR0124 - NaN lies within any bounds that aren't there
            msg = f"param {name} must be a number. Got {value!r} instead."
            raise InputError(msg)
        low, high = self.minimum, self.maximum
        if isinstance(value, int | float) and not ((low is None or value >= low) and (high is None or value <= high)):
            bounds = [f"at least {low}"] * (low is not None) + [f"at most {high}"] * (high is not None)
            msg = f"param {name} must be {' and '.join(bounds)}. Got {value!r} instead."
            raise InputError(msg)
        return value


@dataclass(frozen=True, slots=True)
class Estimator:
    """How the candidate is built.

    Args:
        build: Dotted path of a function `build(params) -> scikit-learn estimator`.
        params: The params, by name: a `Param`, or just its default.
        seed: For every random state that the estimator leaves open.
        features: Columns to learn from; every column but label and event time when `None`.
        trusted: Types of your own that a saved model may hold, such as `include.co2.model.Detrend`.
        threads: Most threads of one fit; no limit when `None`.
        takes: What features are given to it as, in training and ever after: `pandas` (a frame), `numpy` (a matrix of
            floats; every feature must be numeric) or `arrow` (a `pyarrow.Table`, which scikit-learn takes since 1.9).
    """

    build: str
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    features: tuple[str, ...] | None = None
    trusted: tuple[str, ...] = ()
    threads: int | None = None
    takes: Takes = "pandas"

    def __post_init__(self) -> None:
        require_dotted("estimator.build", self.build)
        params = {k: v if isinstance(v, Param) else Param(default=v) for k, v in dict(self.params).items()}
        for name in params:
            if name in FORM_FIELDS:
                msg = f"estimator.params must not name a field of the trigger form ({', '.join(FORM_FIELDS)}). "
                msg += f"Got {name!r} instead."
                raise InputError(msg)
        object.__setattr__(self, "params", params)
        if type(self.seed) is not int or not 0 <= self.seed < 2**32:
            msg = f"estimator.seed must be a whole number in [0, 2**32). Got {self.seed!r} instead."
            raise InputError(msg)
        if self.takes not in TAKES:
            msg = f"estimator.takes must be one of {', '.join(TAKES)}. Got {self.takes!r} instead."
            raise InputError(msg)

    def recipe(self, form: Mapping[str, Any]) -> Recipe:
        """Return how to build the candidate of a run, with the params that the trigger form gave.

        Args:
            form: Every field of the form; those that aren't params of this estimator are ignored.

        Raises:
            InputError: A param is of another type, out of bounds, or no choice.
        """
        given = {name: form[name] for name in self.params if form.get(name) is not None}
        values = {name: param.require(name, given.get(name, param.default)) for name, param in self.params.items()}
        return Recipe(
            build=self.build,
            params=values,
            seed=self.seed,
            features=self.features,
            trusted=self.trusted,
            threads=self.threads,
            takes=self.takes,
        )
