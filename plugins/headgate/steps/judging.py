"""What judging needs besides the evaluation: the predictions that were kept, and a limit on a gate's time."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from headgate import wire
from headgate.core.asking import Ask, asked
from headgate.core.evaluation import Evaluation
from headgate.core.gates import Gate
from headgate.core.importance import Importance
from headgate.core.predictions import Predictions
from headgate.core.refs import CandidateRef
from headgate.core.verdict import Verdict
from headgate.errors import InputError, TrackingError
from headgate.ports import Pages, PredictionReader, RowsTable, RunTracker
from headgate.steps.explaining import IMPORTANCE

PREDICTIONS = "evaluation/predictions.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementPorts:
    """What judging needs of the world."""

    tracker: RunTracker
    table: RowsTable
    reader: PredictionReader
    pages: Pages


def kept_predictions(candidate: CandidateRef, ports: JudgementPorts) -> Predictions:
    """Return the per-row predictions that the evaluation kept.

    Raises:
        TrackingError: They aren't there.
        DataError: They were kept by another version.
    """
    return ports.reader.read(ports.table.from_parquet(ports.tracker.read(candidate.tracked, PREDICTIONS)))


def kept_importance(candidate: CandidateRef, ports: JudgementPorts) -> Importance | None:
    """Return what the evaluation found that the candidate goes by; `None` where nobody asked, or it can't be read.

    No gate goes by it, so what isn't there, or was written in another form, is no failure.

    Raises:
        TransientError: MLflow can't be reached.
    """
    try:
        return wire.parse(Importance, ports.tracker.read(candidate.tracked, IMPORTANCE).decode())
    except (TrackingError, InputError, UnicodeDecodeError):
        return None


def ask_within(seconds: float) -> Ask:
    """Return what asks a gate and waits that long; one that takes longer is UNDECIDED, and is left behind."""

    def ask(gate: Gate, evaluation: Evaluation, predictions: Predictions) -> Verdict:
        answers: list[Verdict] = []
        thread = threading.Thread(
            target=lambda: answers.append(asked(gate, evaluation, predictions)), name=gate.name, daemon=True
        )
        thread.start()
        thread.join(min(seconds, threading.TIMEOUT_MAX))
        is_late = thread.is_alive()
        if answers:
            return answers[0]
        if is_late:
            return Verdict.undecided(gate.name, f"{gate.name} took longer than {seconds:g} s: see policy.gate_seconds")
        return Verdict.undecided(gate.name, f"{gate.name} broke: it ended the thread that it was asked in")

    return ask
