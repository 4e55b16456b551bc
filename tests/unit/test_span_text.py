from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.span import Span, days, hours, months
from headgate.core.span_text import parse_span
from headgate.errors import InputError


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90 days", days(90)),
        ("  1  day ", days(1)),
        ("2 weeks 1 day", days(15)),
        ("1 year 6 months", months(18)),
        ("36 hours", hours(36)),
        ("90minutes", Span(exact=timedelta(minutes=90))),
        ("1 day 1 day", days(2)),
        ("0", Span()),
        ("0 days", Span()),
    ],
)
def test_a_length_of_time_is_read_as_people_write_it(text: str, span: Span) -> None:
    assert parse_span(text, what="--idle") == span


@pytest.mark.parametrize(
    "text", ["", "soon", "90", "-1 day", "1.5 days", "days", "1 fortnight", "1 day ago", "9999999 days"]
)
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--idle must be a length of time such as '90 days'"):
        parse_span(text, what="--idle")


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_what_a_span_says_of_itself_is_read(of_months: int, of_days: int, minutes: int) -> None:
    span = Span(months=of_months, days=of_days, exact=timedelta(minutes=minutes))
    assert parse_span(str(span), what="--idle") == span
