"""What a snapshot must be like before anything is trained on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from headgate.core.drift import Drift
from headgate.core.quarantine import Quarantine, percent
from headgate.core.validation import Severity
from headgate.errors import InputError
from headgate.spec.checks import require_columns, require_dotted, require_kind, require_text


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlCheck:
    """A check in SQL (DuckDB's) over the snapshot, as the table `rows`: it selects the rows that are wrong.

    Args:
        name: What it is called in reports.
        sql: Such as `SELECT * FROM rows WHERE load < 0`. A query that returns no rows is met.
        severity: What an unmet one means.
    """

    name: str
    sql: str
    severity: Severity = Severity.CRITICAL

    def __post_init__(self) -> None:
        require_text("name of SqlCheck", self.name)
        require_text("sql of SqlCheck", self.sql)
        object.__setattr__(self, "severity", _severity("SqlCheck", self.severity))

    @property
    def title(self) -> str:
        """What reports call it."""
        return self.name


@dataclass(frozen=True, slots=True)
class FunctionCheck:
    """A check by a function over batches: `check(batch: DataFrame) -> Series of bool`, true for rows that are right.

    Args:
        path: Dotted path of the function.
        severity: What an unmet one means.
        mostly: Least share of rows that must be right, 0 to 1.
        columns: Columns that it is given; all when `None`.
    """

    path: str
    severity: Severity = Severity.CRITICAL
    mostly: float = 1.0
    columns: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        require_dotted("path of FunctionCheck", self.path)
        object.__setattr__(self, "severity", _severity("FunctionCheck", self.severity))
        if isinstance(self.mostly, bool) or not isinstance(self.mostly, int | float) or not 0 <= self.mostly <= 1:
            msg = f"mostly of FunctionCheck must be a number in [0, 1]. Got {self.mostly!r} instead."
            raise InputError(msg)
        require_columns("columns of FunctionCheck", self.columns)

    @property
    def title(self) -> str:
        """What reports call it."""
        return self.path


@dataclass(frozen=True, slots=True)
class PanderaCheck:
    """A pandera schema for pandas frames. Needs the extra `headgate[pandera]`.

    Args:
        path: Dotted path of a `DataFrameSchema` or `DataFrameModel`.
        severity: What an unmet one means.
    """

    path: str
    severity: Severity = Severity.CRITICAL

    def __post_init__(self) -> None:
        require_dotted("path of PanderaCheck", self.path)
        object.__setattr__(self, "severity", _severity("PanderaCheck", self.severity))

    @property
    def title(self) -> str:
        """What reports call it."""
        return self.path


def _severity(check: str, given: object) -> Severity:
    try:
        return Severity(given)  # type: ignore[arg-type]  # what isn't one raises
    except ValueError as error:
        msg = f"severity of {check} must be one of {', '.join(Severity)}. Got {given!r} instead."
        raise InputError(msg) from error


Check = SqlCheck | FunctionCheck | PanderaCheck
"""Any of the custom checks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """Everything that validation asks of a snapshot.

    Args:
        suite: A Great Expectations suite: path of its JSON, or dotted path of a function that builds it.
        max_warnings: Most unmet `warning` results that may pass; any number when `None`.
        checks: Custom checks.
        drift: Limits on what may have moved since the champion's snapshot; not measured when `None`.
        quarantine: Rows that fail are set aside; none are when `None`.
        data_docs: Keep Great Expectations' own page too (needs its import, and a second look at the rows).
    """

    suite: str
    max_warnings: int | None = None
    checks: tuple[Check, ...] = field(default_factory=tuple)
    drift: Drift | None = None
    quarantine: Quarantine | None = None
    data_docs: bool = False

    def __post_init__(self) -> None:
        require_text("expectations.suite", self.suite)
        if self.max_warnings is not None and (type(self.max_warnings) is not int or self.max_warnings < 0):
            msg = f"expectations.max_warnings must be a whole number >= 0, or None. Got {self.max_warnings!r} instead."
            raise InputError(msg)
        require_kind("expectations.checks", self.checks, tuple | list, "a tuple of checks")
        object.__setattr__(self, "checks", tuple(self.checks))
        for check in self.checks:
            require_kind("expectations.checks", check, Check, 'checks such as SqlCheck(name="...", sql="...")')
        if self.drift is not None:
            require_kind("expectations.drift", self.drift, Drift, "Drift(...), or None")
        if self.quarantine is not None:
            require_kind("expectations.quarantine", self.quarantine, Quarantine, "Quarantine(max_share=...), or None")

    @property
    def said(self) -> tuple[str, ...]:
        """What is asked, each in a few words of Markdown."""
        lines = [f"expectations `{self.suite}`"]
        if self.max_warnings is not None:
            lines.append(f"at most {self.max_warnings:,} unmet warnings may pass")
        lines += [f"{check.severity} check `{check.title}`" for check in self.checks]
        if self.drift is not None:
            lines.append(f"drift against what the champion learned from; a crossed limit is {self.drift.severity}")
        if self.quarantine is not None:
            lines.append(f"rows that fail are set aside, {_most(self.quarantine)}")
        return tuple(lines)


def _most(limits: Quarantine) -> str:
    within = limits.max_share if limits.max_slice_share is None else limits.max_slice_share
    slices = f", and {percent(within)} in any slice of {', '.join(limits.slices)}" if limits.slices else ""
    return f"at most {percent(limits.max_share)} of them in either window{slices}"
