"""Remember promotions in the snapshot store, so that a registry that forgot one is noticed."""

from __future__ import annotations

from collections.abc import Sequence

from headgate import wire
from headgate.core.journal import LastSeen, journal_path, last_seen_of
from headgate.core.promotion import LogEntry, fold_log
from headgate.errors import InputError, PromotionError, StoreError
from headgate.ports import SnapshotStore

_NOTHING = "null"


def remember(store: SnapshotStore, model: str, entries: Sequence[LogEntry]) -> None:
    """Write down the log's champion, or that there is none. The second time changes nothing."""
    champion = fold_log(entries).champion
    now = last_seen_of(champion) if champion else None
    if last_seen(store, model) != now:
        store.put_document(journal_path(model), wire.text(now) if now else _NOTHING)


def remembered(store: SnapshotStore, model: str, entries: Sequence[LogEntry]) -> tuple[str, ...]:
    """Write down the log's champion, and return what a person should know where the store refuses.

    What was promoted is promoted: a store that can't be written to is no reason to fail afterwards.
    """
    try:
        remember(store, model, entries)
    except StoreError as error:
        return (f"the promotion could not be remembered outside MLflow: {error}",)
    return ()


def last_seen(store: SnapshotStore, model: str) -> LastSeen | None:
    """Return what was last promoted, as far as the store knows.

    Raises:
        PromotionError: What the store holds can't be read.
    """
    path = journal_path(model)
    if path not in store.documents("promotions"):
        return None
    text = store.get_document(path)
    try:
        return None if text == _NOTHING else wire.parse(LastSeen, text)
    except InputError as error:
        msg = (
            f"{path} in the snapshot store must say what was last promoted. Got what can't be read instead: delete it."
        )
        raise PromotionError(msg) from error
