"""Rollback: promote an earlier champion's model again, forward, as a new version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headgate.core.approval import APPROVAL_TAGS
from headgate.core.bars import BARS, BARS_FINGERPRINT, BARS_MODEL, LIFTED, bar_on
from headgate.core.model_card import again_of
from headgate.core.promotion import Entry, LogEntry, effective_of, fold_log
from headgate.errors import PromotionError

FINGERPRINT = "fingerprint"
"""Tag of an entry: the hash of the fit."""

CANDIDATE = "candidate"
"""Tag of an entry: the candidate as JSON, with all that its evidence is found by."""

ROLLBACK_TO = "rollback_to"
"""Tag of a rollback's entry: the version whose model it promotes again."""

_OWN = frozenset({BARS, BARS_MODEL, BARS_FINGERPRINT, LIFTED, ROLLBACK_TO, "override", *APPROVAL_TAGS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """What a rollback is to do.

    Args:
        to: The entry whose model serves again.
        entry: What is to be appended; `None` when an earlier try did it.
        done: The entry that an earlier try appended, if it did.
    """

    to: LogEntry
    entry: Entry | None
    done: LogEntry | None


def plan_rollback(entries: Sequence[LogEntry], *, model: str, to: int | None, who: str, reason: str) -> Rollback:
    """Return what makes an earlier champion the champion again.

    A rollback that was done already, by the same request, is found: the champion says which version it is again.

    Args:
        entries: The log.
        model: The registered model's name, for the sentences.
        to: The version to go back to; the champion before the present one when `None`.
        who: Who asks for it.
        reason: Why; it is what the bar says later.

    Raises:
        PromotionError: There is nothing to go back from or to, or the version never was the champion, is the champion
            itself, or is barred.
    """
    head = fold_log(entries)
    champion = head.champion
    if champion is None:
        msg = f"{model} must have a champion to be rolled back from. Got none: nothing was promoted yet."
        raise PromotionError(msg)
    done = champion.tag_of(ROLLBACK_TO)
    if done is not None and (to is None or done == str(to)):
        return Rollback(to=_require_champion_once(entries, model, int(done)), entry=None, done=champion)
    earlier = head.previous if to is None else _require_champion_once(entries, model, to)
    if earlier is None:
        msg = f"{model} must have had a champion before version {champion.version}. Got none: it is the first."
        raise PromotionError(msg)
    _require_other(earlier, champion, model)
    _require_unbarred(entries, earlier, model)
    return Rollback(to=earlier, entry=_entry(earlier, champion, head.number, who=who, reason=reason), done=None)


def _require_champion_once(entries: Sequence[LogEntry], model: str, version: int) -> LogEntry:
    champions = {entry.version: entry for entry in effective_of(entries)}
    if version in champions:
        return champions[version]
    is_there = any(entry.version == version for entry in entries)
    got = f"version {version}, which never was" if is_there else f"version {version}, which isn't there"
    known = ", ".join(map(str, champions)) or "none"
    msg = (
        f"version to roll {model} back to must have been its champion once. Got {got} instead. Champions were: {known}."
    )
    raise PromotionError(msg)


def _require_other(earlier: LogEntry, champion: LogEntry, model: str) -> None:
    if earlier.version == champion.version:
        msg = (
            f"version to roll {model} back to must be another than the champion. Got version {earlier.version} instead."
        )
        raise PromotionError(msg)
    if earlier.entry.model_id == champion.entry.model_id:
        msg = (
            f"version to roll {model} back to must stand for another model than the champion, version "
            f"{champion.version}. Got version {earlier.version} instead: both are {earlier.entry.model_id}."
        )
        raise PromotionError(msg)


def _require_unbarred(entries: Sequence[LogEntry], earlier: LogEntry, model: str) -> None:
    bar = bar_on(entries, model_id=earlier.entry.model_id, fingerprint=earlier.tag_of(FINGERPRINT) or "")
    if bar is not None:
        msg = f"version to roll {model} back to must not be barred. Got version {earlier.version} instead: {bar}. "
        msg += f"Lift it with 'headgate lift {model} {bar.version} --reason ...' if that is over."
        raise PromotionError(msg)


def _entry(earlier: LogEntry, champion: LogEntry, head: int, *, who: str, reason: str) -> Entry:
    kept = [(name, value) for name, value in earlier.entry.tags if name not in _OWN]
    bars = {BARS: str(champion.version), BARS_MODEL: champion.entry.model_id}
    if fingerprint := champion.tag_of(FINGERPRINT):
        bars[BARS_FINGERPRINT] = fingerprint
    return Entry(
        key=f"rollback {champion.version} to {earlier.version}",
        expected_head=head,
        model_id=earlier.entry.model_id,
        as_of=earlier.entry.as_of,
        who=who,
        reason=reason,
        tags=(*kept, (ROLLBACK_TO, str(earlier.version)), *bars.items()),
        description=again_of(reason, earlier),
    )
