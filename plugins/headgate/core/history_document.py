"""A simulated history as plain JSON: what is kept, and what two histories are compared by."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from headgate.core.approval_record import Answer
from headgate.core.history import ByPolicy, Gain, History, HistoryRow
from headgate.core.past_runs import PastRun

FORMAT = 1
DIGITS = 9
"""Digits that numbers are told with: what two machines agree on."""

POLICIES: Mapping[str, str] = {"gated": "gated", "never": "never_retrain", "always": "always_promote"}
"""What the three policies are called, by their fields of `ByPolicy`."""

_IDS = frozenset({"model", "key", "mlflow_run", "model_id", "experiment", "reason", "page", "adopted", "answer"})


def document_of(history: History) -> dict[str, Any]:
    """Return a history as plain JSON. It reads no clock: equal histories give equal documents."""
    metric = history.metric
    worth = history.worth
    return {
        "format": FORMAT,
        "model": history.model,
        "title": history.title,
        "metric": {"name": metric.name, "better": metric.direction.value, "unit": metric.unit},
        "gates": list(history.gates),
        "rows": [_row(row) for row in history.rows],
        "champion": _who(history.champion),
        "worth": {
            "as_ofs": worth.as_ofs,
            "means": _numbers(worth.means),
            "over_never_retrain": _gain(worth.over_never),
            "over_always_promote": _gain(worth.over_always),
        },
        "holdouts_overlap": history.has_overlaps,
        "unfinished": [_who(run) for run in history.unfinished],
    }


def document_text(document: Mapping[str, Any]) -> str:
    """Return a document as it is written to a file."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)


def digest_of(document: Mapping[str, Any]) -> str:
    """Return what two equal documents have in common: a sha256, in hex."""
    return hashlib.sha256(document_text(document).encode()).hexdigest()


def comparable(document: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return a document without what differs between two backfills of the same data.

    Ids of MLflow go, the model's and the Dag's name, sentences, which may hold them, and what people answered. As-ofs,
    snapshots, verdicts, gates with their numbers, who met whom, who served, and every metric stay.

    >>> comparable({"as_of": "2000-01-01", "model_id": "m-1", "met": {"as_of": "1999-12-01", "model_id": "m-0"}})
    {'as_of': '2000-01-01', 'met': {'as_of': '1999-12-01'}}
    """
    if isinstance(document, dict):
        return {name: comparable(value) for name, value in document.items() if name not in _IDS}
    return [comparable(value) for value in document] if isinstance(document, list) else document


def number(value: float | None) -> float | None:
    """Return a number with nine digits; `None` where it isn't finite, since JSON knows no other.

    >>> number(1 / 3)
    0.333333333
    """
    return None if value is None or not math.isfinite(value) else float(f"{value:.{DIGITS}g}")


def _row(row: HistoryRow) -> dict[str, Any]:
    judgement, holdout = row.judged.judgement, row.judged.holdout
    return {
        "as_of": row.run.day,
        "key": row.run.key,
        "mlflow_run": row.run.mlflow_run,
        "experiment": row.run.experiment,
        "snapshot": row.run.snapshot,
        "holdout": None if holdout is None else str(holdout),
        "candidate": None if row.run.model_id is None else _who(row.run),
        "met": _who(row.before.gated),
        "verdict": row.verdict,
        "reason": judgement.reason,
        "verdicts": [
            {
                "gate": one.gate,
                "outcome": str(one.outcome),
                "reason": one.reason,
                "value": number(one.value),
                "limit": number(one.limit),
            }
            for one in judgement.verdicts
        ],
        "promoted": row.is_promotion,
        "answer": _answer(row.run.answer),
        "serves": {name: _who(run) for name, run in _named(row.after).items()},
        "value": number(row.judged.value),
        "served": {
            name: {"by": _who(run), "value": number(value)}
            for (name, run), value in zip(_named(row.before).items(), _named(row.values).values(), strict=True)
        },
    }


def _answer(answer: Answer | None) -> dict[str, str] | None:
    return None if answer is None else {"state": answer.state, "who": answer.who, "at": answer.at, "why": answer.why}


def _who(run: PastRun | None) -> dict[str, Any] | None:
    return None if run is None else {"as_of": run.day, "model_id": run.model_id, "mlflow_run": run.mlflow_run}


def _named(each: ByPolicy[Any]) -> dict[str, Any]:
    return {name: getattr(each, field) for field, name in POLICIES.items()}


def _numbers(each: ByPolicy[float | None]) -> dict[str, float | None]:
    return {name: number(value) for name, value in _named(each).items()}


def _gain(gain: Gain) -> dict[str, Any]:
    return {"difference": number(gain.difference), "better": gain.better, "worse": gain.worse}
