"""A query's bounds become a driver's placeholders, and nothing else of it changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.placeholders import STYLES, BoundQuery, bound_query
from headgate.errors import InputError

VALUES = {"start": "S", "end": "E", "as_of": "A"}
QUERY = "SELECT * FROM trips WHERE at >= :start AND at < :end AND known <= :as_of AND x <> :start"

KEPT = st.sampled_from(
    [
        "':start'",
        "'it''s :end'",
        "E'it\\'s :as_of'",
        '":start"',
        "`:end`",
        "$$ :start $$",
        "$tag$ $$ :end $tag$",
        "-- :start, it's\n",
        "/* :end ' */",
        "x::date",
        "'100%'",
        "a % b",
        "'%(start)s'",
        "arr[1:start]",
        " AND ",
        "\n",
        "é",
    ]
)
MARKS: dict[str, Callable[[str, int], str]] = {
    "qmark": lambda name, place: "?",
    "numeric": lambda name, place: f":{place}",
    "named": lambda name, place: f":{name}",
    "format": lambda name, place: "%s",
    "pyformat": lambda name, place: f"%({name})s",
}
BOUNDS = st.sampled_from([f" :{name}{after}" for name in VALUES for after in (" ", ")", "::date", ",")])


def bound(query: str, paramstyle: str) -> BoundQuery:
    return bound_query(query, paramstyle=paramstyle, values=VALUES)


@pytest.mark.parametrize(
    ("paramstyle", "marks", "values"),
    [
        ("qmark", ("?", "?", "?", "?"), ("S", "E", "A", "S")),
        ("numeric", (":1", ":2", ":3", ":4"), ("S", "E", "A", "S")),
        ("format", ("%s", "%s", "%s", "%s"), ("S", "E", "A", "S")),
        ("named", (":start", ":end", ":as_of", ":start"), VALUES),
        ("pyformat", ("%(start)s", "%(end)s", "%(as_of)s", "%(start)s"), VALUES),
    ],
)
def test_every_style_marks_its_bounds_in_its_way(paramstyle: str, marks: tuple[str, ...], values: Any) -> None:
    found = bound(QUERY, paramstyle)
    assert found.values == values
    assert re.sub(r":(start|end|as_of)", "{}", QUERY).format(*marks) == found.text


def test_a_bound_nobody_asked_for_is_not_handed_over() -> None:
    assert bound("WHERE t >= :start AND t < :end", "named").values == {"start": "S", "end": "E"}


@given(pieces=st.lists(st.one_of(KEPT, BOUNDS), max_size=12), paramstyle=st.sampled_from(STYLES))
def test_literals_comments_and_casts_stay_and_every_bound_is_a_value(pieces: list[str], paramstyle: str) -> None:
    pieces = [" :start ", *pieces, " :end "]
    found = bound("\n".join(pieces), paramstyle)
    names = [name for piece in pieces if (name := bound_in(piece))]
    marks = iter(MARKS[paramstyle](name, place) for place, name in enumerate(names, start=1))
    doubled = [piece.replace("%", "%%") if "format" in paramstyle else piece for piece in pieces]
    wanted = [piece.replace(f":{bound_in(piece)}", next(marks), 1) if bound_in(piece) else piece for piece in doubled]
    assert found.text == "\n".join(wanted)
    by_name = paramstyle in {"named", "pyformat"}
    assert found.values == ({name: VALUES[name] for name in names} if by_name else tuple(map(VALUES.get, names)))


@given(pieces=st.lists(st.one_of(KEPT, BOUNDS), max_size=12))
def test_a_driver_that_formats_gives_the_database_what_was_written(pieces: list[str]) -> None:
    query = "\n".join([" :start ", *pieces, " :end "])
    by_order, by_name = bound(query, "format"), bound(query, "pyformat")
    assert by_order.text % by_order.values == by_name.text % by_name.values
    kept = "\n".join(piece for piece in pieces if not bound_in(piece))
    assert all(line in by_name.text % by_name.values for line in kept.splitlines())


def bound_in(piece: str) -> str | None:
    """Return which bound a piece of the query is."""
    return next((name for name in VALUES if piece.startswith(f" :{name}")), None)


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ("SELECT ':start' WHERE t < :end", ":start"),
        ("SELECT 1 -- :start and :end", ":start and :end"),
        ("SELECT 1 WHERE t >= :starting AND t < :end", ":start"),
    ],
)
def test_a_bound_that_is_only_quoted_or_commented_is_missing(query: str, missing: str) -> None:
    with pytest.raises(InputError, match=f"Got a query without {missing} instead"):
        bound(query, "qmark")


def test_another_name_is_refused_before_the_database_is_asked() -> None:
    with pytest.raises(InputError, match=r"must ask for :start, :end and :as_of only\. Got :limit instead"):
        bound("SELECT 1 WHERE t >= :start AND t < :end LIMIT :limit", "qmark")


def test_a_style_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="paramstyle of the database driver must be one of qmark"):
        bound(QUERY, "dollar")
