"""A snapshot that holds what nobody could know at its as-of is told from one that doesn't, by its rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.leakage import leaks_of
from headgate.core.profile import Profile
from headgate.core.snapshots import Extent, Manifest, Part, PartRef
from headgate.core.span import months
from headgate.core.windows import Window, Windows
from headgate.errors import DataError
from headgate.steps.leakage import require_no_leaks
from tests.unit.taking import day

TRAINING, HOLDOUT, AS_OF, FINAL = Window(start=day(1), end=day(5)), Window(start=day(6), end=day(8)), day(10), day(8)
WINDOWS = Windows(as_of=AS_OF, training=TRAINING, holdout=HOLDOUT)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Row:
    event: datetime
    known: datetime | None = AS_OF
    final: datetime | None = AS_OF


def extent(column: str, instants: Sequence[datetime | None]) -> Extent:
    there = [instant for instant in instants if instant is not None]
    first, last = (min(there), max(there)) if there else (None, None)
    return Extent(column=column, first=first, last=last, nulls=len(instants) - len(there))


def part(span: Window, *rows: Row) -> Part:
    extents = (
        extent("when", [row.event for row in rows]),
        extent("known", [row.known for row in rows]),
        extent("final", [row.final for row in rows]),
    )
    return Part(span=span, content=PartRef(digest="00", rows=len(rows)), extents=extents)


def manifest(training: Sequence[Part], holdout: Sequence[Part] = (), **more: Any) -> Manifest:
    fields: dict[str, Any] = {
        "id": "0" * 64,
        "model": "sales",
        "source": "given",
        "columns": (),
        "label": "y",
        "event_time": "when",
        "known_at": "known",
        "final_at": "final",
        "labels_final_before": FINAL,
        "windows": WINDOWS,
        "training": tuple(training),
        "holdout": tuple(holdout),
        "statistics": Profile(rows=0, columns=()),
    }
    return Manifest(**(fields | more))


def of_training(*rows: Row) -> tuple[str, ...]:
    return leaks_of(manifest([part(TRAINING, *rows)]), WINDOWS)


def of_holdout(*rows: Row, **more: Any) -> tuple[str, ...]:
    return leaks_of(manifest([], [part(Window(start=day(1), end=day(99)), *rows)], **more), WINDOWS)


EDGES = [day(number) for number in (1, 3, 5, 5.5, 6, 8, 9, 10, 11)]
AROUND = st.sampled_from([edge + step * MICROSECOND for edge in EDGES for step in (-1, 0, 1)])
RIGHT = st.sampled_from([day(3), day(9), AS_OF])
ROWS = st.lists(st.builds(Row, event=AROUND, known=RIGHT | AROUND | st.none(), final=RIGHT | AROUND), max_size=3)


def leaks(row: Row, window: Window, span: Window) -> bool:
    """Say of one row, the slow way, whether it may not be there."""
    event, known, final = row.event, row.known, row.final
    late = known is None or known > AS_OF or final is None or final > AS_OF
    return late or event >= AS_OF or event >= FINAL or event not in window or event not in span


@given(st.lists(ROWS, max_size=3), st.lists(ROWS, max_size=3))
def test_there_are_leaks_exactly_when_a_row_is_one(training: list[list[Row]], holdout: list[list[Row]]) -> None:
    spans = [[Window(start=window.start, end=window.end - MICROSECOND), window] for window in (TRAINING, HOLDOUT)]
    given_parts = [
        [(spans[place][len(rows) % 2], rows) for rows in parts] for place, parts in enumerate((training, holdout))
    ]
    made = [[part(span, *rows) for span, rows in parts] for parts in given_parts]
    expected = any(
        leaks(row, window, span)
        for window, parts in zip((TRAINING, HOLDOUT), given_parts, strict=True)
        for span, rows in parts
        for row in rows
    )
    assert bool(leaks_of(manifest(*made), WINDOWS)) is expected


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (day(6) - MICROSECOND, "lies in the gap before the holdout [2000-01-06, 2000-01-08)"),
        (day(6), None),
        (day(8) - MICROSECOND, None),
        (day(8), "had no final label at the as-of: only those before 2000-01-08T00:00:00Z had"),
        (day(10) - MICROSECOND, "had no final label at the as-of"),
        (day(10), "isn't before the as-of"),
        (day(5), "lies in the gap"),
        (day(5) - MICROSECOND, "lies outside of it: [2000-01-06, 2000-01-08)"),
    ],
)
def test_an_event_of_the_holdout_is_told_by_what_is_wrong_with_it(event: datetime, said: str | None) -> None:
    found = of_holdout(Row(event=event))
    named = f"an event at {event.isoformat().replace('+00:00', 'Z')} of the holdout "
    assert [one.startswith(named) and str(said) in one for one in found] == ([True] if said else [])


@pytest.mark.parametrize(("event", "there"), [(day(1) - MICROSECOND, 2), (day(1), 0), (day(5) - MICROSECOND, 0)])
def test_an_event_of_the_training_window_lies_in_it(event: datetime, there: int) -> None:
    assert len(of_training(Row(event=event))) == there


@pytest.mark.parametrize(("instant", "there"), [(AS_OF - MICROSECOND, 0), (AS_OF, 0), (AS_OF + MICROSECOND, 1)])
def test_what_became_known_or_final_by_the_as_of_is_no_leak(instant: datetime, there: int) -> None:
    known, final = of_training(Row(event=day(2), known=instant)), of_training(Row(event=day(2), final=instant))
    said = "2000-01-10T00:00:00.000001Z, after the as-of"
    assert known == (f"a row became known at {said}",) * there
    assert final == (f"a label became final at {said}",) * there


def test_a_label_that_is_not_said_to_be_final_is_not_final() -> None:
    rows = [Row(event=day(2), final=None), Row(event=day(2)), Row(event=day(3), final=None, known=None)]
    assert of_training(*rows) == (
        "rows that don't say when they became known: 1",
        "labels that don't say when they became final: 2",
    )


def test_the_delay_of_labels_counts_where_somebody_says_one() -> None:
    assert of_holdout(Row(event=day(7.5)), labels_final_before=None) == ()
    assert len(of_holdout(Row(event=day(7.5)), labels_final_before=months(1).before(day(38)))) == 1


def test_an_event_outside_of_its_part_is_told() -> None:
    early = part(Window(start=day(3), end=day(4)), Row(event=day(2)), Row(event=day(3)))
    (said,) = leaks_of(manifest([early]), WINDOWS)
    assert said == "an event at 2000-01-02T00:00:00Z lies outside of its part [2000-01-03, 2000-01-04)"


@pytest.mark.parametrize("extents", [(), (Extent(column="when", first=None, last=None),)])
def test_times_that_nobody_looked_at_do_not_pass(extents: tuple[Extent, ...]) -> None:
    blind = replace(part(TRAINING, Row(event=day(2))), extents=extents)
    assert leaks_of(manifest([blind, blind], known_at=None, final_at=None), WINDOWS) == (
        "nobody has looked at when of the part [2000-01-01, 2000-01-05)",
    )


def test_a_part_without_rows_holds_nothing_to_look_at() -> None:
    assert leaks_of(manifest([replace(part(TRAINING), extents=())]), WINDOWS) == ()


def test_the_windows_are_the_runs_and_not_the_manifests() -> None:
    later = Windows(
        as_of=day(30), training=Window(start=day(1), end=day(15)), holdout=Window(start=day(15), end=day(28))
    )
    made = manifest([part(later.training, Row(event=day(14)))], windows=later, labels_final_before=None)
    assert leaks_of(made, later) == ()
    assert leaks_of(made, WINDOWS) == (
        "an event at 2000-01-14T00:00:00Z of the training window isn't before the as-of",
    )


def test_a_leak_is_final_and_named_with_the_as_of() -> None:
    windows = replace(WINDOWS, as_of=datetime(2000, 1, 10, tzinfo=UTC))
    with pytest.raises(DataError) as caught:
        require_no_leaks(manifest([part(TRAINING, Row(event=day(2), known=day(11), final=day(12)))]), windows)
    assert str(caught.value).startswith(
        "snapshot must hold only rows and labels that were known at the as-of 2000-01-10T00:00:00Z. Got this instead: "
        "a row became known at 2000-01-11T00:00:00Z, after the as-of; a label became final at 2000-01-12T00:00:00Z, "
        "after the as-of. Nothing is trained on it."
    )
