"""Are the rows of a run there yet? What to wait for, and the sentence that people read meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from headgate.core.span import Span
from headgate.core.windows import Window, Windows
from headgate.errors import InputError

_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AtLeastRows:
    """Wait for so many rows in one of the windows.

    Args:
        rows: How many, >= 1.
        window: Which window: `holdout`, the later one, or `training`.

    Raises:
        InputError: A field isn't what it must be.
    """

    rows: int
    window: Literal["holdout", "training"] = "holdout"

    def __post_init__(self) -> None:
        if type(self.rows) is not int or self.rows < 1:
            msg = f"rows of AtLeastRows must be a whole number >= 1. Got {self.rows!r} instead."
            raise InputError(msg)
        if self.window not in {"holdout", "training"}:
            msg = f"window of AtLeastRows must be holdout or training. Got {self.window!r} instead."
            raise InputError(msg)

    def __str__(self) -> str:
        return f"{self.rows:,} {_rows(self.rows)} in the {self.window}"


@dataclass(frozen=True, slots=True)
class FreshWithin:
    """Wait for an event that is as late as this before the holdout's end, or later.

    Args:
        span: How long before the end, > 0.

    Raises:
        InputError: It isn't a span, or is zero.
    """

    span: Span

    def __post_init__(self) -> None:
        if not isinstance(self.span, Span) or self.span.is_zero:
            msg = f"span of FreshWithin must be longer than zero, such as hours(6). Got {self.span!r} instead."
            raise InputError(msg)

    def __str__(self) -> str:
        return f"an event in the last {self.span} of the holdout"


@dataclass(frozen=True, slots=True)
class Marker:
    """Wait for a file that whoever delivers the rows writes when all are there.

    Args:
        url: A path, or a URL that Airflow's ObjectStoragePath knows, with the as-of in it, such as
            `s3://lake/done/{as_of:%Y-%m-%d}/_SUCCESS`.
        conn_id: Airflow connection with the store's credentials.

    Raises:
        InputError: The URL asks for something else than the as-of.
    """

    url: str
    conn_id: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.url, str) or not self.url.strip():
            msg = f"url of Marker must be a text that isn't empty. Got {self.url!r} instead."
            raise InputError(msg)
        self.at(_SOME_TIME)

    def at(self, as_of: datetime) -> str:
        """Return the URL of a run's marker; the as-of is in UTC.

        >>> Marker("s3://lake/{as_of:%Y-%m-%d}/_SUCCESS").at(datetime(2024, 5, 1, tzinfo=UTC))
        's3://lake/2024-05-01/_SUCCESS'
        """
        try:
            return self.url.format(as_of=as_of.astimezone(UTC))
        except (LookupError, ValueError, AttributeError) as error:
            msg = "url of Marker must hold nothing in braces but the as-of, such as {as_of:%Y-%m-%d}. "
            msg += f"Got {self.url!r} instead."
            raise InputError(msg) from error

    def __str__(self) -> str:
        return f"the marker {self.url}"


Condition = AtLeastRows | FreshWithin | Marker
"""What a run can wait for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether it is there, and the sentence that says so."""

    ready: bool
    sentence: str


def window_of(condition: AtLeastRows | FreshWithin, windows: Windows) -> Window:
    """Return the window in which a condition looks for rows."""
    if isinstance(condition, AtLeastRows) and condition.window == "training":
        return windows.training
    return windows.holdout


def decide_ready(
    condition: AtLeastRows | FreshWithin, *, rows: int, newest: datetime | None, window: Window
) -> Readiness:
    """Decide whether the rows of a window are there.

    Args:
        condition: What is waited for.
        rows: How many rows the window has.
        newest: Its newest event; `None` without rows.
        window: The window.

    >>> window = Window(start=datetime(2024, 5, 1, tzinfo=UTC), end=datetime(2024, 6, 1, tzinfo=UTC))
    >>> decide_ready(AtLeastRows(1000), rows=420, newest=window.start, window=window).sentence
    'waiting for 1,000 rows in [2024-05-01, 2024-06-01): 420 so far'
    """
    if isinstance(condition, AtLeastRows):
        wanted = f"{condition.rows:,} {_rows(condition.rows)} in {window}"
        if rows >= condition.rows:
            return Readiness(ready=True, sentence=f"{wanted}: {rows:,} are there")
        return Readiness(ready=False, sentence=f"waiting for {wanted}: {rows:,} so far")
    earliest = condition.span.before(window.end)
    wanted = f"an event of {_stamp(earliest)} or later in {window}"
    if newest is not None and newest >= earliest:
        return Readiness(ready=True, sentence=f"{wanted}: the newest is of {_stamp(newest)}")
    seen = "there is none yet" if newest is None else f"the newest so far is of {_stamp(newest)}"
    return Readiness(ready=False, sentence=f"waiting for {wanted}: {seen}")


def decide_marked(url: str, *, there: bool) -> Readiness:
    """Decide by a marker.

    >>> decide_marked("s3://lake/2024-05-01/_SUCCESS", there=False).sentence
    'waiting for s3://lake/2024-05-01/_SUCCESS: nothing there yet'
    """
    return Readiness(ready=there, sentence=f"{url} is there" if there else f"waiting for {url}: nothing there yet")


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
