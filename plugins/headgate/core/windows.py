"""The two windows of a run: what the candidate learns from, and what it is judged on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from headgate.core.delay import Delay
from headgate.core.span import Span
from headgate.core.wall_clock import in_utc, midnight, require_zone
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
        gap: What lies between training window and holdout and is in neither, >= 0.
        zone: Time zone of the calendar: days begin and months are counted there.

    Raises:
        InputError: A length isn't a span, or is zero; or there is no such zone.
    """

    lookback: Span
    holdout: Span
    gap: Span = field(default_factory=Span)
    zone: str = "UTC"

    def __post_init__(self) -> None:
        _require_length("lookback of Rolling", self.lookback)
        _require_common(self)

    def at(self, as_of: datetime, *, label_delay: Delay) -> Windows:
        """Return the windows of a run, in UTC.

        `holdout = [as_of - label_delay - holdout, as_of - label_delay)`;
        `training = [holdout.start - gap - lookback, holdout.start - gap)`.

        >>> from datetime import UTC
        >>> from headgate.core.span import weeks, years
        >>> rolling = Rolling(lookback=years(10), holdout=years(1))
        >>> print(rolling.at(datetime(2000, 1, 1, tzinfo=UTC), label_delay=weeks(4)))
        as-of 2000-01-01, training [1988-12-04, 1998-12-04), holdout [1998-12-04, 1999-12-04)
        """
        holdout = _holdout(self, as_of, label_delay)
        end = self.gap.before(holdout.start)
        return _windows(as_of, Window(start=self.lookback.before(end), end=end), holdout)

    def __str__(self) -> str:
        return f"training window {self.lookback}, {_common(self)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanding:
    """A training window that begins on a fixed day and grows with the as-of.

    Args:
        since: First day of the training window: a date, or its ISO text such as `1990-01-01`.
        holdout: Length of the holdout, > 0.
        gap: What lies between training window and holdout and is in neither, >= 0.
        zone: Time zone of the calendar: days begin and months are counted there.

    Raises:
        InputError: A field isn't what it must be.
    """

    since: date | str
    holdout: Span
    gap: Span = field(default_factory=Span)
    zone: str = "UTC"

    def __post_init__(self) -> None:
        object.__setattr__(self, "since", _date(self.since))
        _require_common(self)

    def at(self, as_of: datetime, *, label_delay: Delay) -> Windows:
        """Return the windows of a run, in UTC.

        `holdout` is that of `Rolling`; `training = [since, holdout.start - gap)`.

        Raises:
            InputError: The training window would be empty.

        >>> from datetime import UTC
        >>> from headgate.core.span import months, weeks
        >>> expanding = Expanding(since="1990-01-01", holdout=months(6), gap=weeks(1))
        >>> print(expanding.at(datetime(2000, 1, 1, tzinfo=UTC), label_delay=weeks(4)))
        as-of 2000-01-01, training [1990-01-01, 1999-05-28), holdout [1999-06-04, 1999-12-04)
        """
        holdout = _holdout(self, as_of, label_delay)
        training = Window(start=midnight(_date(self.since), ZoneInfo(self.zone)), end=self.gap.before(holdout.start))
        if in_utc(training.start) >= in_utc(training.end):
            msg = f"since of Expanding must lie before the training window's end, which is {_short(training.end)} "
            msg += f"for the as-of {_short(as_of)}. Got {self.since} instead: start the run with a later as-of."
            raise InputError(msg)
        return _windows(as_of, training, holdout)

    def __str__(self) -> str:
        return f"training window since {self.since}, {_common(self)}"


def _require_length(what: str, span: object) -> None:
    if not isinstance(span, Span) or span.is_zero:
        msg = f"{what} must be a span longer than zero, such as years(1). Got {span!r} instead."
        raise InputError(msg)


def _require_common(rule: Rolling | Expanding) -> None:
    name = type(rule).__name__
    _require_length(f"holdout of {name}", rule.holdout)
    if not isinstance(rule.gap, Span):
        msg = f"gap of {name} must be a span such as weeks(1). Got {rule.gap!r} instead."
        raise InputError(msg)
    require_zone(f"zone of {name}", rule.zone)


def _date(since: date | str) -> date:
    if type(since) is date:
        return since
    try:
        return date.fromisoformat(since)  # type: ignore[arg-type]  # whatever else it is, the error is caught
    except (TypeError, ValueError) as error:
        msg = f"since of Expanding must be a date such as 1990-01-01. Got {since!r} instead."
        raise InputError(msg) from error


def _holdout(rule: Rolling | Expanding, as_of: datetime, label_delay: Delay) -> Window:
    end = label_delay.before(in_utc(as_of).astimezone(ZoneInfo(rule.zone)))
    return Window(start=rule.holdout.before(end), end=end)


def _windows(as_of: datetime, training: Window, holdout: Window) -> Windows:
    return Windows(as_of=in_utc(as_of), training=_utc_window(training), holdout=_utc_window(holdout))


def _utc_window(window: Window) -> Window:
    return Window(start=in_utc(window.start), end=in_utc(window.end))


def _common(rule: Rolling | Expanding) -> str:
    gap = "" if rule.gap.is_zero else f", gap {rule.gap}"
    return f"holdout {rule.holdout}{gap}{'' if rule.zone == 'UTC' else f' ({rule.zone})'}"


def _short(instant: datetime) -> str:
    midnight = (instant.hour, instant.minute, instant.second, instant.microsecond) == (0, 0, 0, 0)
    return instant.date().isoformat() if midnight else instant.isoformat().replace("+00:00", "Z")
