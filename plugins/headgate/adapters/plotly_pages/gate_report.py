"""The page of a verdict: the decision in a sentence, then what speaks for and against it; without a script."""

from __future__ import annotations

from html import escape

from headgate.adapters.plotly_pages.costs import cost_bars, other_facts
from headgate.adapters.plotly_pages.forest import forests, legend
from headgate.adapters.plotly_pages.gate_list import TONES, gate_list, method_table, tally
from headgate.adapters.plotly_pages.importance_bars import importance_section
from headgate.adapters.plotly_pages.marks import PATTERNS
from headgate.adapters.plotly_pages.markup import STILL, element, facts, page, table
from headgate.core.evaluation import OVERALL, Measure
from headgate.core.importance import Importance
from headgate.core.metrics import METRICS, Direction
from headgate.core.mode import Mode
from headgate.core.predictions import Predictions
from headgate.core.verdict import Outcome
from headgate.core.verdict_record import VerdictRecord
from headgate.core.verdict_words import number_text, signed_text
from headgate.core.what_if import what_if

_PILLS = {Outcome.PASS: "✓ passed", Outcome.FAIL: "✗ not passed", Outcome.UNDECIDED: "? can't tell yet"}
_MOST_IFS = 12
_FOREST = (
    "The same rows were given to candidate and champion. A dot is by how much the candidate did better on them; the "
    "line around it is where the true difference probably lies, as these rows are only a sample. A gate passes when "
    "the whole line lies right of what it asks for, and fails when the whole line lies left of it. In between, nobody "
    "can tell yet."
)


def gate_report(record: VerdictRecord, predictions: Predictions | None, importance: Importance | None = None) -> str:
    """Return the page of a verdict.

    Args:
        record: The verdict with its numbers.
        predictions: What both predicted; without them nothing is drawn of rows.
        importance: What the candidate goes by, where the evaluation measured it.
    """
    verdicts, judgement = record.judgement.verdicts, record.judgement
    title = f"{record.run.model}, as-of {_day(record)}"
    first, _, rest = record.decision.partition(". ")
    forest = forests(verdicts)
    return page(
        f"{title}: {first}",
        element("p", escape(title), class_="faint over"),
        element(
            "h1",
            element("span", _PILLS[judgement.outcome], class_=f"outcome {TONES[judgement.outcome][0]}"),
            " ",
            escape(first if not rest else f"{first}."),
        ),
        element("p", escape(rest), class_="lead") if rest else "",
        PATTERNS,
        tally(verdicts),
        facts(_about(record)),
        _section("The gates", gate_list(verdicts)),
        _section("How sure is that?", forest and element("p", _FOREST) + legend() + forest),
        _section("The metrics", _measures(record)),
        _section("Do the probabilities mean what they say?", _reliability(predictions)),
        _section("From the holdout's beginning to its end", _over_time(record, predictions)),
        _section("What the candidate goes by", importance_section(importance)),
        _section("What it costs", cost_bars(record.facts)),
        _section(_what_if_title(record), _what_if(record)),
        _section("What else was measured", other_facts(record.facts)),
        _section("How it was computed", _notes(record) + method_table(verdicts)),
        policy=STILL,
        styles=("page.css", "validation.css", "gates.css"),
    )


def _section(title: str, body: str) -> str:
    return element("section", element("h2", escape(title)), body) if body else ""


def _about(record: VerdictRecord) -> dict[str, str]:
    run, baseline = record.run, record.baseline
    whom = (
        "nobody: nothing was promoted yet" if baseline.version is None else f"the champion, version {baseline.version}"
    )
    if baseline.error:
        whom += f", which could not be scored: {baseline.error}"
    about = {
        "Candidate": record.candidate.model_id,
        "Compared with": whom,
        "Holdout": f"{run.windows.holdout}, {record.snapshot.holdout_rows:,} rows",
        "Learned from": f"{run.windows.training}, {record.snapshot.training_rows:,} rows",
        "Started by": f"{run.who} ({run.run_type})",
        "Why it was started": record.reason,
        "Kind of run": "live: what passes is promoted"
        if record.mode.mode is Mode.LIVE
        else f"replay: {record.mode.reason}",
        "Overridden": record.override or "",
        "Waits for": f"{record.awaits.people} to approve: {record.awaits}" if record.awaits else "",
        "Dry run": "yes: nothing is promoted" if record.dry_run else "",
    }
    return {name: text for name, text in about.items() if text}


def _measures(record: VerdictRecord) -> str:
    overall = [measure for measure in record.measures if measure.slice == OVERALL]
    head = ("Metric", "Better is", "Candidate", "Champion", "Improvement")
    caption = "On the whole holdout; of slices, evaluation/report.html in the same MLflow run tells more"
    return table(caption, head, map(_measure, overall), numbers=head[2:]) if overall else ""


def _measure(measure: Measure) -> str:
    metric, ours, theirs = METRICS.get(measure.metric), measure.candidate, measure.baseline
    gain, better = "", ""
    if metric is not None:
        better = "higher" if metric.direction is Direction.HIGHER else "lower"
        if ours is not None and theirs is not None:
            gain = signed_text(metric.improvement(candidate=ours, baseline=theirs))
    numbers = [*("" if value is None else number_text(value) for value in (ours, theirs)), gain]
    cells = [element("td", number, class_="number") for number in numbers]
    return element("tr", element("th", escape(measure.metric), scope="row"), element("td", better), *cells)


def _reliability(predictions: Predictions | None) -> str:
    if predictions is None or predictions.classes is None:
        return ""
    from headgate.adapters.plotly_pages.reliability import reliability_picture  # numpy, where there are probabilities

    return reliability_picture(predictions)


def _over_time(record: VerdictRecord, predictions: Predictions | None) -> str:
    if predictions is None or predictions.baseline is None:
        return ""
    from headgate.adapters.plotly_pages.over_time import loss_picture

    compared = [found.metric for verdict in record.judgement.verdicts for found in verdict.comparisons]
    return loss_picture(predictions, [*compared, *(measure.metric for measure in record.measures)])


def _what_if_title(record: VerdictRecord) -> str:
    is_pass = record.judgement.outcome is Outcome.PASS
    return "How close it was" if is_pass else "What would have changed the decision"


def _what_if(record: VerdictRecord) -> str:
    found = what_if(record.judgement)
    items = [element("li", element("code", escape(each.gate)), ": ", escape(each.said)) for each in found[:_MOST_IFS]]
    if more := len(found) - _MOST_IFS if len(found) > _MOST_IFS else 0:
        items.append(element("li", f"and {more:,} more of the same kind"))
    return element("ul", *items, class_="ifs") if items else ""


def _notes(record: VerdictRecord) -> str:
    return "".join(element("p", escape(f"{note[:1].upper()}{note[1:]}.")) for note in record.judgement.notes)


def _day(record: VerdictRecord) -> str:
    return record.run.as_of.instant.isoformat().replace("+00:00", "Z").removesuffix("T00:00:00Z")
