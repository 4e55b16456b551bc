"""A serving target and a source of champions, in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from headgate.core.serving import Version
from headgate.errors import DeploymentError, HeadgateError, InputError, ModelRefusedError, TransientError
from headgate.ports import Answer, Rows

Predict = Callable[[Rows], tuple[Any, ...]]


class FakeServingTarget:
    """`ServingTarget` that serves one model's versions; passes `ServingTargetConformance`.

    Args:
        model: The model it serves.
        versions: What each version predicts; one that isn't here is refused.

    Attributes:
        serving: The version that answers now.
    """

    def __init__(self, model: str, versions: Mapping[str, Predict]) -> None:
        self.model = model
        self.versions = dict(versions)
        self.serving: str | None = None

    @property
    def url(self) -> str:
        """Address that a person can open."""
        return "memory://serving"

    def deploy(self, model: str, version: str) -> None:
        """Serve the version.

        Raises:
            DeploymentError: It is another model's, or broken.
        """
        if model != self.model:
            msg = f"{self.url} must serve {model}. Got a server of {self.model!r} instead."
            raise DeploymentError(msg)
        if version not in self.versions:
            msg = f"{self.url} refuses version {version} of {model}, and goes on serving version {self.serving}."
            raise DeploymentError(msg)
        self.serving = version

    def ask(self, rows: Rows) -> Answer:
        """Return what the version predicts for the rows.

        Raises:
            TransientError: Nothing serves yet.
        """
        if self.serving is None:
            msg = f"{self.url} must serve a version before it is asked. Got none yet."
            raise TransientError(msg)
        return Answer(version=self.serving, predictions=self.versions[self.serving](rows))


class FakeChampionSource:
    """`ChampionSource` and registry in one; passes `ChampionSourceConformance`.

    Its models predict `slope * x` for rows with a number `x`.

    Args:
        model: The registered model.

    Attributes:
        slopes: The slope of each version; `None` for one that can't be loaded.
        champion: The version that the alias points to.
        outage: What each call raises, if anything.
        loaded: The versions that were loaded or refused, in that order.
    """

    def __init__(self, model: str = "line") -> None:
        self._model = model
        self.slopes: dict[str, float | None] = {}
        self.champion: str | None = None
        self.outage: HeadgateError | None = None
        self.loaded: list[str] = []

    @property
    def model(self) -> str:
        """Name of the registered model."""
        return self._model

    def promote(self, slope: float | None) -> str:
        """Append a version, point the alias to it, and return its number."""
        self.champion = str(len(self.slopes) + 1)
        self.slopes[self.champion] = slope
        return self.champion

    def champion_of(self) -> Version | None:
        """Return the champion, or `None`.

        Raises:
            HeadgateError: The outage.
        """
        if self.outage:
            raise self.outage
        return None if self.champion is None else self._version(self.champion)

    def load(self, version: Version) -> FakeModel:
        """Return the version's model.

        Raises:
            ModelRefusedError: It is broken.
            HeadgateError: The outage.
        """
        if self.outage:
            raise self.outage
        self.loaded.append(version.version)
        slope = self.slopes[version.version]
        if slope is None:
            msg = f"version {version.version} must be whole. Got a damaged one instead."
            raise ModelRefusedError(msg)
        return FakeModel(version.version, slope)

    def _version(self, number: str) -> Version:
        return Version(model=self._model, version=number, model_id=f"m-{number}")


class FakeModel:
    """`ServedModel` that predicts `slope * x`; it reads rows as `dataframe_records` only."""

    def __init__(self, version: str, slope: float) -> None:
        self.version = version
        self.slope = slope

    def answer(self, body: bytes, content_type: str) -> str:  # noqa: ARG002 - the port's signature
        """Return the JSON answer to one request.

        Raises:
            InputError: It holds no rows with an `x`.
        """
        try:
            predictions = [self.slope * row["x"] for row in json.loads(body)["dataframe_records"]]
        except (ValueError, KeyError, TypeError) as error:
            msg = f"a request must hold dataframe_records with x. Got {error!r} instead."
            raise InputError(msg) from error
        return json.dumps({"predictions": predictions, "model_version": self.version})

    def warm_up(self) -> None:
        """Do nothing: nothing can break."""
