"""Log lines as JSON, one object a line."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

EVENT = "headgate_event"
"""The attribute of a record that holds its facts as a mapping, with an `event` that says what happened."""


class JsonLines(logging.Formatter):
    """Formats a record as `time`, `level`, `logger`, `message`, and what always belongs to them.

    A record with facts (`extra={EVENT: {"event": "swapped", ...}}`) has them as fields of their own, which come before
    what always belongs to a line, and the event as its message. A traceback is one string, in `exception`.

    >>> record = logging.LogRecord("a.b", logging.INFO, "", 0, "%d rows", (3,), None)
    >>> record.created = 0.0
    >>> JsonLines(lambda: {"model": "shop"}).format(record)
    '{"time": "1970-01-01T00:00:00.000+00:00", "level": "info", "logger": "a.b", "message": "3 rows", "model": "shop"}'

    Args:
        always: Asked at each line for what every line carries.
    """

    def __init__(self, always: Callable[[], dict[str, Any]] = dict) -> None:
        super().__init__()
        self._always = always

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        facts: dict[str, Any] = dict(getattr(record, EVENT, {}))
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": facts.pop("event", None) or record.getMessage(),
            **self._always(),
            **facts,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        return json.dumps(line, default=str)
