from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.projection import HandChangeKind, Projection, hand_changes, wanted_aliases
from headgate.core.promotion import LogEntry, fold_log
from tests.unit.logs import entry, foreign

THREE = [entry(1), entry(2), entry(3)]


def projected(entries: list[LogEntry]) -> Projection:
    wanted = wanted_aliases(fold_log(entries))
    return Projection(managed=True, aliases=wanted, projected=wanted)


def said(entries: list[LogEntry], projection: Projection | None) -> list[str]:
    return [change.said for change in hand_changes(entries, projection)]


def test_a_model_that_is_not_registered_was_not_changed() -> None:
    assert hand_changes([], None) == ()


def test_aliases_as_the_log_says_are_ours() -> None:
    assert said(THREE, projected(THREE)) == []


def test_aliases_that_a_killed_promoter_left_behind_are_ours() -> None:
    assert said(THREE, projected(THREE[:2])) == []
    assert said(THREE, Projection(managed=True)) == []


def test_an_alias_that_was_set_but_not_written_down_is_ours() -> None:
    killed = replace(projected(THREE[:2]), aliases=wanted_aliases(fold_log(THREE)))
    assert said([*THREE, entry(4)], killed) == []


@pytest.mark.parametrize("version", [1, 2, 7])
def test_a_champion_that_somebody_moved_is_noticed_and_stops(version: int) -> None:
    moved = replace(projected(THREE), aliases={"champion": version, "previous": 2})
    (change,) = hand_changes(THREE, moved)
    assert (change.kind, change.version, change.stops) == (HandChangeKind.ALIAS, version, True)
    assert f"must be on version 3, as the log says. Got version {version} instead" in change.said


def test_a_champion_that_somebody_took_away_is_noticed() -> None:
    (change,) = hand_changes(THREE, replace(projected(THREE), aliases={"previous": 2}))
    assert "alias champion must be on version 3, as the log says. Got none instead" in change.said


def test_a_champion_where_nobody_promoted_is_noticed() -> None:
    (change, version) = hand_changes([foreign(1)], Projection(managed=True, aliases={"champion": 1}))
    assert "alias champion must not be there, since nothing was promoted. Got version 1 instead" in change.said
    assert not version.stops


def test_a_void_entry_is_no_champion_of_ours() -> None:
    log = [*THREE, entry(4, expected=1)]
    assert len(hand_changes(log, replace(projected(THREE), aliases={"champion": 4, "previous": 2}))) == 1


def test_a_version_of_somebody_else_is_noticed_and_stops_nothing() -> None:
    (change,) = hand_changes([*THREE, foreign(4)], projected(THREE))
    assert (change.kind, change.version, change.stops) == (HandChangeKind.VERSION, 4, False)
    assert "version 4 must be written by Headgate. Got one without its tags, by bob: it is void" in change.said


def test_a_model_that_somebody_else_registered_stops() -> None:
    (change,) = hand_changes([foreign(1)], Projection(managed=False))
    assert (change.kind, change.stops) == (HandChangeKind.UNMANAGED, True)


def test_a_model_that_was_made_by_hand_and_holds_our_entries_alone_is_ours() -> None:
    assert said([entry(1)], Projection(managed=False)) == []


def test_aliases_of_other_names_are_nobodys_business() -> None:
    mine = projected(THREE)
    assert said(THREE, replace(mine, aliases={**mine.aliases, "shadow": 1})) == []


@given(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8))
def test_promoters_killed_anywhere_never_look_like_a_hand(seen: int, set_: int, written: int) -> None:
    """Aliases are set after the append, one by one, and written down last: any of it may be behind."""
    length = max(seen, set_, written)
    log = [entry(version) for version in range(1, length + 1)]
    written = min(written, set_)
    projection = Projection(
        managed=True,
        aliases=wanted_aliases(fold_log(log[:set_])),
        projected=wanted_aliases(fold_log(log[:written])),
    )
    assert said(log, projection) == []
