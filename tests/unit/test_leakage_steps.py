"""No run goes on with a snapshot that holds what nobody could know at its as-of, whoever put it there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pyarrow as pa
import pytest

from headgate import wire
from headgate.adapters.pyarrow_cutter import ArrowCutter
from headgate.adapters.pyarrow_table import ArrowTable
from headgate.core.refs import SnapshotRef, ValidatedRef
from headgate.core.snapshots import Extent, Manifest, Part, snapshot_id
from headgate.core.surroundings import Surroundings
from headgate.core.windows import Window, Windows
from headgate.errors import DataError
from headgate.ports import Cut, Gathered, Recipe, Rows, RowsPile
from headgate.steps.keeping import Wanted
from headgate.steps.quarantine import cleaned
from headgate.steps.reading import manifest_of
from headgate.steps.snapshot import SnapshotPorts, take_snapshot
from headgate.steps.train import train_candidate
from headgate.testing.memory_store import MemoryStore
from tests.unit.taking import UTC_MICROSECONDS, WINDOWS, Counting, Given, day, rows, take
from tests.unit.world import Days, World


class Careless:
    """A cutter that changes what a span holds, after all that the real one does."""

    def __init__(self, change: Callable[[pa.Table], pa.Table], asked: Callable[[Cut], Cut] = lambda cut: cut) -> None:
        self.change = change
        self.asked = asked

    @contextmanager
    def pile(self, cut: Cut) -> Iterator[RowsPile]:
        with ArrowCutter().pile(self.asked(cut)) as pile:
            yield CarelessPile(pile, self.change)


class CarelessPile:
    def __init__(self, pile: RowsPile, change: Callable[[pa.Table], pa.Table]) -> None:
        self.pile = pile
        self.change = change

    def add(self, batch: Rows) -> None:
        self.pile.add(batch)

    def gathered(self) -> Gathered:
        return self.pile.gathered()

    def rows(self, span: Window, more: Sequence[Rows] = ()) -> Rows:
        return cast("Rows", self.change(cast("pa.Table", self.pile.rows(span, more))))


def moved(days: float) -> Callable[[pa.Table], pa.Table]:
    """Return what moves every event."""

    def change(table: pa.Table) -> pa.Table:
        times = [when + timedelta(days=days) for when in table["when"].to_pylist()]
        return table.set_column(0, "when", pa.array(times, UTC_MICROSECONDS))

    return change


def refused(source: pa.Table, cutter: Any = None, **more: Any) -> str:
    store = MemoryStore()
    with pytest.raises(DataError, match="must hold only rows and labels that were known at the as-of") as caught:
        take(Given(source), store, cutter=cutter, **more)
    assert store.documents("snapshots") == ()
    return str(caught.value)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (4, "an event at 2000-01-09T00:00:00Z of the holdout isn't before the as-of"),
        (3, "an event at 2000-01-08T00:00:00Z of the holdout lies outside of it"),
        (-1, "an event at 2000-01-02T00:00:00Z of the training window lies outside of it"),
        (1, "an event at 2000-01-05T00:00:00Z of the training window lies outside of it"),
    ],
)
def test_a_cutter_that_lets_events_of_another_time_through_is_caught(days: int, said: str) -> None:
    assert said in refused(rows(), Careless(moved(days)))


def test_a_cutter_that_lets_a_late_row_through_is_caught() -> None:
    known = pa.array([day(4 if number != 6 else 12) for number in range(1, 10)], UTC_MICROSECONDS)
    asked: dict[str, Any] = {"known_at": "known"}
    assert take(Given(rows(known=known)), MemoryStore(), **asked).holdout_rows == 1
    careless = Careless(lambda table: table, lambda cut: replace(cut, known_at=None))
    assert "a row became known at 2000-01-12T00:00:00Z, after the as-of" in refused(
        rows(known=known), careless, **asked
    )


def test_events_whose_labels_were_not_final_by_the_delay_are_caught() -> None:
    asked: dict[str, Any] = {"labels_final_before": day(6)}
    said = "an event at 2000-01-06T00:00:00Z of the holdout had no final label at the as-of: only those before"
    assert said in refused(rows(), **asked)
    assert take(Given(rows()), MemoryStore(), labels_final_before=day(7)).holdout_rows == 2


@pytest.mark.parametrize(
    ("final", "said"),
    [
        (day(9), None),
        (day(9) + timedelta(microseconds=1), "a label became final at 2000-01-09T00:00:00.000001Z, after the as-of"),
        (None, "labels that don't say when they became final: 1"),
    ],
)
def test_labels_that_say_themselves_that_they_were_not_final_are_caught(
    final: datetime | None, said: str | None
) -> None:
    finals = pa.array([final if number == 4 else day(8) for number in range(1, 10)], UTC_MICROSECONDS)
    if said is None:
        assert take(Given(rows(final=finals)), MemoryStore(), final_at="final").training_rows == 2
    else:
        assert said in refused(rows(final=finals), final_at="final")


def test_a_label_that_was_restated_as_final_is_final() -> None:
    twice = rows([3, 4, 4, 5, 6])
    twice = twice.append_column("known", pa.array([day(n) for n in (3, 4, 8, 5, 6)], UTC_MICROSECONDS))
    finals = pa.array([day(7), None, day(8), day(7), day(7)], UTC_MICROSECONDS)
    asked: dict[str, Any] = {"known_at": "known", "key": (), "final_at": "final"}
    assert take(Given(twice.append_column("final", finals)), MemoryStore(), **asked).training_rows == 2


def test_when_labels_became_final_must_be_instants() -> None:
    store = MemoryStore()
    with pytest.raises(
        DataError, match=r"column final of the rows must hold timestamps with a time zone. Got large_str"
    ):
        take(Given(rows(final=["2000-01-08"] * 9)), store, final_at="final")
    assert store._parts == {}


def test_a_part_that_nobody_has_looked_at_is_read_again() -> None:
    source, store = Given(rows(), knows=True), MemoryStore()
    found = take(source, store)
    manifest = manifest_of(store, found)
    blind = replace(manifest, training=tuple(replace(part, extents=()) for part in manifest.training))
    store.put_document(found.manifest, wire.text(blind))
    assert take(source, store).id == found.id
    assert source.asked[1] == (WINDOWS.training,)


def forged(world: World, change: Callable[[Manifest, MemoryStore], Manifest]) -> ValidatedRef:
    """Return a validated snapshot that somebody wrote another manifest for."""
    validated = world.validated()
    made = change(manifest_of(world.store, validated.snapshot), world.store)
    made = replace(made, id=snapshot_id(*([part.content for part in parts] for parts in (made.training, made.holdout))))
    world.store.put_document(made.path, wire.text(made))
    return replace(validated, snapshot=cleaned(validated.snapshot, made))


def train(world: World, validated: ValidatedRef) -> Any:
    return train_candidate(
        validated,
        recipe=Recipe(build="tests.unit.world:build"),
        trainer=_Untouched(),
        table=world.table,
        store=world.store,
        tracker=world.tracker,
    )


class _Untouched:
    """A trainer that must not be asked to fit."""

    def code_of(self, build: str) -> str:
        return "code"

    def surroundings(self, build: str) -> Surroundings:
        return Surroundings()

    def fit(self, *_: Any, **__: Any) -> Any:
        raise AssertionError


def into_training(manifest: Manifest, store: MemoryStore) -> Manifest:
    """Train on the holdout."""
    return replace(manifest, training=manifest.holdout)


def another_content(manifest: Manifest, store: MemoryStore) -> Manifest:
    """Say of rows of the future that they are of the training window's first part."""
    first, *rest = manifest.training
    table = store.get(first.content)
    later = [when + timedelta(days=400) for when in table["day"].to_pylist()]
    content = store.put(table.set_column(table.column_names.index("day"), "day", pa.array(later, UTC_MICROSECONDS)))
    return replace(manifest, training=(Part(span=first.span, content=content, extents=first.extents), *rest))


