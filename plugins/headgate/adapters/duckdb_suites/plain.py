"""Values as DuckDB returns them, as plain JSON."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from headgate.adapters.duckdb_suites.kinds import Column


def plain(value: Any, column: Column | None = None) -> Any:  # noqa: ANN401, PLR0911 - a return for each type
    """Return a value as plain JSON: moments as text, in UTC where the column has a zone; no NaN.

    >>> plain(Decimal("1.5")), plain(float("nan")), plain(date(2000, 1, 1))
    (1.5, None, '2000-01-01')
    """
    match value:
        case bool() | int() | str() | None:
            return value
        case float():
            return None if math.isnan(value) else value
        case Decimal():
            return float(value)
        case datetime():
            return (value.replace(tzinfo=UTC) if column and column.is_aware else value).isoformat()
        case date() | time():
            return value.isoformat()
        case list() | tuple():
            return [plain(each) for each in value]
        case dict():
            return {str(key): plain(each) for key, each in value.items()}
    return str(value)
