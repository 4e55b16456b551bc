"""What a run would do, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate import wire
from headgate.cli.rich_tables import table_text
from headgate.cli.tables import instant, plain
from headgate.core.headline import counted
from headgate.core.run_plan import UNSEEN, RunPlan
from headgate.spec import Expectations, FunctionSource, Pipeline, SqlSource

if TYPE_CHECKING:
    from headgate.steps.looking_ahead import RowsAhead


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A plan with what it is about.

    Args:
        plan: What the run would do.
        pipeline: What the model is.
        params: The estimator's, with their defaults.
        rows: What the snapshot would find in the store; `None` where that can't be told.
        no_rows: Why not.
    """

    plan: RunPlan
    pipeline: Pipeline
    params: Mapping[str, Any]
    rows: RowsAhead | None
    no_rows: str


def explained_text(explained: Explained) -> str:
    """Return the plan, a line a subject, and the gates as a table."""
    plan = explained.plan
    gates = [(gate.gate, gate.limits, gate.meets) for gate in plan.gates]
    lines = [*_before(explained), table_text(("gate", "limits", "baseline"), gates)] if gates else [*_before(explained)]
    lines += [_line("promotion", plan.promotion.said)]
    lines += [_line("", f"! stopped: {stop}") for stop in plan.promotion.stops]
    lines += [_line("deployment", _served(explained.pipeline))]
    return "\n".join([*lines, *(_line("note", note) for note in plan.notes)])


def explained_data(explained: Explained) -> dict[str, Any]:
    """Return the same as plain JSON data."""
    plan, rows = explained.plan, explained.rows
    return {
        "key": plan.run.key,
        **wire.dump(plan),
        "expectations": list(_asked(explained.pipeline).said),
        "params": dict(explained.params),
        "snapshot": None if rows is None else wire.dump(rows),
        "source": _source(explained.pipeline),
        "serving": wire.dump(explained.pipeline.serving) if explained.pipeline.serving else None,
    }


def _before(explained: Explained) -> Iterator[str]:
    plan, run = explained.plan, explained.plan.run
    yield _line("run", run.key)
    yield _line("as-of", f"{instant(run.as_of.instant)} (from {run.as_of.origin})")
    yield _line("training", str(run.windows.training))
    yield _line("holdout", str(run.windows.holdout))
    yield _line("mode", str(plan.mode) if plan.mode else UNSEEN)
    yield _line("snapshot", _rows(explained))
    yield from (_line("validation", line) for line in _asked(explained.pipeline).said)
    params = ", ".join(f"{name}={value}" for name, value in explained.params.items())
    yield _line("fit", f"{explained.pipeline.estimator.build}{f' ({params})' if params else ''}")
    yield _line("", plan.fit.said)
    if not plan.gates:
        yield _line("gates", "none: nothing is ever promoted")


def _rows(explained: Explained) -> str:
    source, rows = _source(explained.pipeline), explained.rows
    if rows is None:
        return f"of {source}; what is kept of earlier ones isn't known: {explained.no_rows}"
    taken = f"; this as-of was taken before as {', '.join(rows.taken)}" if rows.taken else ""
    if not rows.kept_parts:
        return f"of {source}, all of it read{taken}"
    kept = f"{counted(rows.kept_parts, 'part', 'parts')} with {counted(rows.kept_rows, 'row', 'rows')}"
    return f"of {source}, {kept} of an earlier snapshot kept unread{taken}"


def _source(pipeline: Pipeline) -> str:
    source = pipeline.source
    if isinstance(source, FunctionSource):
        return source.path
    return f"a query by {source.conn_id}" if isinstance(source, SqlSource) else source.url.rpartition("@")[2]


def _asked(pipeline: Pipeline) -> Expectations:
    asked = pipeline.expectations
    return Expectations(suite=asked) if isinstance(asked, str) else asked


def _served(pipeline: Pipeline) -> str:
    serving = pipeline.serving
    if serving is None:
        return "none: the pipeline has no serving"
    waits = f"within {serving.timeout:g} s, probed with {counted(serving.probe_rows, 'row', 'rows')}"
    return f"{waits}; in the Dag by the connection {serving.conn_id}, by headgate run with --server"


def _line(subject: str, said: str) -> str:
    return f"{subject:<11}{plain(said)}"
