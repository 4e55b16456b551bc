"""The one resolver that turns any of Airflow's six run types into an as-of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter

from headgate.core.wall_clock import in_utc
from headgate.errors import InputError


class RunType(StrEnum):
    """How Airflow started a run; the values are Airflow's own."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"
    BACKFILL = "backfill"
    ASSET_TRIGGERED = "asset_triggered"
    ASSET_MATERIALIZATION = "asset_materialization"
    OPERATOR_TRIGGERED = "operator_triggered"


class Origin(StrEnum):
    """Where an as-of came from: of Airflow's, in order of precedence; then those of a run without Airflow."""

    FORM = "the trigger form"
    PARTITION = "the partition key"
    EVENT = "the asset event"
    INTERVAL = "the data interval's end"
    RUN_AFTER = "the run-after time"
    COMMAND = "the command line"
    CLOCK = "today's midnight"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What is known of a dag run when its as-of is resolved.

    Args:
        run_type: How Airflow started it.
        run_after: When Airflow was to start it; always there, with a zone.
        form: `as_of` as the person typed it, if they did.
        partition_key: The run's partition, if it has one: a text of any kind.
        partition_date: The partition's date, where Airflow knows it.
        events: `as_of` of each triggering asset event that carries one.
        interval_end: End of the data interval; asset-triggered runs have none.
    """

    run_type: RunType
    run_after: datetime
    form: str | None = None
    partition_key: str | None = None
    partition_date: datetime | None = None
    events: tuple[str, ...] = field(default=())
    interval_end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """The instant of a run, in UTC, and where it came from."""

    instant: datetime
    origin: Origin


def resolve_as_of(facts: RunFacts, *, now: datetime) -> AsOf:
    """Return the as-of of a run.

    Order of precedence: form, partition, the latest of the asset events, data interval's end, run-after time.

    Args:
        facts: What is known of the run.
        now: The current instant. An as-of must not lie after it, nor after the run-after time where that is later:
            Airflow's own clock may be ahead of a worker's.

    Raises:
        InputError: A stated as-of can't be read, has no zone, or lies in the future.
    """
    latest = max(now, facts.run_after)
    if facts.form:
        return _stated(facts.form, Origin.FORM, latest)
    if facts.partition_date is not None:
        return _known(facts.partition_date, Origin.PARTITION, latest)
    if facts.partition_key:
        return _dated(facts.partition_key, latest)
    if facts.events:
        return max((_stated(text, Origin.EVENT, latest) for text in facts.events), key=attrgetter("instant"))
    if facts.interval_end is not None:
        return _known(facts.interval_end, Origin.INTERVAL, latest)
    return _known(facts.run_after, Origin.RUN_AFTER, latest)


def commanded_as_of(text: str | None, *, now: datetime) -> AsOf:
    """Return the as-of of a run that a person starts without Airflow: the stated one, or today's midnight in UTC.

    Raises:
        InputError: It can't be read, has no zone, or lies in the future.
    """
    if text is not None:
        return _stated(text, Origin.COMMAND, now)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return AsOf(instant=midnight, origin=Origin.CLOCK)


def parse_as_of(text: str, *, origin: str) -> datetime:
    """Read an as-of: an ISO 8601 date (midnight UTC), or a date and time with its zone.

    Args:
        text: Such as `2000-01-01` or `2000-01-01T06:00:00+01:00`.
        origin: Who stated it, for the error's sentence.

    Returns:
        The instant, in UTC.

    Raises:
        InputError: `text` is neither.

    >>> parse_as_of("2000-01-01", origin="the trigger form").isoformat()
    '2000-01-01T00:00:00+00:00'
    """
    return parse_instant(text, what=f"as-of of {origin}")


def parse_instant(text: str, *, what: str) -> datetime:
    """Read an instant: an ISO 8601 date (midnight UTC), or a date and time with its zone.

    Raises:
        InputError: `text` is neither; the sentence begins with `what`.
    """
    try:
        instant = datetime.fromisoformat(text)
        in_utc = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        msg = f"{what} must be an ISO date such as 2000-01-01 or 2000-01-01T06:00:00Z. Got {text!r} instead."
        raise InputError(msg) from error
    if instant.tzinfo is None and len(text) > len("2000-01-01"):
        msg = f"{what} must say its time zone, such as {text}Z for UTC. Got {text!r} instead."
        raise InputError(msg)
    return in_utc


def _stated(text: str, origin: Origin, latest: datetime) -> AsOf:
    return _known(parse_as_of(text, origin=origin), origin, latest, said=text)


def _dated(key: str, latest: datetime) -> AsOf:
    try:
        instant = parse_as_of(key, origin=Origin.PARTITION)
    except InputError as error:
        msg = f"{str(error).removesuffix('.')}: let Airflow know the partition's date, by CronPartitionTimetable or a "
        msg += "temporal mapper such as StartOfDayMapper, or start the run with an as-of in its form."
        raise InputError(msg) from error
    return _known(instant, Origin.PARTITION, latest, said=key)


def _known(instant: datetime, origin: Origin, latest: datetime, *, said: str | None = None) -> AsOf:
    if instant > latest:
        said = said or instant.isoformat()
        msg = f"as-of of {origin} must not lie in the future: nothing is known of that time yet. "
        msg += f"Got {said!r} instead, and it is {latest.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
        raise InputError(msg)
    return AsOf(instant=in_utc(instant), origin=origin)
