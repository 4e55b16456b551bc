"""What every `PromotionLog` must do, as tests that anybody's adapter can run."""

# ruff: noqa: D102, S101 - a suite that pytest runs

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from headgate.core.promotion import Entry, fold_log, winner_of
from headgate.ports import PromotionLog
from headgate.testing.at_once import at_once

PROMOTERS = 6


class LogWorld(Protocol):
    """The world around the log under test."""

    def new_model(self) -> str:
        """Return the name of a registered model that nobody used yet."""

    def new_candidate(self) -> str:
        """Return the id of a logged model that may be promoted."""

    def aliases(self, model: str) -> Mapping[str, str]:
        """Return the model's aliases with their versions."""


class PromotionLogConformance:
    """Subclass it, and define the fixtures `log` and `world`."""

    def test_a_model_that_nobody_registered_has_no_entries(self, log: PromotionLog, world: LogWorld) -> None:
        assert log.entries(world.new_model()) == ()

    def test_an_entry_comes_back_as_it_was_written(self, log: PromotionLog, world: LogWorld) -> None:
        model, entry = (
            world.new_model(),
            entry_for(world.new_candidate(), tags=(("snapshot", "ab"), ("verdict", "PASS"))),
        )
        log.append(model, entry)
        (found,) = log.entries(model)
        assert (found.version, found.entry) == (1, entry)
        assert found.at.tzinfo is not None

    def test_text_in_any_language_comes_back(self, log: PromotionLog, world: LogWorld) -> None:
        model = world.new_model()
        entry = entry_for(world.new_candidate(), who="Søren O'Brien", reason='übler "drift" in São Paulo\nsecond line')
        log.append(model, entry)
        assert [found.entry for found in log.entries(model)] == [entry]

    def test_a_description_comes_back(self, log: PromotionLog, world: LogWorld) -> None:
        model, said = (
            world.new_model(),
            "### Purpose\n\nSays how much *ü* there is.\n\n| a |\n| --- |\n| 1 |",
        )
        log.append(model, entry_for(world.new_candidate(), description=said))
        assert [found.entry.description for found in log.entries(model)] == [said]

    def test_entries_are_oldest_first_by_number(self, log: PromotionLog, world: LogWorld) -> None:
        model, candidate = world.new_model(), world.new_candidate()
        for head in range(11):  # as text, 10 comes before 2
            log.append(model, entry_for(candidate, key=f"k{head}", expected_head=head))
        assert [(found.version, found.entry.key) for found in log.entries(model)] == [
            (head + 1, f"k{head}") for head in range(11)
        ]

    def test_logs_of_two_models_are_apart(self, log: PromotionLog, world: LogWorld) -> None:
        first, second = world.new_model(), world.new_model()
        log.append(first, entry_for(world.new_candidate()))
        assert (len(log.entries(first)), len(log.entries(second))) == (1, 0)

    def test_of_promoters_at_once_who_saw_the_same_head_exactly_one_wins(
        self, log: PromotionLog, world: LogWorld
    ) -> None:
        model = world.new_model()
        promoted = [entry_for(world.new_candidate(), key=f"k{number}") for number in range(PROMOTERS)]
        append_at_once(log, model, promoted)
        entries = log.entries(model)
        assert sorted(found.version for found in entries) == list(range(1, PROMOTERS + 1))
        assert [winner_of(entries, entry.key) is not None for entry in promoted].count(True) == 1

    def test_an_entry_posted_twice_has_one_winner(self, log: PromotionLog, world: LogWorld) -> None:
        model, entry = world.new_model(), entry_for(world.new_candidate())
        log.append(model, entry)
        log.append(model, entry)
        won = winner_of(log.entries(model), entry.key)
        assert won is not None
        assert won.version == 1

    def test_aliases_follow_the_log(self, log: PromotionLog, world: LogWorld) -> None:
        model = world.new_model()
        log.append(model, entry_for(world.new_candidate(), key="a"))
        log.project(model, fold_log(log.entries(model)))
        assert world.aliases(model) == {"champion": "1"}
        log.append(model, entry_for(world.new_candidate(), key="void", expected_head=0))
        log.append(model, entry_for(world.new_candidate(), key="b", expected_head=2))
        log.project(model, fold_log(log.entries(model)))
        assert world.aliases(model) == {"champion": "3", "previous": "1"}

    def test_projecting_twice_changes_nothing(self, log: PromotionLog, world: LogWorld) -> None:
        model = world.new_model()
        log.append(model, entry_for(world.new_candidate()))
        for _ in range(2):
            log.project(model, fold_log(log.entries(model)))
        assert world.aliases(model) == {"champion": "1"}

    def test_what_was_set_last_is_written_down(self, log: PromotionLog, world: LogWorld) -> None:
        model = world.new_model()
        assert log.projection(model) is None
        log.append(model, entry_for(world.new_candidate()))
        log.project(model, fold_log(log.entries(model)))
        found = log.projection(model)
        assert found is not None
        assert (found.managed, dict(found.aliases), dict(found.projected)) == (True, {"champion": 1}, {"champion": 1})

    def test_a_fact_that_is_added_later_comes_back_with_the_entry(self, log: PromotionLog, world: LogWorld) -> None:
        model = world.new_model()
        log.append(model, entry_for(world.new_candidate(), tags=(("snapshot", "ab"),)))
        for value in ("ann: a mistake", "ann: it was a mistake"):
            log.tag(model, 1, "lifted", value)
        (found,) = log.entries(model)
        assert found.entry.tags == (("lifted", "ann: it was a mistake"), ("snapshot", "ab"))

    def test_an_empty_log_projects_nothing(self, log: PromotionLog, world: LogWorld) -> None:
        model = world.new_model()
        log.project(model, fold_log(()))
        assert world.aliases(model) == {}


def entry_for(model_id: str, *, key: str = "k", expected_head: int = 0, **facts: object) -> Entry:
    """Return an entry that promotes a logged model."""
    told = {"who": "ann", "reason": "better", "as_of": datetime(2000, 1, 1, 12, 30, 0, 5, tzinfo=UTC), **facts}
    return Entry(key=key, expected_head=expected_head, model_id=model_id, **told)  # type: ignore[arg-type]


def append_at_once(log: PromotionLog, model: str, entries: Sequence[Entry]) -> None:
    """Append each entry in a thread of its own, all at the same moment."""
    at_once([partial(log.append, model, entry) for entry in entries])
