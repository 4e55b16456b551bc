"""What the steps need of the world, as small protocols.

Rows are Arrow tables. The steps hand them from port to port and look at nothing but their size.
"""

from __future__ import annotations

from headgate.ports.models import (
    Fitted,
    LoadedModel,
    ModelLoader,
    Question,
    Recipe,
    Scored,
    Scorer,
    Trainer,
)
from headgate.ports.records import Evidence, Pages, PromotionLog, RunTracker
from headgate.ports.rows import Rows, RowsCutter, RowsSource, RowsTable, SnapshotStore, SuiteRunner
from headgate.ports.serving import Answer, ServingTarget

__all__ = [
    "Answer",
    "Evidence",
    "Fitted",
    "LoadedModel",
    "ModelLoader",
    "Pages",
    "PromotionLog",
    "Question",
    "Recipe",
    "Rows",
    "RowsCutter",
    "RowsSource",
    "RowsTable",
    "RunTracker",
    "Scored",
    "Scorer",
    "ServingTarget",
    "SnapshotStore",
    "SuiteRunner",
    "Trainer",
]
