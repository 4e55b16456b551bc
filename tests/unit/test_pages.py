from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from headgate.adapters.plotly_pages import PlotlyPages
from headgate.core.metrics import accuracy, mae
from headgate.core.validation import ExpectationResult, Finding, Severity, ValidationReport
from headgate.ports import Question, Scored
from tests.unit.page_reader import NUMBERS, RUN, Reader, measure, predictions

EVIL = '"><script>alert(1)</script>'


def result(finding: str, severity: str = "critical", sentence: str = "said", **more: Any) -> ExpectationResult:
    return ExpectationResult(
        expectation="expect_something",
        column="co2",
        severity=Severity(severity),
        finding=Finding(finding),
        sentence=sentence,
        **more,
    )


def validated(*results: ExpectationResult, suite: str = "suite.json") -> Reader:
    report = ValidationReport(suite=suite, snapshot="abc", rows=520, results=results)
    return Reader(PlotlyPages().validation(report))


# The validation's page


@pytest.mark.parametrize(
    ("results", "headline"),
    [
        ([result("met")], "PASS The data may be trained on."),
        ([result("unmet", "info")], "PASS The data may be trained on; 1 expectation of lesser severity unmet."),
        ([result("unmet"), result("unmet")], "FAIL The data was refused: 2 critical expectations unmet."),
        ([result("broken")], "UNDECIDED The suite is broken, not the data: 1 expectation could not be evaluated."),
        ([], "UNDECIDED The suite has no expectations."),
    ],
)
def test_a_validation_says_its_verdict_first(results: list[ExpectationResult], headline: str) -> None:
    outcome = headline.split(maxsplit=1)[0]
    assert validated(*results).text.startswith(f"{outcome}: suite.json {headline}")


def test_what_blocks_comes_first_then_what_broke_then_the_rest() -> None:
    page = validated(
        result("unmet", "info", "fourth"),
        result("met", sentence="not there"),
        result("unmet", "warning", "third"),
        result("broken", "info", "second"),
        result("unmet", "critical", "first"),
    )
    listed = page.text.split("Unmet or broken")[1].split("All expectations")[0]
    assert re.findall("first|second|third|fourth|not there", listed) == ["first", "second", "third", "fourth"]


def test_samples_and_shares_are_shown() -> None:
    page = validated(result("unmet", share=3 / 520, samples=("412.1", "415")))
    assert "Samples: 412.1 , 415" in page.text
    assert "0.577 %" in page.text


def test_a_validation_of_thousands_of_rows_stays_small() -> None:
    report = ValidationReport(suite="s", snapshot="abc", rows=10**7, results=tuple(result("unmet") for _ in range(10)))
    assert len(PlotlyPages().validation(report)) < 20_000


# Both


def pages_with_evil() -> list[str]:
    evil = result("unmet", sentence=EVIL, samples=(EVIL,))
    report = ValidationReport(suite=EVIL, snapshot=EVIL, rows=1, results=(evil,))
    question = Question(metrics=(accuracy,), slices=(), label=EVIL, event_time="event_time")
    names = [EVIL, "fine", EVIL, "fine"]
    table = predictions(
        4, label=names, candidate=names, **{f"candidate_probability_{n}": [0.1] * 4 for n in ("fine", EVIL)}
    )
    scored = Scored(measures=(measure("accuracy", 1.0, None, of=f"s={EVIL}"),), predictions=table, baseline_error=EVIL)
    numbers = Scored(measures=(), predictions=NUMBERS, baseline_error=None)
    of_numbers = Question(metrics=(mae,), slices=(), label=EVIL, event_time="event_time")
    pages = PlotlyPages()
    return [
        pages.validation(report),
        pages.evaluation(RUN, scored, question, baseline=EVIL),
        pages.evaluation(RUN, numbers, of_numbers, baseline=EVIL),
    ]


@pytest.mark.parametrize("html", pages_with_evil(), ids=["validation", "classes", "numbers"])
def test_what_users_wrote_is_text_and_never_markup(html: str) -> None:
    assert "<script>alert" not in html
    page = Reader(html)
    assert EVIL in page.text
    for figure in page.figures:
        assert "<script>" not in json.dumps(figure)


@pytest.mark.parametrize("html", pages_with_evil(), ids=["validation", "classes", "numbers"])
def test_a_page_loads_nothing_from_anywhere(html: str) -> None:
    elements = Reader(html).elements
    assert not [
        tag for tag, attrs in elements if {"src", "href", "srcset", "data"} & attrs.keys() or tag in {"link", "base"}
    ]
    policy = next(a["content"] for tag, a in elements if tag == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("html", pages_with_evil(), ids=["validation", "classes", "numbers"])
def test_a_page_is_for_light_dark_and_paper_and_tells_screen_readers_what_is_drawn(html: str) -> None:
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html
    plots = [attrs for _, attrs in Reader(html).elements if attrs.get("class") == "plot"]
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in plots)


def test_drawing_needs_neither_plotlys_classes_nor_pandas() -> None:
    script = """
import sys, headgate.adapters.plotly_pages
print(sorted({'plotly.graph_objects', 'pandas'} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
