"""Checks by a pandera schema."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

import pandas as pd
import pyarrow as pa

from headgate.adapters.dotted_paths import load_object
from headgate.core.checks import SHOWN, broken, decided
from headgate.core.quarantine import percent
from headgate.core.sentences import text_of
from headgate.core.validation import ExpectationResult
from headgate.errors import InputError
from headgate.ports import RowsScan
from headgate.spec import PanderaCheck

try:
    import pandera.pandas as pandera
    from pandera.errors import SchemaErrors
except ImportError as missing:
    _MSG = "a PanderaCheck must have pandera. Got none installed: pip install 'headgate[pandera]'."
    raise InputError(_MSG) from missing

_RAISED = ("check_error", "dataframe_check_error")
_NAMED = 5


class PanderaRunner:
    """`CheckRunner` of a pandera schema for pandas frames, every error gathered.

    A schema may be about the whole frame (uniqueness, order), so all rows are read into one: they have to fit into
    memory. Coercions of the schema happen on that frame and go no further.
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
            schema.validate(frame, lazy=True)
        except SchemaErrors as errors:
            return self._refused(errors, frame)
        except Exception as error:  # noqa: BLE001 - whatever the user's own checks and parsers raise
            return broken(self._check.path, self._check.severity, f"{type(error).__name__}: {error}")
        said = f"all {len(frame):,} rows are of the schema"
        return decided(self._check.path, self._check.severity, is_met=True, sentence=said)

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
