"""Python's regular expressions in RE2's words."""

from __future__ import annotations

import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.adapters.duckdb_suites.regexes import UntranslatableError, translated

PATTERNS = [
    *(r"^a", r"b$", r"^$", r"\d", r"^\w+$", r"\s", r"\D", r"\W", r"\S", r"[^\W]", r"[\w-]", r"[^\d\s]", r"."),
    *(r"(?s).", r"^.$", r"a|b", r"^(a|b$)", r"(?i)a", r"(?i)[a-k]", r"(?i)straSS", r"(?i)[^s]", r"a{2}", r"a{2,}?"),
    *(r"(?P<n>a)b", r"(?:ab)*c", r"\Aa\Z", r"[é-ü]", r"\.", r"\\", r"[\]\[^-]", r"(?x) a  b # c", r"x*$", r"İ|ß|\x41"),
]
REFUSED = [r"(?=a)b", r"(?<!a)b", r"(a)\1", r"\bword\b", r"a*+", r"(?>a)b", r"(?m)^a", r"(?i)é", r"a$b", r"a{1001}"]
ALPHABET = "aAbBckKsSiI İıſKßéüÉ0٣¹²½_-\n\t\r\x1c\u2003\u00a0.\\[]^漢\U0001f600\u0301Ⅷ"  # noqa: RUF001 - cases that fold oddly


def found_by_duckdb(pattern: str, texts: list[str]) -> list[bool]:
    with duckdb.connect() as connection:
        query = "SELECT list_transform($texts, lambda x: regexp_matches(x, $pattern))"
        row = connection.execute(query, {"texts": texts, "pattern": translated(pattern)}).fetchone()
    assert row is not None
    return list(row[0])


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_translated_pattern_finds_each_single_character_that_python_finds(pattern: str) -> None:
    texts = [*ALPHABET, "", *(letter + "\n" for letter in ALPHABET), *(letter * 2 for letter in ALPHABET)]
    assert found_by_duckdb(pattern, texts) == [bool(re.search(pattern, text)) for text in texts]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PATTERNS), st.lists(st.text(ALPHABET, max_size=6), min_size=1, max_size=20))
def test_a_translated_pattern_finds_what_python_finds(pattern: str, texts: list[str]) -> None:
    assert found_by_duckdb(pattern, texts) == [bool(re.search(pattern, text)) for text in texts]


@pytest.mark.parametrize("pattern", REFUSED)
def test_a_pattern_that_re2_has_no_equal_of_is_refused(pattern: str) -> None:
    with pytest.raises(UntranslatableError, match=r"which RE2 has no equal of|isn't a regular expression"):
        translated(pattern)


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "(?P<n>a)(?P<n>b)"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(UntranslatableError, match="isn't a regular expression"):
        translated(pattern)
