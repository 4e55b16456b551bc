"""What drift is measured against: the statistics of the snapshot that the champion learned from."""

from __future__ import annotations

import json
from dataclasses import dataclass

from headgate.core.drift import Drift, explain_cold_start, measure_drift, not_measured
from headgate.core.profile import Profile
from headgate.core.promotion import LogEntry, champion_before
from headgate.core.refs import RunRef
from headgate.core.snapshots import manifest_path
from headgate.core.validation import ExpectationResult
from headgate.ports import PromotionLog, SnapshotStore
from headgate.steps.reading import manifest_at

_WITH_STATISTICS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What drift is measured against.

    Args:
        statistics: The champion's; `None` when drift can't be measured.
        said: Which they are, or why there are none.
        is_lost: There is a champion, but what it learned from can't be looked up.
    """

    statistics: Profile | None
    said: str
    is_lost: bool = False


def reference_of(run: RunRef, *, log: PromotionLog, store: SnapshotStore) -> Reference:
    """Return the statistics of the champion that a run of this as-of may meet: a replay meets the one of its time.

    Raises:
        SnapshotDamagedError: Its manifest is there, and isn't what was written.
        TransientError: Log or store can't be reached.
    """
    return reference_to(champion_before(log.entries(run.model), run.as_of.instant), model=run.model, store=store)


def reference_to(champion: LogEntry | None, *, model: str, store: SnapshotStore) -> Reference:
    """Return the statistics of what a champion of the model learned from.

    Raises:
        SnapshotDamagedError: Its manifest is there, and isn't what was written.
        TransientError: The store can't be reached.
    """
    if champion is None:
        return Reference(statistics=None, said=explain_cold_start(model))
    name = f"version {champion.version} of {model} (as-of {champion.entry.as_of:%Y-%m-%d})"
    path = _manifest_path_of(model, champion)
    if path is None or path not in store.documents(path.rpartition("/")[0]):
        return _lost(f"not measured: the manifest of what {name} learned from isn't in the store any more")
    if older := _older_format(store.get_document(path)):
        return _lost(f"not measured: the manifest of what {name} learned from has no statistics (format {older})")
    manifest = manifest_at(store, path)
    return Reference(statistics=manifest.statistics, said=f"snapshot {manifest.id[:16]} of {name}")


def drift_results(reference: Reference, current: Profile, limits: Drift) -> tuple[ExpectationResult, ...]:
    """Return what became of each limit on drift.

    Nothing on a cold start, about which only the reference's words tell. Where a champion's statistics are lost, that
    is a result of its own (see `not_measured`), so that it isn't taken for a pass.
    """
    if reference.statistics is not None:
        return measure_drift(reference.statistics, current, limits)
    if not reference.is_lost:
        return ()
    return (not_measured(f"drift was {reference.said}", limits),)


def _manifest_path_of(model: str, champion: LogEntry) -> str | None:
    snapshot = dict(champion.entry.tags).get("snapshot")
    return manifest_path(model, champion.entry.as_of, snapshot) if snapshot else None


def _lost(said: str) -> Reference:
    return Reference(statistics=None, said=said, is_lost=True)


def _older_format(text: str) -> int | None:
    """Return a manifest's format when it is from before there were statistics. What is damaged has none."""
    try:
        version = json.loads(text)["format"]
    except (ValueError, TypeError, KeyError):
        return None
    return version if isinstance(version, int) and version < _WITH_STATISTICS else None
