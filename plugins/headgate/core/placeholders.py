"""A query's named bounds as the placeholders that a database driver knows. The values are never part of the text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headgate.errors import InputError

NAMES = ("start", "end", "as_of")
"""What a query may ask for."""

STYLES = ("qmark", "numeric", "named", "format", "pyformat")
"""PEP 249's `paramstyle`."""

_TOKEN = re.compile(
    r"""
      (?P<kept>
          [eE]'(?:[^'\\]|\\.|'')*'                    # PostgreSQL's strings with backslashes
        | '(?:[^']|'')*'
        | "(?:[^"]|"")*"
        | `[^`]*`
        | \$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$  # PostgreSQL's strings between tags
        | --[^\n]*
        | /\*.*?\*/
        | ::                                          # a cast
      )
    | (?<![\w:]):(?P<name>[A-Za-z_]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundQuery:
    """What a driver's `execute` takes.

    Args:
        text: The query with the driver's placeholders.
        values: The values to bind: a sequence in the placeholders' order, or a mapping by name.
    """

    text: str
    values: Sequence[Any] | Mapping[str, Any]


def bound_query(query: str, *, paramstyle: str, values: Mapping[str, Any]) -> BoundQuery:
    """Return a query with a driver's placeholders in place of `:start`, `:end` and `:as_of`.

    What looks like one inside quotes, comments or casts stays as it is. Of the styles that are formatted, every other
    `%` is doubled, which the driver undoes.

    Args:
        query: SQL with named bounds.
        paramstyle: The driver's, as in PEP 249.
        values: A value for each of `NAMES`.

    Raises:
        InputError: It doesn't ask for both `:start` and `:end`, asks for something else, or the style is unknown.

    >>> bound = bound_query("t >= :start AND t < :end", paramstyle="qmark", values={"start": 1, "end": 2})
    >>> bound.text, bound.values
    ('t >= ? AND t < ?', (1, 2))
    """
    if paramstyle not in STYLES:
        msg = f"paramstyle of the database driver must be one of {', '.join(STYLES)}. Got {paramstyle!r} instead."
        raise InputError(msg)
    parts, names = _split(query)
    _require_bounds(names)
    formatted = paramstyle in {"format", "pyformat"}
    texts = [part.replace("%", "%%") if formatted else part for part in parts]
    marks = [_mark(paramstyle, name, place) for place, name in enumerate(names, start=1)]
    text = "".join(part for pair in zip(texts, [*marks, ""], strict=True) for part in pair)
    if paramstyle in {"named", "pyformat"}:
        return BoundQuery(text=text, values={name: values[name] for name in dict.fromkeys(names)})
    return BoundQuery(text=text, values=tuple(values[name] for name in names))


def _split(query: str) -> tuple[list[str], list[str]]:
    """Return the text before, between and after the bounds, and the bounds' names."""
    parts, names, kept = [], [], 0
    for token in _TOKEN.finditer(query):
        if name := token["name"]:
            parts.append(query[kept : token.start()])
            names.append(name)
            kept = token.end()
    return [*parts, query[kept:]], names


def _require_bounds(names: Sequence[str]) -> None:
    missing = [f":{name}" for name in ("start", "end") if name not in names]
    if missing:
        msg = "source.query must bound the event time by :start and :end, outside quotes and comments. "
        msg += f"Got a query without {' and '.join(missing)} instead."
        raise InputError(msg)
    unknown = sorted({f":{name}" for name in names} - {f":{name}" for name in NAMES})
    if unknown:
        msg = f"source.query must ask for :start, :end and :as_of only. Got {', '.join(unknown)} instead."
        raise InputError(msg)


def _mark(paramstyle: str, name: str, place: int) -> str:
    match paramstyle:
        case "qmark":
            return "?"
        case "numeric":
            return f":{place}"
        case "named":
            return f":{name}"
        case "format":
            return "%s"
        case _:
            return f"%({name})s"
