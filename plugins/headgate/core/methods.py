"""How a paired test is computed, where a gate doesn't leave the choice to the data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from headgate.core.slices import require_column
from headgate.errors import InputError


class Interval(StrEnum):
    """How an interval is made of resamples."""

    BCA = "bca"
    PERCENTILE = "percentile"


LEAST_RESAMPLES, MOST_RESAMPLES = 200, 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """Paired bootstrap: candidate and baseline are measured on the same resampled rows.

    Args:
        interval: How the interval is made; `None`: BCa (Efron 1987) up to 10,000 rows, percentiles above, and where
            fewer than 50 groups, blocks, or rows of the rarest class tell.
        stratified: Resample within each class of the label.
        groups: A column; its values are resampled whole (all rows of a customer come together or not at all).
        block: Rows of a block of a time series, in event-time order; 1 resamples row by row; `None`: chosen from the
            series of loss differences (twice the length of Politis and White, 2004), and said.
        resamples: How many, 200 to 100,000.
        seed: Of the resamples, >= 0: the same gives the same answer.

    Raises:
        InputError: A number is out of bounds, or the ways to resample contradict each other.
    """

    interval: Interval | None = None
    stratified: bool = False
    groups: str | None = None
    block: int | None = None
    resamples: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.interval is not None:
            object.__setattr__(self, "interval", _require_interval(self.interval))
        if self.groups is not None:
            require_column("groups of Bootstrap", self.groups)
        if not _is_count(self.resamples, LEAST_RESAMPLES) or self.resamples > MOST_RESAMPLES:
            bounds = f"{LEAST_RESAMPLES} to {MOST_RESAMPLES:,}"
            msg = f"resamples of Bootstrap must be {bounds}. Got {self.resamples!r} instead."
            raise InputError(msg)
        if self.block is not None and not _is_count(self.block, 1):
            msg = f"block of Bootstrap must be rows, 1 or more. Got {self.block!r} instead."
            raise InputError(msg)
        if not isinstance(self.stratified, bool):
            msg = f"stratified of Bootstrap must be true or false. Got {self.stratified!r} instead."
            raise InputError(msg)
        if not _is_count(self.seed, 0):
            msg = f"seed of Bootstrap must be a whole number, 0 or more. Got {self.seed!r} instead."
            raise InputError(msg)
        if sum((self.stratified, self.groups is not None, (self.block or 1) > 1)) > 1:
            msg = "Bootstrap must resample in one way: stratified, groups, or block. Got more than one."
            raise InputError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class McNemar:
    """McNemar's test (1947) of paired accuracies, exact at a limit of 0; at others Tango's score test (1998).

    Rows must be independent.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class DeLong:
    """DeLong, DeLong and Clarke-Pearson (1988) for paired AUCs of two classes. Rows must be independent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DieboldMariano:
    """Diebold and Mariano (1995) with the correction of Harvey, Leybourne and Newbold (1997), for forecast errors.

    Args:
        horizon: Steps ahead of the forecast, in rows, >= 1: errors this far apart may be correlated.

    Raises:
        InputError: `horizon` isn't a whole number >= 1.
    """

    horizon: int = 1

    def __post_init__(self) -> None:
        if not _is_count(self.horizon, 1):
            msg = f"horizon of DieboldMariano must be rows, 1 or more. Got {self.horizon!r} instead."
            raise InputError(msg)


Method = Bootstrap | McNemar | DeLong | DieboldMariano


def _require_interval(value: str) -> Interval:
    try:
        return Interval(value)
    except ValueError as error:
        msg = f"interval of Bootstrap must be {' or '.join(Interval)}. Got {value!r} instead."
        raise InputError(msg) from error


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
