"""What every `HistoryBook` must do, as tests that anybody's adapter can run."""

# ruff: noqa: D102, S101 - a suite that pytest runs

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import pytest

from headgate.errors import InputError
from headgate.ports import HistoryBook, Volume

VOLUME = Volume(
    title="simulated history",
    digest="one",
    note="**a note**",
    metrics={"as_ofs": 3.0, "gated": 0.5},
    artifacts={"history/history.json": b"{}", "history/report.html": b"<p>history</p>"},
)


class HistoryWorld(Protocol):
    """What a suite needs besides the book."""

    def new_model(self) -> str:
        """Return the name of a model that has an experiment and no history yet."""

    def live(self, model: str, title: str) -> list[str]:
        """Return the ids of the live runs of that title."""

    def superseded_by(self, mlflow_run: str) -> str | None:
        """Return which run took a run's place."""

    def artifact(self, mlflow_run: str, path: str) -> bytes:
        """Return a file of a run."""


class HistoryBookConformance:
    """Subclass it, and define the fixtures `book` and `world`."""

    def test_a_history_is_kept_with_its_files(self, world: HistoryWorld, book: HistoryBook) -> None:
        model = world.new_model()
        shelved = book.keep(model, VOLUME)
        assert not shelved.again
        assert world.live(model, VOLUME.title) == [shelved.tracked.mlflow_run]
        for path, content in VOLUME.artifacts.items():
            assert world.artifact(shelved.tracked.mlflow_run, path) == content

    def test_the_same_history_again_changes_nothing(self, world: HistoryWorld, book: HistoryBook) -> None:
        model = world.new_model()
        first = book.keep(model, VOLUME)
        again = book.keep(model, replace(VOLUME, artifacts={}))
        assert (again.tracked, again.again) == (first.tracked, True)
        assert world.live(model, VOLUME.title) == [first.tracked.mlflow_run]

    def test_another_history_supersedes_the_one_before_visibly(self, world: HistoryWorld, book: HistoryBook) -> None:
        model = world.new_model()
        first = book.keep(model, VOLUME).tracked.mlflow_run
        second = book.keep(model, replace(VOLUME, digest="two")).tracked.mlflow_run
        assert world.live(model, VOLUME.title) == [second]
        assert (world.superseded_by(first), world.superseded_by(second)) == (second, None)

    def test_a_history_that_was_superseded_is_kept_anew(self, world: HistoryWorld, book: HistoryBook) -> None:
        model = world.new_model()
        digests = ("one", "two", "one")
        runs = [book.keep(model, replace(VOLUME, digest=digest)).tracked.mlflow_run for digest in digests]
        assert len(set(runs)) == len(runs)
        assert world.live(model, VOLUME.title) == runs[-1:]

    def test_histories_of_other_titles_and_models_stay(self, world: HistoryWorld, book: HistoryBook) -> None:
        model, other = world.new_model(), world.new_model()
        first = book.keep(model, VOLUME).tracked.mlflow_run
        book.keep(model, replace(VOLUME, title="simulated history, policy of it's own", digest="two"))
        book.keep(other, replace(VOLUME, digest="three"))
        assert world.live(model, VOLUME.title) == [first]

    def test_a_model_without_an_experiment_has_no_history(self, book: HistoryBook) -> None:
        with pytest.raises(InputError, match="must be there to keep a history in"):
            book.keep("nobody_ever_ran_this", VOLUME)
