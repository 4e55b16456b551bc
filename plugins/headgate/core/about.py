"""What a model is for, as its owner says it: it goes on the model card."""

from __future__ import annotations

from dataclasses import dataclass, fields

from headgate.errors import InputError

_LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What people should know of a model that no measurement says.

    Args:
        purpose: What it is for: which decision, whose.
        owner: Whom to ask: a person or a team, with an address.
        limits: What it is not for, and where it is known to fail.

    Raises:
        InputError: A field isn't text, or has more than 2,000 characters.
    """

    purpose: str = ""
    owner: str = ""
    limits: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, str) or len(value) > _LONGEST:
                got = f"{len(value):,} characters" if isinstance(value, str) else repr(value)
                msg = f"{field.name} of an About must be text of {_LONGEST:,} characters at most. Got {got} instead."
                raise InputError(msg)


NOTHING_SAID = About()
