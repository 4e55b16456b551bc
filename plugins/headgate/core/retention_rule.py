"""The rule of a prune, and what it is applied to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from headgate.core.irregularity import Records
from headgate.core.span import Span, days
from headgate.core.stored_file import StoredFile
from headgate.errors import InputError

OLD = days(90)
LEFT_OVER = days(1)
"""What killed work left behind goes once it is older than this: by then nobody is at it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What is older than a length of time goes, but for the last promotions and what they need.

    Args:
        older_than: Real time since a run ended, a model was logged, a file was written; not since an as-of. A day or
            more: what is younger may be being worked on.
        keep_promotions: Whatever the log holds since the last so many promotions stays, >= 1. Champion and previous
            one always do.

    Raises:
        InputError: It would touch work that goes on, or keep no promotion.
    """

    older_than: Span = OLD
    keep_promotions: int = 10

    def __post_init__(self) -> None:
        span = self.older_than
        if not isinstance(span, Span) or (not span.months and not span.days and span.exact < timedelta(days=1)):
            msg = f"older_than of a Retention must be a Span of a day or more. Got {span} instead: "
            raise InputError(msg + "what is younger may be being worked on.")
        if type(self.keep_promotions) is not int or self.keep_promotions < 1:
            msg = f"keep_promotions of a Retention must be a whole number >= 1. Got {self.keep_promotions!r} instead."
            raise InputError(msg)

    def __str__(self) -> str:
        last = "promotion" if self.keep_promotions == 1 else f"{self.keep_promotions} promotions"
        return f"older than {self.older_than}, and not of the last {last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What there is of one model, and what the store holds of all.

    Args:
        records: What MLflow holds of the model.
        snapshots: Files below the model's folder of manifests.
        parts: Files below the folder of parts, which all models share.
        named: What each manifest of the store names, those of other models too, by its path: digests of parts and ids
            of snapshots.
        unread: Paths of manifests that can't be read: nobody knows what they name.
    """

    records: Records
    snapshots: tuple[StoredFile, ...] = ()
    parts: tuple[StoredFile, ...] = ()
    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
