"""Checks by a pandera schema."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any, cast

import pandas as pd
import pyarrow as pa

from headgate.adapters.dotted_paths import load_object
from headgate.core.checks import SHOWN, broken, decided
from headgate.core.quarantine import percent
from headgate.core.sentences import text_of
from headgate.core.validation import ExpectationResult, Severity
from headgate.errors import InputError
from headgate.ports import RowsScan
from headgate.spec import PanderaCheck

try:
    import pandera.pandas as pandera
    from pandera.config import ValidationDepth, config_context
    from pandera.errors import SchemaErrors, SchemaWarning
except ImportError as missing:
    _MSG = "a PanderaCheck must have pandera. Got none installed: pip install 'headgate[pandera]'."
    raise InputError(_MSG) from missing

_RAISED = ("check_error", "dataframe_check_error")
_NAMED = 5
_LONGEST = 200


class PanderaRunner:
    """`CheckRunner` of a pandera schema for pandas frames, every error gathered.

    A schema may be about the whole frame (uniqueness, order), so all rows are read into one: they have to fit into
    memory. Coercions of the schema happen on that frame and go no further.

    Whatever pandera's environment variables say, rows are looked at; rows that a schema would drop fail it, and what it
    only warns of is unmet, as a warning at most.
    """

    def __init__(self, check: PanderaCheck) -> None:
        self._check = check

    def run(self, rows: RowsScan) -> ExpectationResult:
        """Return unmet when the schema refuses the rows.

        Raises:
            InputError: The dotted path names no pandera schema.
            SnapshotDamagedError: A part isn't what was written.
        """
        schema = _schema_of(self._check.path)
        table = pa.concat_tables([cast("pa.Table", part) for part in rows.parts()])
        frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
        try:
            left, told = _validated(schema, frame)
        except SchemaErrors as errors:
            return self._refused(errors, frame)
        except Exception as error:  # noqa: BLE001 - whatever the user's own checks and parsers raise
            return broken(self._check.path, self._check.severity, f"{type(error).__name__}: {error}")
        if dropped := len(frame) - left:
            return self._dropped(dropped, len(frame))
        if told:
            severity = Severity.INFO if self._check.severity is Severity.INFO else Severity.WARNING
            return decided(self._check.path, severity, is_met=False, sentence=f"the schema warns: {_warned(told)}")
        said = f"all {len(frame):,} rows are of the schema"
        return decided(self._check.path, self._check.severity, is_met=True, sentence=said)

    def _dropped(self, dropped: int, rows: int) -> ExpectationResult:
        said = f"{dropped:,} of {rows:,} rows ({percent(dropped / rows)}) fail: the schema would drop them"
        return decided(
            self._check.path, self._check.severity, is_met=False, sentence=said, share=min(dropped / rows, 1.0)
        )

    def _refused(self, errors: SchemaErrors, frame: pd.DataFrame) -> ExpectationResult:
        check = self._check
        if raised := [e for e in errors.schema_errors if str(e.reason_code).rpartition(".")[2].lower() in _RAISED]:
            return broken(check.path, check.severity, str(raised[0]))
        cases = errors.failure_cases
        wrong = frame.index[frame.index.isin(cases["index"].dropna())]
        said = f"{len(wrong):,} of {len(frame):,} rows ({percent(len(wrong) / max(len(frame), 1))}) fail"
        return decided(
            check.path,
            check.severity,
            is_met=False,
            sentence=f"{said}: {_named(cases)}" if len(wrong) else f"the schema is not met: {_named(cases)}",
            share=len(wrong) / len(frame) if len(wrong) else None,
            samples=tuple(dict.fromkeys(map(text_of, cases["failure_case"])))[:SHOWN],
            shown=cast("list[dict[str, Any]]", frame.loc[wrong[:SHOWN]].to_dict("records")),
        )


def _validated(schema: Any, frame: pd.DataFrame) -> tuple[int, list[str]]:  # noqa: ANN401 - as `_schema_of` returns
    """Return how many rows the schema leaves, and what it warns of."""
    with (
        config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always", SchemaWarning)
        left = len(schema.validate(frame, lazy=True))
    return left, [str(one.message) for one in caught if issubclass(one.category, SchemaWarning)]


def _warned(told: list[str]) -> str:
    more = f", and {len(told) - 1:,} more" if len(told) > 1 else ""
    return " ".join(told[0].split())[:_LONGEST] + more


def _schema_of(path: str) -> Any:  # noqa: ANN401 - a schema, or a model's class
    found = load_object(path)
    is_model = isinstance(found, type) and issubclass(found, pandera.DataFrameModel)
    if is_model or isinstance(found, pandera.DataFrameSchema):
        return found
    msg = f"path of PanderaCheck must name a DataFrameSchema or DataFrameModel of pandera.pandas. Got {path}, "
    msg += f"a {type(found).__name__}, instead."
    raise InputError(msg)


def _named(cases: pd.DataFrame) -> str:
    """Return which checks failed, how often each: `load greater_than(0) (12), station not_nullable (1)`."""
    about = cases["column"].where(cases["column"].notna(), cases["failure_case"])  # a column that isn't there
    counts = Counter(zip(about.map(str), cases["check"].map(str), strict=True))
    named = [f"{column} {check} ({count:,})" for (column, check), count in counts.most_common(_NAMED)]
    return ", ".join(named) + (f" and {len(counts) - _NAMED} more" if len(counts) > _NAMED else "")
