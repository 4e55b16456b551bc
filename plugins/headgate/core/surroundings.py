"""What a fit depends on besides its rows and its recipe: code, libraries and the machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

NOWHERE = "none"
"""What is said of a thing that isn't there."""

_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where a fit is made.

    Args:
        sources: The sha256, in hex, of each module of the user's code, by its dotted name.
        facts: Versions of Python and of the libraries, the machine, its numeric libraries with their threads, the
            commit of the user's code: as text.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that was one way at the fit, and is another way here.

    Args:
        what: What it is, such as `scikit-learn` or `code of include.co2.model`.
        then: How it was.
        now: How it is.
    """

    what: str
    then: str
    now: str

    def __str__(self) -> str:
        return f"{self.what}: {self.then} then, {self.now} now"


def differences_between(then: Surroundings, now: Surroundings) -> tuple[Difference, ...]:
    """Return what differs: the code first, then libraries and machine.

    Only modules that the fit depended on are looked at: what the code imports besides, now, is seen in their digests.

    >>> then = Surroundings(sources={"shop": "a" * 64}, facts={"python": "3.12.1", "numpy": "2.3.0"})
    >>> now = Surroundings(sources={"shop": "b" * 64}, facts={"python": "3.12.1", "numpy": "2.4.0"})
    >>> [str(one) for one in differences_between(then, now)]
    ['code of shop: aaaaaaaa then, bbbbbbbb now', 'numpy: 2.3.0 then, 2.4.0 now']
    """
    return (*_code(then, now), *_facts(then, now))


def _code(then: Surroundings, now: Surroundings) -> Iterator[Difference]:
    for module, digest in then.sources.items():
        found = now.sources.get(module)
        if found != digest:
            is_now = found[:_DIGITS] if found else NOWHERE
            yield Difference(what=f"code of {module}", then=digest[:_DIGITS], now=is_now)


def _facts(then: Surroundings, now: Surroundings) -> Iterator[Difference]:
    for name in dict.fromkeys((*then.facts, *now.facts)):
        was, found = then.facts.get(name, NOWHERE), now.facts.get(name, NOWHERE)
        if was != found:
            yield Difference(what=name, then=was, now=found)
