"""Where rows come from, and which column is to be predicted."""

from __future__ import annotations

from dataclasses import dataclass, field

from headgate.core.span import Span
from headgate.spec.checks import require_dotted, require_kind, require_text


@dataclass(frozen=True, slots=True)
class Label:
    """The column to predict.

    Args:
        column: Its name.
        delay: How long after an event its label is final, >= 0.
    """

    column: str
    delay: Span = field(default_factory=Span)

    def __post_init__(self) -> None:
        require_text("label.column", self.column)
        require_kind("label.delay", self.delay, Span, "a span such as weeks(4)")


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """Rows from a function `read(windows) -> DataFrame` (or Arrow table).

    Args:
        path: Dotted path, such as `include.co2.data:weekly`. It is imported in the task, never at Dag parse.
        event_time: Column of the event's time, with a time zone.
    """

    path: str
    event_time: str = "event_time"

    def __post_init__(self) -> None:
        require_dotted("source.path", self.path)
        require_text("source.event_time", self.event_time)


@dataclass(frozen=True, slots=True)
class ParquetSource:
    """Rows from Parquet files.

    Args:
        url: A file or a folder: a path, or a URL that Airflow's ObjectStoragePath knows.
        event_time: Column of the event's time, with a time zone.
        columns: Columns to read; all when `None`.
        conn_id: Airflow connection with the store's credentials.
    """

    url: str
    event_time: str = "event_time"
    columns: tuple[str, ...] | None = None
    conn_id: str | None = None

    def __post_init__(self) -> None:
        require_text("source.url", self.url)
        require_text("source.event_time", self.event_time)
