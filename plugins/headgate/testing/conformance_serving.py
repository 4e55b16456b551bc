"""What every serving target must do: tests that anybody's adapter can run."""

# ruff: noqa: D102, S101 - a suite that pytest runs

from __future__ import annotations

from typing import Protocol

import pytest

from headgate.errors import DeploymentError, TransientError
from headgate.ports import Rows, ServingTarget

JSON = "application/json"


class ServingWorld(Protocol):
    """The world around the serving target under test: the registry that it follows."""

    @property
    def model(self) -> str:
        """The registered model that the target serves."""

    def promote(self, slope: float) -> str:
        """Make a new version the champion, one that predicts `slope * x`; return its number."""

    def promote_broken(self) -> str:
        """Make a new version the champion that can't be loaded; return its number."""

    def mend(self, version: str, slope: float) -> None:
        """Let a broken version be a good one."""


class ServingTargetConformance:
    """Subclass it, and define the fixtures `serving_target` and `world`."""

    def test_a_target_that_nothing_was_deployed_to_may_answer_later(self, serving_target: ServingTarget) -> None:
        with pytest.raises(TransientError):
            serving_target.ask(rows_of(1.0))

    def test_a_deployed_version_answers(self, serving_target: ServingTarget, world: ServingWorld) -> None:
        version = world.promote(2.0)
        serving_target.deploy(world.model, version)
        answer = serving_target.ask(rows_of(1.0, -3.0, 0.25))
        assert (answer.version, answer.predictions) == (version, (2.0, -6.0, 0.5))

    def test_one_row_gets_one_answer(self, serving_target: ServingTarget, world: ServingWorld) -> None:
        serving_target.deploy(world.model, world.promote(2.0))
        assert serving_target.ask(rows_of(1.0)).predictions == (2.0,)

    def test_a_version_deployed_twice_goes_on_answering(
        self, serving_target: ServingTarget, world: ServingWorld
    ) -> None:
        version = world.promote(2.0)
        serving_target.deploy(world.model, version)
        serving_target.deploy(world.model, version)
        assert serving_target.ask(rows_of(1.0)).version == version

    def test_the_next_version_takes_its_place(self, serving_target: ServingTarget, world: ServingWorld) -> None:
        serving_target.deploy(world.model, world.promote(2.0))
        version = world.promote(3.0)
        serving_target.deploy(world.model, version)
        answer = serving_target.ask(rows_of(1.0))
        assert (answer.version, answer.predictions) == (version, (3.0,))

    def test_a_broken_version_is_refused_and_the_one_before_goes_on(
        self, serving_target: ServingTarget, world: ServingWorld
    ) -> None:
        good = world.promote(2.0)
        serving_target.deploy(world.model, good)
        broken = world.promote_broken()
        with pytest.raises(
            DeploymentError, match=f"refuses version {broken} of {world.model}.* serving version {good}"
        ):
            serving_target.deploy(world.model, broken)
        answer = serving_target.ask(rows_of(1.0))
        assert (answer.version, answer.predictions) == (good, (2.0,))

    def test_a_refused_version_that_was_mended_is_deployed(
        self, serving_target: ServingTarget, world: ServingWorld
    ) -> None:
        version = world.promote_broken()
        with pytest.raises(DeploymentError):
            serving_target.deploy(world.model, version)
        world.mend(version, 2.0)
        serving_target.deploy(world.model, version)
        assert serving_target.ask(rows_of(1.0)).version == version

    def test_another_model_is_refused(self, serving_target: ServingTarget, world: ServingWorld) -> None:
        version = world.promote(2.0)
        with pytest.raises(DeploymentError, match=f"must serve another. Got a server of '{world.model}' instead"):
            serving_target.deploy("another", version)

    def test_it_has_an_address(self, serving_target: ServingTarget) -> None:
        assert "://" in serving_target.url


def rows_of(*values: float) -> Rows:
    """Return rows with the column `x`."""
    import pyarrow as pa

    rows: Rows = pa.table({"x": list(values)})
    return rows
