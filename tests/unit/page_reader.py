"""Reads pages for their tests, and the run and rows that they are about."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pyarrow as pa

from headgate.adapters.plotly_pages import PlotlyPages
from headgate.core.asof import AsOf, Origin, RunType
from headgate.core.evaluation import Measure
from headgate.core.metrics import Metric, mae, r2
from headgate.core.refs import RunRef
from headgate.core.span import weeks, years
from headgate.core.windows import Rolling
from headgate.ports import Question, Scored

VOID = {"meta", "br", "col"}
AS_OF = datetime(2000, 1, 1, tzinfo=UTC)
RUN = RunRef(
    dag_id="co2",
    dag_run_id="backfill__2000",
    run_type=RunType.BACKFILL,
    who="admin",
    model="co2_weekly",
    as_of=AsOf(instant=AS_OF, origin=Origin.INTERVAL),
    windows=Rolling(lookback=years(10), holdout=years(1)).at(AS_OF, label_delay=weeks(4)),
)


class Reader(HTMLParser):
    """Reads a page: its text, its elements, and whether each one is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append((self.elements[-1][1], data))
        elif self.open and self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    @property
    def figures(self) -> list[dict[str, Any]]:
        return [json.loads(data) for attrs, data in self.scripts if attrs.get("type") == "application/json"]


def times(rows: int, step: timedelta = timedelta(days=7)) -> pa.Array:
    return pa.array([AS_OF + step * place for place in range(rows)], pa.timestamp("us", tz="UTC"))


def predictions(rows: int = 3, **columns: object) -> pa.Table:
    return pa.table({"event_time": times(rows), **columns})


NUMBERS = predictions(label=[1.0, 2.0, 3.0], candidate=[1.5, 2.0, 2.0], baseline=[1.1, 2.5, 5.0])
CHOICES = predictions(
    rows=4,
    label=["no", "yes", "no", "yes"],
    candidate=["no", "yes", "yes", "yes"],
    baseline=["no", "no", "no", "yes"],
    candidate_probability_no=[0.9, 0.3, 0.4, 0.2],
    candidate_probability_yes=[0.1, 0.7, 0.6, 0.8],
)


def drawn(
    table: pa.Table,
    *measures: Measure,
    metrics: tuple[Metric, ...] = (mae, r2),
    baseline: str | None = "4",
    label: str = "ppm",
    error: str | None = None,
) -> Reader:
    question = Question(metrics=metrics, slices=(), label=label, event_time="event_time")
    scored = Scored(measures=measures, predictions=table, baseline_error=error)
    return Reader(PlotlyPages().evaluation(RUN, scored, question, baseline=baseline))


def measure(metric: str, candidate: float | None, baseline: float | None, of: str = "overall") -> Measure:
    return Measure(metric=metric, slice=of, rows=52, candidate=candidate, baseline=baseline)
