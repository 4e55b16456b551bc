"""A version as a person names it: `co2_weekly@3`, `co2_weekly@champion`."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.core.projection import CHAMPION, PREVIOUS
from headgate.core.promotion import LogEntry, fold_log
from headgate.errors import InputError


def named_version(text: str) -> tuple[str, str]:
    """Return the model and the version that MODEL@VERSION names.

    Raises:
        InputError: It isn't of that form.

    >>> named_version("co2_weekly@3")
    ('co2_weekly', '3')
    """
    model, at, version = text.partition("@")
    if not (model and at and (version in {CHAMPION, PREVIOUS} or (version.isascii() and version.isdecimal()))):
        msg = f"version must be named as MODEL@VERSION, such as co2_weekly@3, co2_weekly@{CHAMPION} or "
        raise InputError(msg + f"co2_weekly@{PREVIOUS}. Got {text!r} instead.")
    return model, version


def require_version(entries: Sequence[LogEntry], model: str, version: str) -> LogEntry:
    """Return the entry of the log that a version is, whether it ever served or not.

    Args:
        entries: The log.
        model: The registered model, for the sentences.
        version: Its number, `champion` or `previous`.

    Raises:
        InputError: There is none.
    """
    head = fold_log(entries)
    if version in {CHAMPION, PREVIOUS}:
        found = head.champion if version == CHAMPION else head.previous
        got = f"no {version} champion yet" if version == PREVIOUS else "none: nothing was promoted yet"
    else:
        found = next((entry for entry in entries if entry.version == int(version)), None)
        known = ", ".join(str(entry.version) for entry in entries)
        got = f"version {version} instead; there are: {known}" if known else "none: nothing was promoted yet"
    if found is None:
        msg = f"version {version} of {model} must be in the promotion log. Got {got}."
        raise InputError(msg)
    if found.is_foreign:
        msg = f"version {version} of {model} must have been promoted by Headgate. Got one that somebody made by hand: "
        raise InputError(msg + "it doesn't say what it was fitted from.")
    return found
