from __future__ import annotations

import pytest

from headgate.core.snapshots import Part, part_path
from headgate.errors import TransientError
from headgate.steps.reading import manifest_of
from headgate.testing.memory_store import MemoryStore
from tests.unit.taking import Given, rows, take


class Pruned(MemoryStore):
    """A store whose old parts somebody prunes just before the next manifest is written."""

    prune = False
    old: tuple[Part, ...] = ()

    def put_document(self, path: str, text: str) -> None:
        if self.prune and path.startswith("snapshots/"):
            self.prune = False
            for part in self.old:
                self.delete(part_path(part.content))
        super().put_document(path, text)


def test_a_snapshot_whose_part_was_pruned_meanwhile_is_taken_again() -> None:
    store = Pruned()
    first = take(Given(rows()), store)
    store.old = manifest_of(store, first).parts
    store.prune = True
    with pytest.raises(TransientError, match="prune took it while the snapshot was made; another try writes it again"):
        take(Given(rows()), store)
    again = take(Given(rows()), store)
    assert again.id == first.id
    assert all(store.has(part.content) for part in manifest_of(store, again).parts)
