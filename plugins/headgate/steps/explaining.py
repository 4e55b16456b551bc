"""Explain a candidate, where its pipeline asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from headgate import wire
from headgate.core.explanations import Explain
from headgate.core.importance import Importance
from headgate.core.refs import RunRef
from headgate.errors import PermanentError
from headgate.ports import Explainer, LoadedModel, Pages, Question, Rows, RowsTable

IMPORTANCE = "evaluation/importance.json"
IMPORTANCE_PAGE = "evaluation/importance.html"


def explanations(
    model: LoadedModel,
    holdout: Rows,
    *,
    run: RunRef,
    question: Question,
    explainer: Explainer | None,
    table: RowsTable,
    pages: Pages,
) -> Mapping[str, bytes]:
    """Return the artifacts that explain a candidate: its features' importance as JSON and as a page.

    None where the pipeline asks for none. What can't be explained is no failure of the candidate: the artifact says
    why.
    """
    asked = question.explain
    if asked is None or explainer is None:
        return {}
    found = _explained(model, holdout, question, asked, explainer=explainer, table=table)
    return {
        IMPORTANCE: wire.text(found).encode(),
        IMPORTANCE_PAGE: pages.importance(run, found).encode(),
    }


def _explained(
    model: LoadedModel, holdout: Rows, question: Question, asked: Explain, *, explainer: Explainer, table: RowsTable
) -> Importance:
    sample = table.pick(holdout, asked.rows)
    try:
        return explainer.explain(model, sample, question, asked, of=holdout.num_rows)
    except PermanentError as error:
        return Importance(
            metric=question.metrics[0].name,
            value=None,
            rows=sample.num_rows,
            of=holdout.num_rows,
            features=(),
            left_out=model.features,
            seed=asked.seed,
            seconds=asked.seconds,
            notes=(str(error),),
        )
