"""What every champion source has to do."""

# ruff: noqa: D102, S101 - a suite that pytest runs

from __future__ import annotations

import json
from typing import Protocol

import pytest

from headgate.core.serving import Version
from headgate.errors import InputError, ModelRefusedError, TransientError
from headgate.server.champions import ChampionSource, ServedModel

JSON = "application/json"


class RegistryWorld(Protocol):
    """The world around the source under test: the registry of one model that nobody promoted yet."""

    def promote(self, slope: float) -> str:
        """Make a new version the champion, one that predicts `slope * x`; return its number."""

    def promote_broken(self) -> str:
        """Make a new version the champion that can't be loaded; return its number."""

    def point_to(self, version: str) -> None:
        """Make an earlier version the champion."""

    def break_down(self) -> None:
        """Let the registry answer no more."""


class ChampionSourceConformance:
    """Subclass it, and define the fixtures `source` and `world`."""

    def test_a_model_that_nobody_registered_has_no_champion(self, source: ChampionSource) -> None:
        assert source.champion_of() is None

    def test_the_champion_is_of_the_model(self, source: ChampionSource, world: RegistryWorld) -> None:
        version = world.promote(2.0)
        champion = require_champion(source)
        assert (champion.model, champion.version) == (source.model, version)

    def test_the_champion_follows_the_alias_both_ways(self, source: ChampionSource, world: RegistryWorld) -> None:
        first, second = world.promote(2.0), world.promote(3.0)
        assert require_champion(source).version == second
        world.point_to(first)
        assert require_champion(source).version == first

    def test_a_look_at_the_same_champion_is_the_same(self, source: ChampionSource, world: RegistryWorld) -> None:
        world.promote(2.0)
        assert source.champion_of() == source.champion_of()

    def test_a_loaded_champion_answers(self, source: ChampionSource, world: RegistryWorld) -> None:
        version = world.promote(2.0)
        model = source.load(require_champion(source))
        model.warm_up()
        assert answer_of(model, 1.0, -3.0) == {"predictions": [2.0, -6.0], "model_version": version}

    def test_two_versions_are_loaded_side_by_side(self, source: ChampionSource, world: RegistryWorld) -> None:
        world.promote(2.0)
        first = source.load(require_champion(source))
        world.promote(3.0)
        second = source.load(require_champion(source))
        assert [answer_of(model, 1.0)["predictions"] for model in (first, second)] == [[2.0], [3.0]]

    def test_a_broken_champion_is_refused(self, source: ChampionSource, world: RegistryWorld) -> None:
        world.promote_broken()
        with pytest.raises(ModelRefusedError):
            source.load(require_champion(source))

    @pytest.mark.parametrize("body", [b"", b"[]", b"nothing", b'{"dataframe_records": [{"y": 1.0}]}'])
    def test_a_bad_request_is_the_askers_fault(self, source: ChampionSource, world: RegistryWorld, body: bytes) -> None:
        world.promote(2.0)
        model = source.load(require_champion(source))
        with pytest.raises(InputError):
            model.answer(body, JSON)

    def test_a_registry_that_does_not_answer_is_an_outage(self, source: ChampionSource, world: RegistryWorld) -> None:
        world.promote(2.0)
        champion = require_champion(source)
        world.break_down()
        with pytest.raises(TransientError):
            source.champion_of()
        with pytest.raises(TransientError):
            source.load(champion)

    def test_a_loaded_champion_outlives_its_registry(self, source: ChampionSource, world: RegistryWorld) -> None:
        world.promote(2.0)
        model = source.load(require_champion(source))
        world.break_down()
        assert answer_of(model, 1.0)["predictions"] == [2.0]


def require_champion(source: ChampionSource) -> Version:
    """Return the champion, which must be there."""
    champion = source.champion_of()
    assert champion is not None
    return champion


def answer_of(model: ServedModel, *values: float) -> dict[str, object]:
    """Return a model's answer to rows with the column `x`."""
    body = json.dumps({"dataframe_records": [{"x": value} for value in values]})
    return dict(json.loads(model.answer(body.encode(), JSON)))
