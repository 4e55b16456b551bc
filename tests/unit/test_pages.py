from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from headgate.adapters.plotly_pages import PlotlyPages
from headgate.core.metrics import accuracy, mae
from headgate.ports import Question, Scored
from tests.unit.page_reader import NUMBERS, RUN, Reader, measure, predictions
from tests.unit.validation_pages import EVIL, evil_validation


def pages_with_evil() -> list[str]:
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
        evil_validation(),
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
    assert "@import" not in html
    assert not set(re.findall(r"url\(([^)]*)\)", html)) - {"#hatch"}
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
import sys, headgate.adapters.plotly_pages.evaluation
print(sorted({'plotly.graph_objects', 'pandas'} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_drawing_a_validation_needs_the_standard_library_alone() -> None:
    script = """
import sys
from headgate.adapters.plotly_pages import PlotlyPages
from headgate.core.validation import ValidationReport
PlotlyPages().validation(ValidationReport(suite='s', snapshot='', rows=0, results=()))
print(sorted({'numpy', 'plotly', 'pandas', 'pyarrow'} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
