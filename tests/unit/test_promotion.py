from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.promotion import (
    Entry,
    Head,
    LogEntry,
    champion_at,
    champion_before,
    effective_of,
    fold_log,
    foreign_entry,
    winner_of,
)

START = datetime(2000, 1, 1, tzinfo=UTC)


def entry(version: int, *, expected: int, key: str = "k", as_of: int = 0) -> LogEntry:
    written = Entry(
        key=key,
        expected_head=expected,
        model_id=f"m-{version}",
        as_of=START + timedelta(days=as_of),
        who="ann",
        reason="better",
    )
    return LogEntry(version=version, at=START + timedelta(seconds=version), entry=written)


@st.composite
def logs(draw: st.DrawFn) -> list[LogEntry]:
    """Logs as MLflow may hold them: numbers once each, some deleted, heads anywhere, keys and as-ofs repeated."""
    numbers = draw(st.lists(st.integers(1, 12), unique=True).map(sorted))
    small = st.integers(0, 5)
    return [entry(n, expected=draw(st.integers(0, n + 1)), key=str(draw(small)), as_of=draw(small)) for n in numbers]


def test_the_log_of_a_model_that_nobody_promoted_has_no_head() -> None:
    assert fold_log([]) == Head(number=0, champion=None, previous=None)


def test_the_first_entry_that_expects_an_empty_log_wins() -> None:
    first = entry(1, expected=0)
    assert fold_log([first]) == Head(number=1, champion=first, previous=None)


def test_an_entry_wins_only_right_after_the_head_that_it_saw() -> None:
    below, at, above = entry(5, expected=3), entry(5, expected=4), entry(5, expected=5)
    assert [one.is_effective for one in (below, at, above)] == [False, True, False]


def test_void_entries_move_the_number_but_not_the_champion() -> None:
    first, void = entry(1, expected=0), entry(2, expected=0)
    assert fold_log([first, void]) == Head(number=2, champion=first, previous=None)


def test_after_a_void_entry_the_next_must_have_seen_it() -> None:
    first, void = entry(1, expected=0), entry(2, expected=0)
    blind, seeing = entry(3, expected=1), entry(3, expected=2)
    assert fold_log([first, void, blind]).champion == first
    assert fold_log([first, void, seeing]) == Head(number=3, champion=seeing, previous=first)


def test_a_log_whose_last_version_was_deleted_goes_on_after_one_void_entry() -> None:
    first = entry(1, expected=0)  # 2 was deleted; MLflow doesn't give the number out again
    void, seeing = entry(3, expected=1), entry(4, expected=3)
    assert fold_log([first, void]).champion == first
    assert fold_log([first, void, seeing]) == Head(number=4, champion=seeing, previous=first)


@given(logs(), st.randoms())
def test_the_order_in_which_entries_are_read_does_not_matter(log: list[LogEntry], random: object) -> None:
    shuffled = list(log)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold_log(shuffled) == fold_log(log)


@given(logs())
def test_the_champion_is_effective_and_newer_than_the_one_before(log: list[LogEntry]) -> None:
    head = fold_log(log)
    effective = [one for one in log if one.is_effective]
    assert [one for one in (head.previous, head.champion) if one] == effective[-2:]
    assert head.number == max((one.version for one in log), default=0)


@given(logs())
def test_appending_never_takes_the_champion_back(log: list[LogEntry]) -> None:
    champions = [fold_log(log[:size]).champion for size in range(len(log) + 1)]
    versions = [champion.version if champion else 0 for champion in champions]
    assert versions == sorted(versions)


@given(logs(), st.integers(1, 8), st.data())
def test_of_any_who_saw_the_same_head_exactly_the_first_wins(
    log: list[LogEntry], promoters: int, data: st.DataObject
) -> None:
    seen = fold_log(log)
    keys = data.draw(st.permutations([f"p{number}" for number in range(promoters)]))
    appended = [entry(seen.number + 1 + place, expected=seen.number, key=key) for place, key in enumerate(keys)]
    winners = [key for key in keys if winner_of([*log, *appended], key)]
    assert winners == [keys[0]]
    head = fold_log([*log, *appended])
    assert (head.champion, head.previous) == (appended[0], seen.champion)


