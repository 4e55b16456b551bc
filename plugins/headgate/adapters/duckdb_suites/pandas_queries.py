"""The part of pandas' query language that people write in row conditions.

Comparisons of a column with a value (chained ones too), `in` and `not in` a list, `.isnull()` and its like, a bool
column by itself, joined by `and`, `or`, `not`, `&`, `|`, `~` and parentheses. Anything else isn't taken. Great
Expectations' own strings, such as `col("a") > 5`, are of this form too.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping
from typing import Any

from headgate.adapters.duckdb_suites.conditions import Comparison, Condition, Junction, Membership, Negation, Nullity

_OPERATORS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NULLS = {"isnull": True, "isna": True, "notnull": False, "notna": False}
_WORDS = {"&": " and ", "|": " or ", "~": " not "}
_CONSTANTS = (str, int, float)


def parsed_query(query: str) -> Condition:
    """Return a query as a condition.

    Raises:
        ValueError: It isn't of the part that is taken.
    """
    source, names = _plain(query)
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except SyntaxError as error:
        msg = f"row condition {query!r} can't be read: {error.msg}"
        raise ValueError(msg) from error
    return _Reader(query, names).condition(tree.body)


def _plain(query: str) -> tuple[str, dict[str, str]]:
    """Return the query as Python: names in backticks replaced, and `&`, `|`, `~` as words, which pandas ranks alike."""
    names: dict[str, str] = {}
    pieces = query.split("`")
    for place in range(1, len(pieces), 2):
        alias = f"_column_{place}_"
        names[alias], pieces[place] = pieces[place], alias
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO("".join(pieces)).readline))
    except (tokenize.TokenError, SyntaxError) as error:
        msg = f"row condition {query!r} can't be read: {error}"
        raise ValueError(msg) from error
    return " ".join(_WORDS.get(token.string, token.string) for token in tokens), names


class _Reader:
    """Reads one query's syntax tree.

    Args:
        query: The query, for errors.
        names: What names in backticks were replaced by.
    """

    def __init__(self, query: str, names: Mapping[str, str]) -> None:
        self.query = query
        self.names = names

    def condition(self, node: ast.expr) -> Condition:
        match node:
            case ast.BoolOp(op=op, values=values):
                return Junction(conditions=tuple(map(self.condition, values)), is_any=isinstance(op, ast.Or))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Negation(condition=self.condition(operand))
            case ast.Compare(left=left, ops=ops, comparators=right):
                sides = [left, *right]
                parts = [self._comparison(sides[i], op, sides[i + 1]) for i, op in enumerate(ops)]
                return parts[0] if len(parts) == 1 else Junction(conditions=tuple(parts))
            case ast.Call(func=ast.Attribute(value=value, attr=attr), args=[], keywords=[]) if attr.lower() in _NULLS:
                null = Nullity(column=self._require_name(value))
                return null if _NULLS[attr.lower()] else Negation(condition=null)
            case ast.Name():
                return Comparison(column=self._require_name(node), operator="==", value=True)
        raise self._refused()

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Condition:
        if isinstance(op, ast.In | ast.NotIn) and isinstance(right, ast.List | ast.Tuple):
            values = tuple(map(self._value, right.elts))
            found = Membership(column=self._require_name(left), values=values)
            return found if isinstance(op, ast.In) else Negation(condition=found)
        operator = _OPERATORS.get(type(op))
        if operator and self._name(left) is not None:
            return Comparison(column=self._require_name(left), operator=operator, value=self._value(right))
        if operator:
            return Comparison(column=self._require_name(right), operator=_MIRRORED[operator], value=self._value(left))
        raise self._refused()

    def _value(self, node: ast.expr) -> Any:  # noqa: ANN401 - any constant
        try:
            value = ast.literal_eval(node)
        except ValueError as error:
            raise self._refused() from error
        if not isinstance(value, _CONSTANTS):
            raise self._refused()
        return value

    def _name(self, node: ast.expr) -> str | None:
        match node:
            case ast.Name(id=name):
                return self.names.get(name, name)
            case ast.Call(func=ast.Name(id="col"), args=[ast.Constant(value=str(name))], keywords=[]):
                return name
        return None

    def _require_name(self, node: ast.expr) -> str:
        if (name := self._name(node)) is None:
            raise self._refused()
        return name

    def _refused(self) -> ValueError:
        return ValueError(f"row condition {self.query!r} is more than comparisons of columns with values")
