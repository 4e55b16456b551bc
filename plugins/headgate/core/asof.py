"""The one resolver that turns any of Airflow's six run types into an as-of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

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
    """Where an as-of came from, in order of precedence."""

    FORM = "the trigger form"
    PARTITION = "the partition key"
    EVENT = "the asset event"
    INTERVAL = "the data interval's end"
    RUN_AFTER = "the run-after time"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What is known of a dag run when its as-of is resolved.

    Args:
        run_type: How Airflow started it.
        run_after: When Airflow was to start it; always there, with a zone.
        form: `as_of` as the person typed it, if they did.
        partition_key: The run's partition, if it has one.
        events: `as_of` of each triggering asset event that carries one.
        interval_end: End of the data interval; asset-triggered runs have none.
    """

    run_type: RunType
    run_after: datetime
    form: str | None = None
    partition_key: str | None = None
    events: tuple[str, ...] = field(default=())
    interval_end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """The instant of a run, in UTC, and where it came from."""

    instant: datetime
    origin: Origin


def resolve_as_of(facts: RunFacts, *, now: datetime) -> AsOf:
    """Return the as-of of a run.

    Order of precedence: form, partition key, the latest of the asset events, data interval's end, run-after time.

    Args:
        facts: What is known of the run.
        now: The current instant; what a person or an event states must not lie after it.

    Raises:
        InputError: A stated as-of can't be read, has no zone, or lies in the future.
    """
    if facts.form:
        return AsOf(instant=_stated(facts.form, Origin.FORM, now), origin=Origin.FORM)
    if facts.partition_key:
        return AsOf(instant=_stated(facts.partition_key, Origin.PARTITION, now), origin=Origin.PARTITION)
    if facts.events:
        return AsOf(instant=max(_stated(text, Origin.EVENT, now) for text in facts.events), origin=Origin.EVENT)
    if facts.interval_end is not None:
        return AsOf(instant=facts.interval_end.astimezone(UTC), origin=Origin.INTERVAL)
    return AsOf(instant=facts.run_after.astimezone(UTC), origin=Origin.RUN_AFTER)


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
    try:
        instant = datetime.fromisoformat(text)
        in_utc = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        msg = f"as-of of {origin} must be an ISO date such as 2000-01-01 or 2000-01-01T06:00:00Z. Got {text!r} instead."
        raise InputError(msg) from error
    if instant.tzinfo is None and len(text) > len("2000-01-01"):
        msg = f"as-of of {origin} must say its time zone, such as {text}Z for UTC. Got {text!r} instead."
        raise InputError(msg)
    return in_utc


def _stated(text: str, origin: Origin, now: datetime) -> datetime:
    instant = parse_as_of(text, origin=origin)
    if instant > now:
        msg = (
            f"as-of of {origin} must not lie in the future: nothing is known of that time yet. "
            f"Got {text!r} instead, and it is {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
        )
        raise InputError(msg)
    return instant