@given(logs())
def test_an_entry_that_was_posted_twice_counts_once(log: list[LogEntry]) -> None:
    seen = fold_log(log)
    first = entry(seen.number + 1, expected=seen.number, key="mine")
    second = replace(first, version=first.version + 1)
    assert winner_of([*log, second, first], "mine") == first
    assert fold_log([*log, first, second]).champion == first


@given(logs())
def test_a_winner_bears_its_key_and_is_effective(log: list[LogEntry]) -> None:
    for key in {one.entry.key for one in log}:
        won = winner_of(log, key)
        wins = [one.version for one in log if one.entry.key == key and one.is_effective]
        assert (won.version if won else None) == (min(wins) if wins else None)


def test_a_key_that_nobody_wrote_has_no_winner() -> None:
    assert winner_of([entry(1, expected=0)], "other") is None


def test_a_run_meets_the_champion_of_an_earlier_as_of_only() -> None:
    log = [entry(1, expected=0, as_of=10)]
    met = [champion_before(log, START + timedelta(days=day)) for day in (9, 10, 11)]
    assert met == [None, None, log[0]]


def test_a_run_about_the_past_meets_who_was_promoted_last_among_the_earlier() -> None:
    first, second, rollback = (
        entry(1, expected=0, as_of=1),
        entry(2, expected=1, as_of=5),
        entry(3, expected=2, as_of=1),
    )
    assert champion_before([first, second, rollback], START + timedelta(days=3)) == rollback
    assert champion_before([first, second], START + timedelta(days=3)) == first


@given(logs(), st.integers(0, 6))
def test_nobody_meets_a_void_entry_or_one_of_a_later_as_of(log: list[LogEntry], day: int) -> None:
    as_of = START + timedelta(days=day)
    met = champion_before(log, as_of)
    if met:
        assert met.is_effective
        assert met.entry.as_of < as_of
    else:
        assert not [one for one in log if one.is_effective and one.entry.as_of < as_of]


@pytest.mark.parametrize(("seconds", "version"), [(0, None), (1, 1), (2, 1), (3, 3), (4, 3)])
def test_who_served_at_a_moment_is_the_last_effective_entry_up_to_it(seconds: int, version: int | None) -> None:
    log = [entry(3, expected=2), entry(2, expected=0), entry(1, expected=0)]
    serving = champion_at(log, START + timedelta(seconds=seconds))
    assert (serving.version if serving else None) == version


def test_a_version_that_nobody_promoted_takes_a_number_and_is_void_for_ever() -> None:
    foreign = foreign_entry(version=1, at=START, model_id="m-9", who="eve")
    assert (foreign.version, foreign.at, foreign.is_foreign, foreign.is_effective) == (1, START, True, False)
    written = foreign.entry
    assert (written.key, written.expected_head, written.model_id) == ("foreign 1", -1, "m-9")
    assert (written.as_of, written.who) == (START, "eve")
    assert written.reason == "nobody promoted it: the version was made or changed by hand"


@pytest.mark.parametrize(("expected", "foreign"), [(-1, True), (0, False), (1, False)], ids=["below", "at", "above"])
def test_an_entry_that_saw_an_empty_log_is_no_foreign_one(expected: int, foreign: bool) -> None:  # noqa: FBT001 - drawn
    assert entry(2, expected=expected).is_foreign is foreign


def test_a_further_fact_is_found_by_its_name() -> None:
    tagged = entry(1, expected=0)
    tagged = replace(tagged, entry=replace(tagged.entry, tags=(("verdict", "PASS"), ("snapshot", "s-1"))))
    assert [tagged.tag_of(name) for name in ("verdict", "snapshot", "windows")] == ["PASS", "s-1", None]


def test_entries_that_differ_in_their_cards_only_are_equal() -> None:
    written = entry(1, expected=0).entry
    assert replace(written, description="# a card") == written
    assert written.description == ""


def test_champions_come_oldest_first() -> None:
    log = [entry(3, expected=2), entry(1, expected=0), entry(2, expected=0), entry(4, expected=3)]
    assert [one.version for one in effective_of(log)] == [1, 3, 4]
    head = fold_log(log)
    assert head.champion is log[3]
    assert head.previous is log[0]
