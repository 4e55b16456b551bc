"""What a run without Airflow did: for people, and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from headgate.cli.rich_tables import table_text
from headgate.cli.tables import instant
from headgate.core.headline import counted
from headgate.core.verdict import Outcome

if TYPE_CHECKING:
    from headgate.core.refs import DeploymentRef, RunRef
    from headgate.steps.retrain import Retrained

FAILED, BROKEN = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one as-of.

    Args:
        as_of: The as-of.
        seconds: How long it took.
        run: Which run that was; `None` when not even its windows can be told.
        retrained: What it did; `None` when it failed.
        deployment: What serves it now, where that was asked for.
        failed: Why it failed, as a sentence.
    """

    as_of: datetime
    seconds: float
    run: RunRef | None = None
    retrained: Retrained | None = None
    deployment: DeploymentRef | None = None
    failed: str | None = None

    @property
    def problem(self) -> str | None:
        """Why there is no verdict: an error's sentence, or why validation refused the data; `None` with a verdict."""
        if self.retrained is None or self.failed:
            return self.failed
        verdict = self.retrained.validated.verdict
        return None if verdict.outcome is Outcome.PASS else verdict.reason

    @property
    def exit_code(self) -> int:
        """0 where the run did its work, 1 where the data was refused, 2 where validation could not be evaluated."""
        if self.problem is None:
            return 0
        is_broken = self.retrained is not None and self.retrained.validated.verdict.outcome is Outcome.UNDECIDED
        return BROKEN if is_broken else FAILED


def done_text(done: Done) -> str:
    """Return what a run came to: each gate's verdict, and what follows from them."""
    from headgate.steps.judge import explain

    retrained = done.retrained
    if retrained is None or retrained.verdict is None:
        return f"nothing is promoted: {done.problem}"
    verdict = retrained.verdict
    rows = [(each.gate, str(each.outcome), each.reason) for each in verdict.judgement.verdicts]
    lines = [table_text(("gate", "verdict", "reason"), rows)] if rows else []
    if (promotion := retrained.promotion) is None:
        return "\n".join([*lines, explain(verdict)])
    how = "was promoted by an earlier run" if promotion.again else "is promoted"
    served = "" if promotion.serves else ", and isn't the champion any more"
    lines.append(f"{verdict.candidate.snapshot.run.model} version {promotion.version} {how}{served}: {verdict.mode}")
    lines += promotion.notes
    if done.deployment is not None:
        rows_asked = counted(done.deployment.rows, "row", "rows")
        lines.append(f"{done.deployment.url} serves it: it answered {rows_asked} of the holdout as the candidate did")
    elif promotion.serves:
        lines.append("model servers that follow the alias champion serve it by themselves; --server waits and probes")
    return "\n".join(lines)


def range_text(results: Sequence[Done]) -> str:
    """Return a line for each as-of, and how many there are of each kind."""
    head = ("as-of", "verdict", "metrics (baseline)", "against", "fit", "seconds")
    lines = [table_text(head, [_row(done) for done in results], numbers={"seconds"})]
    failed = [done for done in results if done.problem is not None]
    lines += [f"{instant(done.as_of)} failed: {done.problem}" for done in failed]
    passed = sum(_outcome(done) == Outcome.PASS for done in results)
    told = f"{counted(len(results), 'as-of', 'as-ofs')}: {passed:,} would have passed, "
    told += f"{len(results) - passed - len(failed):,} would not, {len(failed):,} failed. Replays promote nothing."
    return "\n".join([*lines, told])


def line_of(done: Done) -> str:
    """Return what became of one as-of in a line."""
    return "  ".join(
        (f"{instant(done.as_of)}", _outcome(done), done.problem or _metrics(done), f"{done.seconds:.1f} s")
    )


def data_of(done: Done) -> dict[str, Any]:
    """Return the same as plain JSON data."""
    from headgate import wire

    run, retrained = done.run, done.retrained
    told: dict[str, Any] = {"as_of": done.as_of.isoformat(), "seconds": round(done.seconds, 3), "failed": done.problem}
    if run is not None:
        told |= {"model": run.model, "dag": run.dag_id, "key": run.key, "windows": wire.dump(run.windows)}
    if retrained is None:
        return told
    validated, candidate, verdict = retrained.validated, retrained.candidate, retrained.verdict
    evaluation, promotion = retrained.evaluation, retrained.promotion
    return told | {
        "snapshot": validated.snapshot.id,
        "validation": wire.dump(validated.verdict),
        "mlflow_run": (candidate or validated).tracked.mlflow_run,
        "candidate": candidate and candidate.model_id,
        "reused": candidate and candidate.reused,
        "evaluation": evaluation and wire.dump(evaluation.evaluation),
        "verdict": verdict and wire.dump(verdict.judgement),
        "mode": verdict and wire.dump(verdict.mode),
        "dry_run": verdict and verdict.dry_run,
        "version": promotion and promotion.version,
        "promotion": promotion and {"again": promotion.again, "serves": promotion.serves, "notes": promotion.notes},
        "deployment": done.deployment and {"url": done.deployment.url, "rows": done.deployment.rows},
    }


def _row(done: Done) -> tuple[str, ...]:
    evaluation = done.retrained.evaluation if done.retrained else None
    baseline = (
        f"version {evaluation.evaluation.baseline}" if evaluation and evaluation.evaluation.baseline else "nobody"
    )
    candidate = done.retrained.candidate if done.retrained else None
    fit = "" if candidate is None else "found" if candidate.reused else "new"
    against = baseline if evaluation else ""
    return (instant(done.as_of), _outcome(done), _metrics(done), against, fit, f"{done.seconds:.1f}")


def _outcome(done: Done) -> str:
    verdict = done.retrained.verdict if done.retrained else None
    return str(verdict.judgement.outcome) if verdict else "failed"


def _metrics(done: Done) -> str:
    evaluation = done.retrained.evaluation if done.retrained else None
    return evaluation.evaluation.said if evaluation else ""
