"""A registry in memory, as the model server sees it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from headgate.core.serving import Version
from headgate.errors import InputError, ModelRefusedError, TransientError


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeModel:
    """`ServedModel` that predicts `slope * x`; it reads rows as `dataframe_records` only.

    Attributes:
        version: The registry's number.
        slope: What it multiplies with.
        is_warm: Whether it can predict its own example.
    """

    version: str
    slope: float
    is_warm: bool = True

    def answer(self, body: bytes, content_type: str) -> str:
        """Return a prediction for each of the `dataframe_records`.

        Raises:
            InputError: There are none, or one without an `x`.
        """
        try:
            predictions = [self.slope * row["x"] for row in json.loads(body)["dataframe_records"]]
        except (ValueError, KeyError, TypeError) as error:
            msg = f"a request must hold dataframe_records with x as JSON. Got {error!r} as {content_type!r} instead."
            raise InputError(msg) from error
        return json.dumps({"predictions": predictions, "model_version": self.version})

    def warm_up(self) -> None:
        """Do nothing, or fail.

        Raises:
            RuntimeError: The model isn't warm.
        """
        if not self.is_warm:
            msg = "cold"
            raise RuntimeError(msg)


class FakeChampionSource:
    """`ChampionSource` in memory; passes `ChampionSourceConformance`.

    Args:
        model: Name of the registered model.

    Attributes:
        models: Each version's model; `None` for one that must not be served.
        champion: The version that the alias names.
        is_down: Whether the registry doesn't answer.
        looks: How often it was asked for the champion.
        loads: The versions that it was asked to load, in that order.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self.models: dict[str, FakeModel | None] = {}
        self.champion: str | None = None
        self.is_down = False
        self.looks = 0
        self.loads: list[str] = []

    @property
    def model(self) -> str:
        """Name of the registered model."""
        return self._model

    def promote(self, slope: float | None, *, is_warm: bool = True) -> str:
        """Append a version of that slope and make it champion; one of `None` must not be served."""
        number = str(len(self.models) + 1)
        self.models[number] = None
        if slope is not None:
            self.mend(number, slope, is_warm=is_warm)
        self.champion = number
        return number

    def mend(self, number: str, slope: float, *, is_warm: bool = True) -> None:
        """Give a version a model of that slope."""
        self.models[number] = FakeModel(version=number, slope=slope, is_warm=is_warm)

    def champion_of(self) -> Version | None:
        """Return the champion, or `None`.

        Raises:
            TransientError: The registry is down.
        """
        self.looks += 1
        self._require_up()
        return None if self.champion is None else self._version(self.champion)

    def load(self, version: Version) -> FakeModel:
        """Return the version's model.

        Raises:
            ModelRefusedError: It has none.
            TransientError: The registry is down.
        """
        self.loads.append(version.version)
        self._require_up()
        found = self.models[version.version]
        if found is None:
            msg = f"version {version.version} of {self._model} must hold trusted types. Got evil.Type instead."
            raise ModelRefusedError(msg)
        return found

    def _version(self, number: str) -> Version:
        return Version(model=self._model, version=number, model_id=f"m-{number}")

    def _require_up(self) -> None:
        if self.is_down:
            msg = "registry in memory does not answer. Is it up?"
            raise TransientError(msg)
