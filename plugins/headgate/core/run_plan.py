"""What a run would do, as data, before anything is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from headgate.core.bars import bar_on, bars_of
from headgate.core.gate_limits import limits_of
from headgate.core.gates import Gate
from headgate.core.ledger import RunRecord
from headgate.core.mode import Mode, RunMode, decide_mode
from headgate.core.policy import Policy
from headgate.core.projection import HandChange
from headgate.core.promotion import LogEntry, champion_before, fold_log, winner_of
from headgate.core.refs import RunRef

UNSEEN = "not known: no MLflow server is given"
"""What is said of whatever only MLflow knows, where nobody looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What MLflow knows of a run's model.

    Args:
        entries: The promotion log.
        changes: What somebody changed by hand.
        lost: What the registry must know and doesn't, if the snapshot store remembers it.
        earlier: The live MLflow run of the run's key, if there is one.
        fingerprint: What a fit on that run's snapshot would have, by the code and the params of now.
        dag: The Dag that the model's last run belongs to; `None` without any.
    """

    entries: tuple[LogEntry, ...]
    changes: tuple[HandChange, ...] = ()
    lost: str | None = None
    earlier: RunRecord | None = None
    fingerprint: str | None = None
    dag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPlan:
    """Whether a candidate is there already: its logged model's id if it would be reused, and a sentence."""

    reused: str | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePlan:
    """A gate that would be asked: its name, its limits, and whom the candidate would meet in it."""

    gate: str
    limits: str
    meets: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionPlan:
    """What would be appended to the log.

    Args:
        version: The version that a passing candidate becomes; `None` where nothing is promoted whatever it scores.
        expected_head: The last version number that the entry expects.
        said: The same in a sentence, with the reason.
        stops: What keeps anything from being promoted before somebody has decided about it.
    """

    version: int | None
    expected_head: int | None
    said: str
    stops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a run would do.

    Args:
        run: Which run.
        mode: Live or a replay; `None` where nobody looked into the log.
        fit: Fit or reuse.
        gates: The gates, in their order.
        promotion: What follows from a pass.
        notes: What is worth knowing besides.
    """

    run: RunRef
    mode: RunMode | None
    fit: FitPlan
    gates: tuple[GatePlan, ...]
    promotion: PromotionPlan
    notes: tuple[str, ...] = field(default=())


def plan_run(run: RunRef, known: Known | None, policy: Policy) -> RunPlan:
    """Return what a run would do.

    Args:
        run: Which run.
        known: What MLflow knows; `None` where nobody looked.
        policy: The gates.
    """
    if known is None:
        gates = tuple(_gate(gate, "the champion of then" if gate.needs_baseline else None) for gate in policy.gates)
        promotion = PromotionPlan(version=None, expected_head=None, said=UNSEEN)
        return RunPlan(run=run, mode=None, fit=FitPlan(reused=None, said=UNSEEN), gates=gates, promotion=promotion)
    fit = _fit(known)
    head = fold_log(known.entries)
    mode = decide_mode(
        run_type=run.run_type,
        as_of=run.as_of.instant,
        champion_as_of=head.champion.entry.as_of if head.champion else None,
        own_champion=head.champion is not None and head.champion.entry.model_id == fit.reused,
    )
    return RunPlan(
        run=run,
        mode=mode,
        fit=fit,
        gates=tuple(_gates(run, known.entries, policy)),
        promotion=_promotion(run, known, policy, mode, fit),
        notes=tuple(_notes(known)),
    )


def _fit(known: Known) -> FitPlan:
    earlier = known.earlier
    if earlier is None:
        return FitPlan(reused=None, said="anew: no run of this key is there")
    candidate, snapshot = earlier.tag_of("candidate"), (earlier.tag_of("snapshot") or "")[:12]
    if candidate is None:
        reason = earlier.tag_of("reason")
        said = f"anew: run {earlier.mlflow_run} of this key is {earlier.status}{f' ({reason})' if reason else ''}"
        return FitPlan(reused=None, said=f"{said}, and left no candidate")
    if known.fingerprint != earlier.tag_of("fingerprint"):
        said = f"anew: {candidate} of this key was fitted with other code, params or seed; it would be superseded"
        return FitPlan(reused=None, said=said)
    said = f"{candidate} is reused, if the rows are still those of snapshot {snapshot}"
    return FitPlan(reused=candidate, said=said)


def _gates(run: RunRef, entries: Sequence[LogEntry], policy: Policy) -> Iterator[GatePlan]:
    met = champion_before(entries, run.as_of.instant)
    baseline = "nobody, so it isn't asked" if met is None else f"version {met.version}, on the same holdout"
    for gate in policy.gates:
        yield _gate(gate, baseline if gate.needs_baseline else None)


def _gate(gate: Gate, baseline: str | None) -> GatePlan:
    return GatePlan(
        gate=gate.name, limits=limits_of(gate), meets=baseline or "none: it is asked of the candidate alone"
    )


def _promotion(run: RunRef, known: Known, policy: Policy, mode: RunMode, fit: FitPlan) -> PromotionPlan:
    head = fold_log(known.entries).number
    stops = tuple(_stops(run, known, fit))
    won = winner_of(known.entries, fit.reused) if fit.reused else None
    if mode.mode is Mode.REPLAY:
        said = f"nothing: {mode}"
    elif not policy.gates:
        said = "nothing: the policy has no gates"
    elif won is not None:
        said = f"nothing new: the candidate is version {won.version} already"
    else:
        said = f"version {head + 1} if every gate passes and the last version is still {head or 'none'}: {mode}"
        return PromotionPlan(version=head + 1, expected_head=head, said=said, stops=stops)
    return PromotionPlan(version=None, expected_head=None, said=said, stops=stops)


def _stops(run: RunRef, known: Known, fit: FitPlan) -> Iterator[str]:
    model = run.model
    if known.dag not in {None, run.dag_id}:
        yield f"the model's runs are those of Dag {known.dag}, not of {run.dag_id}: say --dag {known.dag}"
    if known.lost:
        yield f"{known.lost}: headgate adopt {model}"
    yield from (f"{change.said}: headgate adopt {model}" for change in known.changes if change.stops)
    if fit.reused and (bar := bar_on(known.entries, model_id=fit.reused, fingerprint=known.fingerprint or "")):
        yield f"{bar}: headgate lift {model} {bar.version}"


def _notes(known: Known) -> Iterator[str]:
    yield from (change.said for change in known.changes if not change.stops)
    yield from (str(bar) for bar in bars_of(known.entries))
