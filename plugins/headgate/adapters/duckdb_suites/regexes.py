r"""Translate Python's regular expressions into RE2's, which DuckDB runs, without changing what they match.

The two differ: RE2's `\d`, `\w`, `\s` know ASCII only, its `$` doesn't look past a last newline, and it has no
look-around, no back references and no possessive repeats. Python's own parser says what a pattern means; that is then
written in RE2's words, or refused where it has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from re import _constants as rc  # type: ignore[attr-defined]  # Python's parser: typeshed leaves it out
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_MOST_REPEATS = 1000
_SPACES = r"\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_CLASSES = {
    rc.CATEGORY_DIGIT: r"\p{Nd}",
    rc.CATEGORY_WORD: r"\p{L}\p{N}_",
    rc.CATEGORY_SPACE: _SPACES,
}
_OPPOSITES = {
    rc.CATEGORY_NOT_DIGIT: rc.CATEGORY_DIGIT,
    rc.CATEGORY_NOT_WORD: rc.CATEGORY_WORD,
    rc.CATEGORY_NOT_SPACE: rc.CATEGORY_SPACE,
}
_CASES = {"i": "iI\u0130\u0131", "k": "kK\u212a", "s": "sS\u017f"}
_KNOWN_FLAGS = re.UNICODE | re.IGNORECASE | re.DOTALL | re.VERBOSE
_ASCII = 128


class UntranslatableError(ValueError):
    """A pattern that RE2 can't match as Python does."""


@lru_cache(maxsize=1024)
def translated(pattern: str) -> str:
    r"""Return the pattern in RE2's words.

    Raises:
        UntranslatableError: It has none, or isn't a pattern at all.

    >>> translated("^[a-c]+$")
    '\\A(?:[a-c])+\\n?\\z'
    """
    try:
        tree = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        msg = f"{pattern!r} isn't a regular expression: {error}"
        raise UntranslatableError(msg) from error
    return _Writer(pattern, tree.state.flags).sequence(tree, is_last=True)


class _Writer:
    """Writes one parsed pattern in RE2's words.

    Args:
        pattern: The pattern, for errors.
        flags: What holds for all of it.
    """

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.ignores_case = bool(flags & re.IGNORECASE)
        self.any = r"(?s:.)" if flags & re.DOTALL else r"[^\n]"
        if flags & ~_KNOWN_FLAGS:
            raise _refused(self.pattern, "a flag")

    def sequence(self, nodes: Any, *, is_last: bool) -> str:  # noqa: ANN401 - the parser's own types, untyped
        """Return what follows one another; `is_last` when nothing of the pattern comes after it."""
        end = len(nodes) - 1
        return "".join(self._node(op, argument, is_last and place == end) for place, (op, argument) in enumerate(nodes))

    def _node(self, op: Any, argument: Any, is_last: bool) -> str:  # noqa: ANN401, FBT001, PLR0911 - one return a form
        match op:
            case rc.LITERAL:
                return self._class([argument], opposite=False) if self.ignores_case else _escaped(argument)
            case rc.NOT_LITERAL:
                return self._class([argument], opposite=True)
            case rc.ANY:
                return self.any
            case rc.IN:
                return self._set(argument)
            case rc.AT:
                return self._anchor(argument, is_last)
            case rc.BRANCH:
                return "(?:" + "|".join(self.sequence(branch, is_last=is_last) for branch in argument[1]) + ")"
            case rc.SUBPATTERN if not (argument[1] or argument[2]):
                return f"(?:{self.sequence(argument[3], is_last=is_last)})"
            case rc.MAX_REPEAT | rc.MIN_REPEAT:
                return self._repeat(*argument) + ("?" if op is rc.MIN_REPEAT else "")
        raise _refused(self.pattern, str(op).lower())

    def _anchor(self, at: Any, is_last: bool) -> str:  # noqa: ANN401, FBT001 - as above
        match at:
            case rc.AT_BEGINNING | rc.AT_BEGINNING_STRING:
                return r"\A"
            case rc.AT_END_STRING:
                return r"\z"
            case rc.AT_END if is_last:
                return r"\n?\z"
        raise _refused(self.pattern, str(at).lower())

    def _repeat(self, least: int, most: int, nodes: Any) -> str:  # noqa: ANN401 - as above
        if least > _MOST_REPEATS or (most is not rc.MAXREPEAT and most > _MOST_REPEATS):
            raise _refused(self.pattern, f"more than {_MOST_REPEATS} repeats")
        repeated = f"(?:{self.sequence(nodes, is_last=False)})"
        if most is rc.MAXREPEAT:
            return repeated + {0: "*", 1: "+"}.get(least, f"{{{least},}}")
        return repeated + f"{{{least},{most}}}"

    def _set(self, items: Any) -> str:  # noqa: ANN401 - as above
        opposite = items[0][0] is rc.NEGATE
        items = items[1:] if opposite else items
        if len(items) == 1 and items[0][0] is rc.CATEGORY and items[0][1] in _OPPOSITES:
            return f"[{'' if opposite else '^'}{_CLASSES[_OPPOSITES[items[0][1]]]}]"
        written = "".join(self._item(op, argument) for op, argument in items)
        return f"[{'^' if opposite else ''}{written}]"

    def _item(self, op: Any, argument: Any) -> str:  # noqa: ANN401 - as above
        if op is rc.LITERAL:
            return self._folded([argument])
        if op is rc.RANGE:
            low, high = argument
            return self._folded(range(low, high + 1)) if self.ignores_case else f"{_escaped(low)}-{_escaped(high)}"
        if op is rc.CATEGORY and argument in _CLASSES:
            return _CLASSES[argument]
        raise _refused(self.pattern, f"{argument} within brackets".lower())

    def _class(self, characters: list[int], *, opposite: bool) -> str:
        return f"[{'^' if opposite else ''}{self._folded(characters)}]"

    def _folded(self, characters: Iterable[int]) -> str:
        if not self.ignores_case:
            return "".join(map(_escaped, characters))
        return "".join(_escaped(ord(other)) for one in characters for other in self._cases(one))

    def _cases(self, character: int) -> str:
        if character >= _ASCII:
            raise _refused(self.pattern, "a letter that isn't ASCII, in either case")
        letter = chr(character).lower()
        return _CASES.get(letter, letter + letter.upper() if letter.isalpha() else letter)


def _refused(pattern: str, what: str) -> UntranslatableError:
    return UntranslatableError(f"regular expression {pattern!r} holds {what}, which RE2 has no equal of")


def _escaped(character: int) -> str:
    written = chr(character)
    return written if written.isascii() and written.isalnum() else f"\\x{{{character:x}}}"
