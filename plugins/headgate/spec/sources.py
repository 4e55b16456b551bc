"""Where rows come from, and which column is to be predicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headgate.core.delay import Delay
from headgate.core.span import Span
from headgate.errors import InputError
from headgate.spec.checks import require_columns, require_dotted, require_kind, require_text


@dataclass(frozen=True, slots=True)
class Label:
    """The column to predict.

    Args:
        column: Its name.
        delay: How long after an event its label is final, >= 0: a span, or `business_days(3, holidays=...)`.
        final_at: Column that says when the label of a row became final, with a time zone. A run stops when it holds a
            label that wasn't final at its as-of, or says nothing about one; without a column, `delay` says it all.
    """

    column: str
    delay: Delay = field(default_factory=Span)
    final_at: str | None = None

    def __post_init__(self) -> None:
        require_text("label.column", self.column)
        require_kind("label.delay", self.delay, Delay, "a delay such as weeks(4) or business_days(3)")
        if self.final_at is not None:
            require_text("label.final_at", self.final_at)


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """Rows from a function `read(windows)`: a DataFrame, an Arrow table, or an iterator of either.

    Args:
        path: Dotted path, such as `include.co2.data:weekly`. It is imported in the task, never at Dag parse.
        event_time: Column of the event's time, with a time zone.
        known_at: Column that says when a row became known; rows known after the as-of are left out.
        key: Columns that, with the event time, make a row known again when it is restated: of its versions, the latest
            that was known at the as-of counts. `()` where the event time alone does; every row counts when `None`.
    """

    path: str
    event_time: str = "event_time"
    known_at: str | None = None
    key: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        require_dotted("source.path", self.path)
        _require_times(self.event_time, self.known_at)
        _require_key(self.key, self.event_time, self.known_at)


@dataclass(frozen=True, slots=True)
class ParquetSource:
    """Rows from Parquet files; only the partitions, row groups and columns that a window needs are read.

    Args:
        url: A file, a folder (hive partitions such as `day=2024-05-01` become columns) or a pattern such as
            `s3://bucket/trips/*.parquet`: a path, or a URL that Airflow's ObjectStoragePath knows.
        event_time: Column of the event's time, with a time zone.
        columns: Columns to read; all when `None`.
        conn_id: Airflow connection with the store's credentials.
        known_at: Column that says when a row became known; rows known after the as-of are left out.
        key: Columns that, with the event time, make a row known again when it is restated: of its versions, the latest
            that was known at the as-of counts. `()` where the event time alone does; every row counts when `None`.
    """

    url: str
    event_time: str = "event_time"
    columns: tuple[str, ...] | None = None
    conn_id: str | None = None
    known_at: str | None = None
    key: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        require_text("source.url", self.url)
        require_columns("source.columns", self.columns)
        _require_times(self.event_time, self.known_at)
        _require_key(self.key, self.event_time, self.known_at, columns=self.columns)


@dataclass(frozen=True, slots=True)
class CsvSource:
    """Rows from CSV files with a header line, plain or compressed.

    Types are found in each file's first megabyte, unless `types` says them; a later value of another type is an error.

    Args:
        url: A file, a folder or a pattern, as in `ParquetSource`.
        event_time: Column of the event's time: ISO 8601 with a zone, such as `2024-05-01T06:00:00Z`.
        columns: Columns to read; all when `None`.
        conn_id: Airflow connection with the store's credentials.
        known_at: Column that says when a row became known; rows known after the as-of are left out.
        delimiter: What separates values, one character.
        types: Arrow types by column, such as `{"zip": "string", "price": "double"}`.
        key: Columns that, with the event time, make a row known again when it is restated: of its versions, the latest
            that was known at the as-of counts. `()` where the event time alone does; every row counts when `None`.
    """

    url: str
    event_time: str = "event_time"
    columns: tuple[str, ...] | None = None
    conn_id: str | None = None
    known_at: str | None = None
    delimiter: str = ","
    types: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        require_text("source.url", self.url)
        require_columns("source.columns", self.columns)
        _require_times(self.event_time, self.known_at)
        _require_key(self.key, self.event_time, self.known_at, columns=self.columns)
        if not isinstance(self.delimiter, str) or len(self.delimiter) != 1:
            msg = f"source.delimiter must be one character. Got {self.delimiter!r} instead."
            raise InputError(msg)


@dataclass(frozen=True, slots=True)
class SqlSource:
    """Rows from a query over any Airflow connection whose hook is a DB-API hook, streamed.

    The query asks for its bounds by name: `:start` and `:end` (a half-open span of event time) and, if it wants it,
    `:as_of`. They are always bound parameters, never pasted into the text.

    ```sql
    SELECT * FROM trips WHERE started_at >= :start AND started_at < :end
    ```

    Args:
        query: The SQL; it must use `:start` and `:end`.
        conn_id: Airflow connection of the database.
        event_time: Column of the event's time, with a time zone.
        known_at: Column that says when a row became known; rows known after the as-of are left out.
        batch_rows: Rows fetched at a time, >= 1.
        zone: Time zone of timestamps that the database gives without one, such as `UTC`; such are refused when `None`.
        key: Columns that, with the event time, make a row known again when it is restated: of its versions, the latest
            that was known at the as-of counts. `()` where the event time alone does; every row counts when `None`.
    """

    query: str
    conn_id: str
    event_time: str = "event_time"
    known_at: str | None = None
    batch_rows: int = 50_000
    zone: str | None = None
    key: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        require_text("source.query", self.query)
        require_text("source.conn_id", self.conn_id)
        _require_times(self.event_time, self.known_at)
        _require_key(self.key, self.event_time, self.known_at)
        if type(self.batch_rows) is not int or self.batch_rows < 1:
            msg = f"source.batch_rows must be a whole number >= 1. Got {self.batch_rows!r} instead."
            raise InputError(msg)
        for bound in (":start", ":end"):
            if bound not in self.query:
                msg = f"source.query must bound the event time by :start and :end. Got a query without {bound} instead."
                raise InputError(msg)


@dataclass(frozen=True, slots=True)
class DeltaSource:
    """Rows from a Delta Lake table, as it was at the run's as-of. Needs the extra `headgate[delta]`.

    Args:
        url: The table's folder: a path, or a URL that Airflow's ObjectStoragePath knows.
        event_time: Column of the event's time, with a time zone.
        columns: Columns to read; all when `None`.
        conn_id: Airflow connection with the store's credentials.
        known_at: Column that says when a row became known; rows known after the as-of are left out.
        time_travel: Read the table's version of the as-of; the newest when false.
        key: Columns that, with the event time, make a row known again when it is restated: of its versions, the latest
            that was known at the as-of counts. `()` where the event time alone does; every row counts when `None`.
    """

    url: str
    event_time: str = "event_time"
    columns: tuple[str, ...] | None = None
    conn_id: str | None = None
    known_at: str | None = None
    time_travel: bool = True
    key: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        require_text("source.url", self.url)
        require_columns("source.columns", self.columns)
        _require_times(self.event_time, self.known_at)
        _require_key(self.key, self.event_time, self.known_at, columns=self.columns)


Source = FunctionSource | ParquetSource | CsvSource | SqlSource | DeltaSource
"""Any of the sources."""


def _require_times(event_time: object, known_at: object) -> None:
    require_text("source.event_time", event_time)
    if known_at is not None:
        require_text("source.known_at", known_at)


def _require_key(key: object, event_time: str, known_at: str | None, *, columns: tuple[str, ...] | None = None) -> None:
    if key is None:
        return
    if not isinstance(key, tuple) or not all(isinstance(name, str) and name for name in key):
        msg = f'source.key must be a tuple of column names such as ("station",), or None. Got {key!r} instead.'
        raise InputError(msg)
    if known_at is None:
        msg = f"source.key must go with known_at, which says which version came last. Got {key!r} without it instead."
        raise InputError(msg)
    if known_at in key:
        msg = f"source.key must be what the versions of a row share. Got {known_at} in it instead, which is known_at."
        raise InputError(msg)
    unread = [name for name in key if columns is not None and name not in (*columns, event_time)]
    if unread:
        msg = f"source.key must be among source.columns. Got {unread[0]!r} instead, which isn't read."
        raise InputError(msg)
