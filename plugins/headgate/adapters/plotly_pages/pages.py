"""The port's pages."""

from __future__ import annotations

from headgate.adapters.plotly_pages.validation import validation_page
from headgate.core.card import Card
from headgate.core.importance import Importance
from headgate.core.predictions import Predictions
from headgate.core.profile import Profile
from headgate.core.refs import RunRef
from headgate.core.suite import Suite
from headgate.core.validation import ValidationReport
from headgate.core.verdict_record import VerdictRecord
from headgate.ports import Question, Scored


class PlotlyPages:
    """Draws offline pages: a validation's in SVG, an evaluation's with Plotly."""

    def validation(
        self,
        report: ValidationReport,
        statistics: Profile | None = None,
        reference: Profile | None = None,
        suite: Suite | None = None,
    ) -> str:
        """Return an HTML page of a validation: the verdict first, then what is unmet or broke, then everything."""
        return validation_page(report, statistics=statistics, reference=reference, suite=suite)

    def evaluation(self, run: RunRef, scored: Scored, question: Question, *, baseline: str | None) -> str:
        """Return an HTML page of an evaluation: candidate over baseline in numbers and pictures.

        At most 2,000 rows are drawn, evenly chosen; the numbers are of all rows.
        """
        from headgate.adapters.plotly_pages.evaluation import evaluation_page  # a validation needs no numpy, no Plotly

        return evaluation_page(run, scored, question, baseline=baseline)

    def importance(self, run: RunRef, found: Importance) -> str:
        """Return an HTML page of an explanation: which features the candidate goes by, as bars."""
        from headgate.adapters.plotly_pages.importance import importance_page  # few ask for it

        return importance_page(run, found)

    def gates(
        self, record: VerdictRecord, predictions: Predictions | None, importance: Importance | None = None
    ) -> str:
        """Return an HTML page of a verdict: the decision in a sentence, then what speaks for and against it."""
        from headgate.adapters.plotly_pages.gate_report import gate_report  # nobody else needs it

        return gate_report(record, predictions, importance)

    def card(self, card: Card) -> str:
        """Return an HTML page of a model card."""
        from headgate.adapters.plotly_pages.card_page import card_page

        return card_page(card)
