"""A suite as Great Expectations' JSON, laid out for people: one expectation a block, its arguments on one line."""

from __future__ import annotations

import json
from typing import Any

from headgate.core.suite import Expectation, Suite


def suite_text(suite: Suite) -> str:
    """Return a suite as JSON that Headgate and Great Expectations read; equal suites give equal text.

    >>> one = Expectation(type="expect_column_to_exist", kwargs={"column": "n"}, notes="seen")
    >>> print(suite_text(Suite(name="trips", expectations=(one,))), end="")
    {
      "name": "trips",
      "expectations": [
        {
          "type": "expect_column_to_exist",
          "kwargs": {"column": "n"},
          "severity": "critical",
          "notes": "seen"
        }
      ]
    }
    """
    entries = ",\n".join(map(_entry, suite.expectations))
    listed = f"[\n{entries}\n  ]" if entries else "[]"
    return f'{{\n  "name": {_json(suite.name)},\n  "expectations": {listed}\n}}\n'


def _entry(expectation: Expectation) -> str:
    pairs: dict[str, Any] = {
        "type": expectation.type,
        "kwargs": expectation.kwargs,
        "severity": expectation.severity.value,
        "description": expectation.description,
        "notes": expectation.notes,
        "meta": expectation.meta,
    }
    lines = [f'      "{key}": {_json(value)}' for key, value in pairs.items() if value or key == "kwargs"]
    return "    {\n" + ",\n".join(lines) + "\n    }"


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps(value, ensure_ascii=False)
