"""What the steps need of the world, as small protocols.

Rows are Arrow tables. The steps hand them from port to port and look at nothing but their size.
"""

from __future__ import annotations

from headgate.ports.cutting import Cut, Gathered, RowsCutter, RowsPile
from headgate.ports.evidence import CostMeter, Prober, Response, ToldApart
from headgate.ports.explaining import Explainer
from headgate.ports.history import HistoryBook, Shelved, Volume
from headgate.ports.ledger import RunLedger
from headgate.ports.models import (
    TAKES,
    Fitted,
    LoadedModel,
    ModelLoader,
    PredictionReader,
    Question,
    Recipe,
    Scored,
    Scorer,
    Takes,
    Trainer,
    question_of,
)
from headgate.ports.records import Evidence, Pages, PromotionLog, RunTracker
from headgate.ports.rows import (
    CheckRunner,
    Profiler,
    Rows,
    RowsScan,
    RowsSource,
    RowsSplitter,
    RowsTable,
    Sighting,
    SnapshotStore,
    SuiteRunner,
)
from headgate.ports.serving import Answer, ServingTarget

__all__ = [
    "TAKES",
    "Answer",
    "CheckRunner",
    "CostMeter",
    "Cut",
    "Evidence",
    "Explainer",
    "Fitted",
    "Gathered",
    "HistoryBook",
    "LoadedModel",
    "ModelLoader",
    "Pages",
    "PredictionReader",
    "Prober",
    "Profiler",
    "PromotionLog",
    "Question",
    "Recipe",
    "Response",
    "Rows",
    "RowsCutter",
    "RowsPile",
    "RowsScan",
    "RowsSource",
    "RowsSplitter",
    "RowsTable",
    "RunLedger",
    "RunTracker",
    "Scored",
    "Scorer",
    "ServingTarget",
    "Shelved",
    "Sighting",
    "SnapshotStore",
    "SuiteRunner",
    "Takes",
    "ToldApart",
    "Trainer",
    "Volume",
    "question_of",
]
