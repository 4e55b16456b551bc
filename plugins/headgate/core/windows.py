"""The two windows of a run: what the candidate learns from, and what it is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.core.span import Span
from headgate.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A half-open interval `[start, end)` of event time, in UTC."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def __str__(self) -> str:
        return f"[{_short(self.start)}, {_short(self.end)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """What a run may see: its as-of and the two windows before it."""

    as_of: datetime
    training: Window
    holdout: Window

    def __str__(self) -> str:
        return f"as-of {_short(self.as_of)}, training {self.training}, holdout {self.holdout}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolling:
    """Windows of fixed length that move with the as-of.

    Args:
        lookback: Length of the training window, > 0.
        holdout: Length of the holdout, > 0.

    Raises:
        InputError: A length isn't a span, or is zero.
    """

    lookback: Span
    holdout: Span

    def __post_init__(self) -> None:
        for name, span in (("lookback", self.lookback), ("holdout", self.holdout)):
            if not isinstance(span, Span) or span.is_zero:
                msg = f"{name} of Rolling must be a span longer than zero, such as years(1). Got {span!r} instead."
                raise InputError(msg)

    def at(self, as_of: datetime, *, label_delay: Span) -> Windows:
        """Return the windows of a run.

        `holdout = [as_of - label_delay - holdout, as_of - label_delay)`;
        `training = [holdout.start - lookback, holdout.start)`.

        >>> from datetime import UTC
        >>> from headgate.core.span import weeks, years
        >>> rolling = Rolling(lookback=years(10), holdout=years(1))
        >>> print(rolling.at(datetime(2000, 1, 1, tzinfo=UTC), label_delay=weeks(4)))
        as-of 2000-01-01, training [1988-12-04, 1998-12-04), holdout [1998-12-04, 1999-12-04)
        """
        holdout_end = label_delay.before(as_of)
        holdout_start = self.holdout.before(holdout_end)
        return Windows(
            as_of=as_of,
            training=Window(start=self.lookback.before(holdout_start), end=holdout_start),
            holdout=Window(start=holdout_start, end=holdout_end),
        )


def _short(instant: datetime) -> str:
    midnight = (instant.hour, instant.minute, instant.second, instant.microsecond) == (0, 0, 0, 0)
    return instant.date().isoformat() if midnight else instant.isoformat().replace("+00:00", "Z")
