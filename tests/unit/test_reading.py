"""What the steps read of a snapshot, and what they leave where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest

from headgate.adapters.pyarrow_table import ArrowTable
from headgate.core import parts as planning
from headgate.core.refs import ValidatedRef
from headgate.core.snapshots import PartRef
from headgate.core.surroundings import Surroundings
from headgate.errors import DataError
from headgate.ports import Recipe, Rows
from headgate.steps.deploy import deploy_version
from headgate.steps.promote import promote_candidate
from headgate.steps.reading import StoredRows, holdout_rows, manifest_of, training_rows
from headgate.steps.train import train_candidate
from headgate.testing.fake_serving import FakeServingTarget
from headgate.testing.memory_store import MemoryStore
from tests.unit.taking import UTC_MICROSECONDS, Given, day, rows, take
from tests.unit.world import World


class Noting(MemoryStore):
    """A store that remembers what was read of it."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[tuple[str, tuple[str, ...] | None]] = []

    def get(self, part: PartRef, columns: Sequence[str] | None = None) -> pa.Table:
        self.read.append((part.digest, None if columns is None else tuple(columns)))
        return super().get(part, columns)


class Trained(Exception):  # noqa: N818 - it ends a fit
    """The rows that a trainer was given."""


class Trainer:
    def code_of(self, build: str) -> str:
        return "code"

    def surroundings(self, build: str) -> Surroundings:
        return Surroundings()

    def fit(self, recipe: Recipe, rows: Rows, *, label: str, event_time: str) -> Any:
        raise Trained(rows)


@pytest.fixture
def world() -> World:
    world = World()
    world.store = Noting()
    return world


def given_to_the_trainer(world: World, validated: ValidatedRef, features: tuple[str, ...] | None) -> pa.Table:
    with pytest.raises(Trained) as caught:
        train_candidate(
            validated,
            recipe=Recipe(build="x", features=features),
            trainer=Trainer(),
            table=ArrowTable(),
            store=world.store,
            tracker=world.tracker,
        )
    table: pa.Table = caught.value.args[0]
    return table


@pytest.mark.parametrize(
    ("features", "columns"),
    [
        (None, ["day", "size", "sold"]),
        (("size",), ["day", "size", "sold"]),
        ((), ["day", "sold"]),
        (("size", "no such"), ["day", "size", "sold"]),
    ],
)
def test_a_fit_reads_the_training_window_and_only_the_columns_that_it_needs(
    world: World, features: tuple[str, ...] | None, columns: list[str]
) -> None:
    validated = world.validated()
    table = given_to_the_trainer(world, validated, features)
    assert (table.column_names, table.num_rows) == (columns, validated.snapshot.training_rows)


def test_when_a_row_became_known_is_no_feature_unless_it_is_asked_for() -> None:
    world, store = World(), Noting()
    validated = world.validated()
    known = rows(known=pa.array([day(1)] * 9, UTC_MICROSECONDS))
    world.store = store
    other = ValidatedRef(
        snapshot=take(Given(known), store, known_at="known"),
        tracked=validated.tracked,
        verdict=validated.verdict,
        summary=validated.summary,
    )
    assert given_to_the_trainer(world, other, None).column_names == ["when", "y"]
    assert given_to_the_trainer(world, other, ("known",)).column_names == ["when", "y", "known"]


def test_windows_of_many_parts_are_joined_in_order_of_event_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "PART_ROWS", 1)
    monkeypatch.setattr(planning, "EDGE_ROWS", 1)
    store = Noting()
    manifest = manifest_of(store, take(Given(rows()), store))
    scan = training_rows(store, manifest)
    assert (scan.num_rows, scan.column_names, len(manifest.training)) == (2, ["when", "y"], 2)
    assert [part.to_pydict() for part in _tables(scan, ["y"])] == [{"y": [3.0]}, {"y": [4.0]}]
    assert [part.to_pydict() for part in _tables(holdout_rows(store, manifest), ["y"])] == [{"y": [5.0]}, {"y": [6.0]}]
    with pytest.raises(DataError, match="column z"):
        list(scan.parts(["z"]))


@pytest.mark.parametrize(("probes", "read"), [(1, 1), (3, 3), (7, 7), (100, 7)])
def test_a_deployment_reads_no_more_parts_than_its_probes_need(
    monkeypatch: pytest.MonkeyPatch, world: World, probes: int, read: int
) -> None:
    monkeypatch.setattr(planning, "PART_ROWS", 1)
    monkeypatch.setattr(planning, "EDGE_ROWS", 1)
    promotion = promote_candidate(world.judged(), log=world.log, store=world.store)
    world.store.read.clear()  # type: ignore[attr-defined]  # it notes
    deployment = deploy_version(
        promotion,
        probe_rows=probes,
        table=world.table,
        store=world.store,
        tracker=world.tracker,
        log=world.log,
        serving_target=FakeServingTarget("sales", {"1": _threefold}),
    )
    assert len(world.store.read) == read  # type: ignore[attr-defined]  # as above
    assert deployment.rows == min(probes, 7)


def _threefold(rows: Rows) -> tuple[float, ...]:
    return tuple(3.0 * size for size in ArrowTable().values(rows, "size"))


def _tables(scan: StoredRows, columns: list[str]) -> Any:
    return scan.parts(columns)
