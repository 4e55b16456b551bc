"""Keep a simulated history in MLflow: its page and its JSON."""

from __future__ import annotations

from collections.abc import Callable

from headgate.core.history import History
from headgate.core.history_document import digest_of, document_of, document_text
from headgate.core.history_words import headline, notes, worth_lines
from headgate.ports import HistoryBook, Shelved, Volume

PAGE = "history/report.html"
DOCUMENT = "history/history.json"


def keep_history(history: History, *, draw: Callable[[History], str], book: HistoryBook) -> Shelved:
    """Keep the history as the one of its model and title.

    Running it again: an equal history changes nothing, another one supersedes the one before visibly.

    Args:
        history: The history.
        draw: Draws its page.
        book: Keeps it.
    """
    document = document_of(history)
    artifacts = {DOCUMENT: document_text(document).encode(), PAGE: draw(history).encode()}
    volume = Volume(
        title=history.title,
        digest=digest_of(document),
        note="\n\n".join((f"**{headline(history)}**", *worth_lines(history), *notes(history))),
        metrics=_metrics(history),
        artifacts=artifacts,
    )
    return book.keep(history.model, volume)


def _metrics(history: History) -> dict[str, float]:
    worth, name = history.worth, history.metric.name
    found = {
        "runs": float(len(history.rows)),
        "promotions": float(len(history.promotions)),
        f"mean_{name}_gated": worth.means.gated,
        f"mean_{name}_never_retrain": worth.means.never,
        f"mean_{name}_always_promote": worth.means.always,
        "gain_over_never_retrain": worth.over_never.difference,
        "gain_over_always_promote": worth.over_always.difference,
    }
    return {metric: value for metric, value in found.items() if value is not None}
