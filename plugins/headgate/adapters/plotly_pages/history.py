"""The page of a simulated promotion history: what retraining has been worth, and run by run how it came to that."""

from __future__ import annotations

from html import escape

import numpy as np

from headgate.adapters.plotly_pages.bundle import packed_plotly
from headgate.adapters.plotly_pages.figures import Trace, figure, trace
from headgate.adapters.plotly_pages.markup import asset, element, facts, page, table
from headgate.core.history import Gain, History, HistoryRow
from headgate.core.history_words import better_is, gain_text, has_answers, headline, notes, why, worth_lines
from headgate.core.past_runs import PastRun

_MARKS = {"PASS": "mark good", "FAIL": "mark bad", "UNDECIDED": "mark open", "refused": "mark open"}
_ID = 10
"""Characters of a logged model's id that are shown; all are in the JSON beside the page."""

_SIGNS = {"PASS": "✓", "FAIL": "✗", "UNDECIDED": "?", "refused": "!"}


def history_page(history: History) -> str:
    """Return the page of a history; equal histories give equal pages."""
    title = f"{history.model}: {history.title}"
    return page(
        title,
        element("h1", escape(title)),
        element("p", escape(f"{headline(history)}.")),
        *(element("p", escape(f"{note[:1].upper()}{note[1:]}."), class_="notice") for note in notes(history)),
        facts(_about(history)),
        element("h2", "What retraining has been worth"),
        _worth(history),
        _picture(history),
        element("h2", "Run by run"),
        _runs(history),
        element("script", packed_plotly(), type="text/plain", id="plotly"),
        element("script", asset("page.js")),
        styles=("page.css", "history.css"),
    )


def _about(history: History) -> dict[str, str]:
    first, last = (history.rows[0].run.day, history.rows[-1].run.day) if history.rows else ("", "")
    return {
        "Model": history.model,
        "As-ofs": f"{first} to {last}",
        "Gates": ", ".join(history.gates) or "none",
        "Compared by": f"{history.metric.name}, {better_is(history.metric)}",
    }


def _worth(history: History) -> str:
    worth = history.worth
    if not worth.as_ofs:
        return element("p", escape(f"{worth_lines(history)[0]}."), class_="notice")
    rows = (
        ("Gated: what passes the gates serves", worth.means.gated, None),
        ("Never retrain: the first that passed serves for ever", worth.means.never, worth.over_never),
        ("Always promote: each candidate serves at once", worth.means.always, worth.over_always),
    )
    caption = (
        f"Mean {history.metric.name}, on each later holdout, of the model that served before its as-of; "
        f"over the {worth.as_ofs:,} as-ofs where all three could be scored"
    )
    head = ("Policy", f"Mean {history.metric.name}", "Gated is")
    body = [_worth_row(name, mean, gain, worth.as_ofs) for name, mean, gain in rows]
    return table(caption, head, body, numbers=(head[1],))


def _worth_row(name: str, mean: float | None, gain: Gain | None, as_ofs: int) -> str:
    compared = (
        element("td", "")
        if gain is None
        else element("td", escape(gain_text(gain, as_ofs)), class_=f"why {_tone(gain)}")
    )
    return element(
        "tr", element("th", escape(name), scope="row"), element("td", _number(mean), class_="number"), compared
    )


def _tone(gain: Gain) -> str:
    if not gain.difference:
        return ""
    return "good" if gain.difference > 0 else "bad"


def _picture(history: History) -> str:
    rows, metric = history.rows, history.metric
    lines = [
        _line("candidate", "gated", rows, [row.values.gated for row in rows], "solid", "circle"),
        _line("baseline", "never retrain", rows, [row.values.never for row in rows], "dash", "square"),
        _line("label", "always promote", rows, [row.values.always for row in rows], "dot", "diamond"),
    ]
    promoted = [row for row in rows if row.is_promotion]
    values = _values([row.judged.value for row in promoted])
    marker = {"size": 11, "symbol": "star"}
    lines.append(trace("good", "promoted", _days(promoted), values, mode="markers", marker=marker))
    caption = (
        "Of each policy the model that served before an as-of, scored on that as-of's holdout. A star is a promotion, "
        f"at the candidate's own {metric.name} on the holdout that let it pass."
    )
    return figure(f"{metric.name} over time", caption, lines, x="as-of (UTC)", y=metric.name, hovermode="x unified")


def _line(  # noqa: PLR0917 - a line of the picture
    colour: str, name: str, rows: tuple[HistoryRow, ...], values: list[float | None], dash: str, symbol: str
) -> Trace:
    line, marker = {"dash": dash, "width": 2}, {"size": 6, "symbol": symbol}
    return trace(colour, name, _days(rows), _values(values), mode="lines+markers", line=line, marker=marker)


def _days(rows: list[HistoryRow] | tuple[HistoryRow, ...]) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.array([row.run.as_of.replace(tzinfo=None) for row in rows], dtype="datetime64[s]")


def _values(values: list[float | None]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _runs(history: History) -> str:
    name = history.metric.name
    ours, theirs = f"Its {name}", f"{name} of met"
    people = ("People said",) if has_answers(history) else ()
    head = ("As-of", "Candidate", "Met", "Verdict", "Serves", ours, theirs, *people, "Why not")
    caption = "Oldest as-of first; whom a candidate met, and who serves from then on, is named by its as-of"
    rows = (_run(row, has_people=bool(people)) for row in history.rows)
    return table(caption, head, rows, numbers=(ours, theirs))


def _run(row: HistoryRow, *, has_people: bool) -> str:
    verdict = f"{_SIGNS[row.verdict]} {row.verdict}"
    serves = _day(row.after.gated)
    return element(
        "tr",
        element("th", escape(row.run.day), scope="row", class_="short"),
        element("td", element("code", escape((row.run.model_id or "none")[:_ID])), class_="short"),
        element("td", escape(_day(row.before.gated)), class_="short"),
        element("td", escape(verdict), class_=_MARKS[row.verdict]),
        element("td", element("strong", escape(f"{serves} ★")) if row.is_promotion else escape(serves), class_="short"),
        element("td", _number(row.judged.value), class_="number"),
        element("td", _number(row.values.gated), class_="number"),
        element("td", escape(row.run.answer.in_full if row.run.answer else ""), class_="why") if has_people else "",
        element("td", escape(why(row)), class_="why"),
    )


def _day(run: PastRun | None) -> str:
    return "nobody" if run is None else run.day


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
