from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from headgate.core.adoption import Append, Project, Remember, plan_adoption
from headgate.core.journal import LastSeen, forgotten, last_seen_of
from headgate.core.projection import Projection, hand_changes, wanted_aliases
from headgate.core.promotion import LogEntry, fold_log
from headgate.errors import PromotionError
from tests.unit.logs import START, appended, entry, foreign

LOG = [entry(1, snapshot="s1"), entry(2)]
OURS = Projection(managed=True, aliases={"champion": 2, "previous": 1}, projected={"champion": 2, "previous": 1})


def plan(
    entries: list[LogEntry], projection: Projection | None, seen: LastSeen | None = None, *, restore: bool = False
) -> list[type]:
    return [type(one) for one in actions(entries, projection, seen, restore=restore)]


def actions(
    entries: list[LogEntry],
    projection: Projection | None,
    seen: LastSeen | None = None,
    *,
    restore: bool = False,
    as_of: datetime | None = None,
) -> tuple[Append | Project | Remember, ...]:
    return plan_adoption(
        entries, projection, seen, model="sales", who="ann", reason="we chose it", restore=restore, as_of=as_of
    )


def test_where_all_agree_there_is_nothing_to_adopt() -> None:
    assert plan(LOG, OURS, last_seen_of(LOG[1])) == []
    assert plan([], None) == []


def test_a_champion_that_somebody_moved_back_is_promoted_again_forward() -> None:
    append, project = actions(LOG, replace(OURS, aliases={"champion": 1, "previous": 1}))
    assert isinstance(append, Append)
    assert (append.entry.model_id, append.entry.expected_head, append.entry.who) == ("m-1", 2, "ann")
    assert dict(append.entry.tags) == {"snapshot": "s1", "adopted": "1"}
    assert isinstance(project, Project)
    after = appended(LOG, append.entry)
    wanted = wanted_aliases(fold_log(after))
    assert wanted == {"champion": 3, "previous": 2}
    assert hand_changes(after, Projection(managed=True, aliases=wanted, projected=wanted)) == ()


def test_a_version_of_somebody_else_that_is_the_champion_is_promoted() -> None:
    moved = replace(OURS, aliases={"champion": 3, "previous": 1})
    (append, _) = actions([*LOG, foreign(3, "m-new")], moved, as_of=datetime(1999, 1, 1, tzinfo=UTC))
    assert isinstance(append, Append)
    assert (append.entry.model_id, append.entry.as_of.year, append.entry.expected_head) == ("m-new", 1999, 3)
    (append, _) = actions([*LOG, foreign(3, "m-new")], moved)
    assert isinstance(append, Append)
    assert append.entry.as_of == START.replace(second=3)


def test_restoring_only_sets_the_aliases() -> None:
    assert plan(LOG, replace(OURS, aliases={"champion": 1}), restore=True) == [Project]


def test_restoring_sets_what_a_killed_promotion_left_behind() -> None:
    stale = Projection(managed=True, aliases={"champion": 1}, projected={"champion": 1})
    assert plan(LOG, stale) == []
    (project,) = actions(LOG, stale, restore=True)
    assert project.said == "set the aliases to what the log says: a promotion that was killed left them behind"
    assert plan(LOG, OURS, restore=True) == []


def test_a_champion_that_somebody_took_away_comes_back() -> None:
    assert plan(LOG, replace(OURS, aliases={"previous": 1})) == [Project]


def test_a_model_of_somebody_else_is_taken_over_with_its_champion() -> None:
    assert plan([foreign(1)], Projection(managed=False, aliases={"champion": 1})) == [Append, Project]
    assert plan([foreign(1)], Projection(managed=False)) == [Project]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (LOG, "Got version 7 instead, which isn't there"),
        ([*LOG, replace(foreign(7, ""), version=7)], "Got version 7 instead, which stands for other files"),
    ],
)
def test_an_alias_on_what_cannot_be_promoted_is_refused(entries: list[LogEntry], said: str) -> None:
    with pytest.raises(PromotionError, match=said):
        actions(entries, replace(OURS, aliases={"champion": 7}))


def test_a_registry_that_forgot_is_gone_on_from() -> None:
    assert plan(LOG, OURS, LastSeen(version=5, key="k5", at=START)) == [Remember]


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (LastSeen(version=2, key="k2", at=START), None),
        (LastSeen(version=1, key="k1", at=START), None),
        (LastSeen(version=3, key="k3", at=START), "its last version is 2"),
        (LastSeen(version=2, key="another", at=START), "version 2 is another one now"),
    ],
)
def test_a_log_that_is_shorter_than_it_was_is_noticed(seen: LastSeen, said: str | None) -> None:
    found = forgotten(LOG, seen)
    assert (found is None) if said is None else (found is not None and said in found)


def test_a_version_deleted_in_the_middle_is_no_loss_of_the_last_one() -> None:
    assert forgotten([entry(1), entry(3)], LastSeen(version=3, key="k3", at=START)) is None
