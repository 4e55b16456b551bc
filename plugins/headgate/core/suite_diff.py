"""What changed between two suites."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headgate.core.suite import Expectation, Suite

_Key = tuple[str, tuple[str, ...], str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An expectation that both suites have, and what differs in it.

    Args:
        before: As the first suite has it.
        after: As the second one has it.
        what: Names of arguments, or `severity`, each with both values; `None` where one has none.
    """

    before: Expectation
    after: Expectation
    what: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteDiff:
    """What changed from one suite to another, in the suites' order. Notes and descriptions don't count."""

    added: tuple[Expectation, ...]
    removed: tuple[Expectation, ...]
    changed: tuple[Changed, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both expect the same."""
        return not (self.added or self.removed or self.changed)


def diff_suites(before: Suite, after: Suite) -> SuiteDiff:
    """Return what changed: expectations are the same by type, columns and row condition, and repeated ones in order.

    >>> a = Suite(name="a", expectations=(Expectation(type="expect_column_to_exist", kwargs={"column": "n"}),))
    >>> diff_suites(a, a).is_empty, len(diff_suites(a, Suite(name="b", expectations=())).removed)
    (True, 1)
    """
    old, new = _keyed(before), _keyed(after)
    pairs = [(old[key], new[key]) for key in old if key in new]
    changed = [Changed(before=a, after=b, what=what) for a, b in pairs if (what := _differences(a, b))]
    return SuiteDiff(
        added=tuple(expectation for key, expectation in new.items() if key not in old),
        removed=tuple(expectation for key, expectation in old.items() if key not in new),
        changed=tuple(changed),
    )


def asked(expectation: Expectation) -> str:
    """Return an expectation in one line, as a call.

    >>> asked(Expectation(type="expect_column_values_to_be_between", kwargs={"column": "n", "min_value": 0}))
    'expect_column_values_to_be_between(n, min_value 0)'
    """
    named = {"column", "column_A", "column_B", "column_list"}
    options = [f"{key} {value_text(value)}" for key, value in expectation.kwargs.items() if key not in named]
    return f"{expectation.type}({', '.join((*expectation.columns, *options))})"


def change_text(name: str, before: Any, after: Any) -> str:  # noqa: ANN401 - any argument
    """Return what became of one argument; of a list, what was added and removed.

    >>> change_text("mostly", 0.9, None), change_text("value_set", ["a", "b"], ["b", "c"])
    ('mostly: 0.9 -> none', "value_set: added 'c', removed 'a'")
    """
    if isinstance(before, list) and isinstance(after, list):
        added, removed = ([v for v in one if v not in other] for one, other in ((after, before), (before, after)))
        parts = [
            f"{word} {', '.join(map(repr, them))}" for word, them in (("added", added), ("removed", removed)) if them
        ]
        return f"{name}: {', '.join(parts) or 'another order'}"
    return f"{name}: {value_text(before)} -> {value_text(after)}"


def diff_text(diff: SuiteDiff) -> str:
    """Return what changed in lines for a person: `+` added, `-` removed, `~` changed."""
    if diff.is_empty:
        return "The suites expect the same."
    lines = [f"- {asked(expectation)} [{expectation.severity}]" for expectation in diff.removed]
    lines += [f"+ {asked(expectation)} [{expectation.severity}]" for expectation in diff.added]
    for change in diff.changed:
        lines.append(f"~ {change.after.type}({', '.join(change.after.columns)})")
        lines += [f"    {change_text(*what)}" for what in change.what]
    counts = f"{len(diff.added)} added, {len(diff.removed)} removed, {len(diff.changed)} changed"
    return "\n".join([*lines, counts])


def value_text(value: Any) -> str:  # noqa: ANN401 - any argument
    """Return an argument's value, cut where it is long."""
    text = "none" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    longest = 80
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _keyed(suite: Suite) -> Mapping[_Key, Expectation]:
    found: dict[_Key, Expectation] = {}
    for expectation in suite.expectations:
        condition = json.dumps(expectation.kwargs.get("row_condition"), sort_keys=True)
        place = 0
        while (key := (expectation.type, expectation.columns, condition, place)) in found:
            place += 1
        found[key] = expectation
    return found


def _differences(before: Expectation, after: Expectation) -> tuple[tuple[str, Any, Any], ...]:
    names = dict.fromkeys((*before.kwargs, *after.kwargs))
    pairs = [(name, before.kwargs.get(name), after.kwargs.get(name)) for name in names]
    pairs.append(("severity", before.severity.value, after.severity.value))
    return tuple((name, a, b) for name, a, b in pairs if a != b or isinstance(a, bool) != isinstance(b, bool))