@pytest.mark.parametrize(
    ("change", "said"),
    [(into_training, "of the training window lies outside of it"), (another_content, "isn't before the as-of")],
)
def test_nothing_is_trained_on_what_a_forged_manifest_says(change: Any, said: str) -> None:
    world = World()
    validated = forged(world, change)
    with pytest.raises(DataError, match=said):
        train(world, validated)
    assert world.tracker.models == {}
    (run,) = world.tracker.runs.values()
    assert run.status == "FAILED"


class Finals(Days):
    """Days whose labels say when they became final."""

    def read(self, windows: Windows, spans: Sequence[Window]) -> Iterator[pa.Table]:
        yield from (batch.append_column("final", batch["day"]) for batch in super().read(windows, spans))


class FinalWorld(World):
    def snapshot(self, *run: Any) -> SnapshotRef:
        asked = Wanted(source=Finals(), event_time="day", label="sold", final_at="final")
        ports = SnapshotPorts(cutter=ArrowCutter(), store=self.store, profiler=Counting(), table=self.table)
        return take_snapshot(self.run(*run), wanted=asked, ports=ports)


def test_a_candidate_does_not_learn_from_when_labels_became_final() -> None:
    world = FinalWorld()
    world.trained()
    ((_, fitted),) = world.tracker.models.values()
    assert list(fitted.example.columns) == ["size"]


@pytest.mark.parametrize(
    ("column", "first", "last", "nulls"),
    [
        (pa.array([2, None, 1], pa.timestamp("us", "UTC")), 1, 2, 1),
        (pa.array([2, 1], pa.timestamp("s", "Asia/Tokyo")), 1_000_000, 2_000_000, 0),
        (pa.array([1_999, 1_001, -1], pa.timestamp("ns", "UTC")), -1, 1, 0),
        (pa.array([None, None], pa.timestamp("us", "UTC")), None, None, 2),
        (pa.array([], pa.timestamp("us", "UTC")), None, None, 0),
        (pa.nulls(2), None, None, 2),
    ],
)
def test_extents_are_exact_to_the_microsecond(column: pa.Array, first: Any, last: Any, nulls: int) -> None:
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    instants = [None if tick is None else epoch + timedelta(microseconds=tick) for tick in (first, last)]
    (found,) = ArrowTable().extents(pa.table({"x": column}), ["x"])
    assert found == Extent(column="x", first=instants[0], last=instants[1], nulls=nulls)
