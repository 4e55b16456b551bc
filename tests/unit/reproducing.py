"""Estimators to make again, and a world with a promoted version of one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier

from headgate.adapters.python_sources import require_own
from headgate.adapters.sklearn_scorer import SklearnScorer
from headgate.adapters.sklearn_trainer import SklearnTrainer
from headgate.core.reproduction import Reproduction
from headgate.ports import Recipe
from headgate.steps.fit_record import RECIPE
from headgate.steps.models import ModelShelf
from headgate.steps.promote import promote_candidate
from headgate.steps.reproduce import Means, ReproductionPorts, reproduce_version
from tests.unit.world import World

HERE = "tests.unit.reproducing"


def forest(params: Mapping[str, Any]) -> RandomForestRegressor:
    return RandomForestRegressor(n_estimators=params.get("trees", 3), max_depth=1)


def classes(params: Mapping[str, Any]) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(max_depth=2, splitter="random")


def drawing(params: Mapping[str, Any]) -> Drawing:
    return Drawing()


class Drawing(LinearRegression):  # type: ignore[misc]  # scikit-learn ships no types
    """It draws from what no seed reaches."""

    def fit(self, rows: Any, labels: Any) -> Drawing:
        super().fit(rows, labels)
        self.intercept_ += 0.01 + int.from_bytes(os.urandom(4)) / 2**40
        return self


class Made(World):
    """A world with version 1 of `sales`, made by a recipe."""

    def __init__(self, build: str = f"{HERE}:forest", **recipe: Any) -> None:
        super().__init__()
        self.candidate = self.trained(recipe=Recipe(build=build, **recipe))
        verdict = self.judge(self.evaluate(self.candidate))
        assert promote_candidate(verdict, log=self.log, store=self.store).version == "1"

    @property
    def mlflow_run(self) -> Any:
        return self.tracker.runs[self.candidate.tracked.mlflow_run]

    def again(self, version: str = "1", *, own: Callable[[str], None] = require_own, **means: Any) -> Reproduction:
        ports = ReproductionPorts(
            log=self.log,
            tracker=self.tracker,
            store=self.store,
            table=self.table,
            models=ModelShelf(self.tracker, self.loader),
            trainer=SklearnTrainer(),
            scorer=SklearnScorer(),
            require_own=own,
        )
        return reproduce_version("sales", version, ports=ports, means=Means(**means))

    def rewrite(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change what was recorded of the fit."""
        record = json.loads(self.mlflow_run.artifacts[RECIPE])
        change(record)
        self.mlflow_run.artifacts[RECIPE] = json.dumps(record).encode()
