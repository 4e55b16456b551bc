"""The parts that need no connection: each heavy library is imported by the task that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.ports import ModelLoader, Pages, RowsCutter, RowsTable, Scorer, SuiteRunner, Trainer


def cutter() -> RowsCutter:
    """Return what cuts rows into windows."""
    from headgate.adapters.pyarrow_cutter import ArrowCutter

    return ArrowCutter()


def table() -> RowsTable:
    """Return the small operations on rows."""
    from headgate.adapters.pyarrow_table import ArrowTable

    return ArrowTable()


def runner() -> SuiteRunner:
    """Return what runs Great Expectations suites."""
    from headgate.adapters.gx_suites import GxSuiteRunner

    return GxSuiteRunner()


def trainer() -> Trainer:
    """Return what fits scikit-learn estimators."""
    from headgate.adapters.sklearn_trainer import SklearnTrainer

    return SklearnTrainer()


def loader() -> ModelLoader:
    """Return what loads models with this deployment's own trusted list."""
    from headgate.adapters.mlmodel_loader import MlmodelLoader
    from headgate.adapters.skops_models import load_estimator

    return MlmodelLoader(load_estimator)


def scorer() -> Scorer:
    """Return what scores models with scikit-learn's metrics."""
    from headgate.adapters.sklearn_scorer import SklearnScorer

    return SklearnScorer()


def pages() -> Pages:
    """Return what draws the pages that people read."""
    from headgate.adapters.plotly_pages import PlotlyPages

    return PlotlyPages()
