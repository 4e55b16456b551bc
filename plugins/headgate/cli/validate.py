"""`headgate validate`: nothing is imported here that a hundred rows would have to wait for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.adapters.suite_files import load_suite
from headgate.cli.data_files import require_files
from headgate.cli.refusals import REFUSED, told
from headgate.cli.validation_text import json_text, report_text
from headgate.core.validation import ValidationReport, judge_validation
from headgate.core.verdict import Outcome
from headgate.errors import StoreError
from headgate.steps.suites import LazyEngine, run_suite

if TYPE_CHECKING:
    from headgate.adapters.duckdb_suites import DataFiles, DuckdbSuites
    from headgate.core.suite import Suite
    from headgate.ports.rows import SuiteRunner

EXIT_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.UNDECIDED: REFUSED}


def validate(arguments: Sequence[str]) -> int:
    """Run the command with these arguments; return its exit code: 0 pass, 1 fail, 2 bad input or a broken suite."""
    options = _parser().parse_args(list(arguments))
    with told():
        return _explained(options) if options.explain else _validated(options)


def _explained(options: argparse.Namespace) -> int:
    suite, files = load_suite(options.suite), _files(options)
    sys.stdout.write(f"{_compiled(options).explain(suite.expectations, files)}\n")
    return 0


def _validated(options: argparse.Namespace) -> int:
    suite, files = load_suite(options.suite), _files(options)
    results = run_suite(suite, files, engines=_engines(options))
    report = ValidationReport(suite=suite.name, snapshot="", rows=files.num_rows, results=results)
    verdict = judge_validation(report)
    if options.html:
        _write(options.html, _page(report, suite, files))
    text = json_text(report, verdict) if options.json else report_text(report, verdict, in_colour=sys.stdout.isatty())
    sys.stdout.write(f"{text}\n")
    return EXIT_CODES[verdict.outcome]


def _files(options: argparse.Namespace) -> DataFiles:
    from headgate.adapters.duckdb_suites import DataFiles

    return DataFiles(*require_files(options.data))


def _engines(options: argparse.Namespace) -> Sequence[SuiteRunner]:
    great_expectations = LazyEngine("gx", _great_expectations, takes_all=True)
    return (great_expectations,) if options.engine == "gx" else (_compiled(options), great_expectations)


def _compiled(options: argparse.Namespace) -> DuckdbSuites:
    from headgate.adapters.duckdb_suites import DuckdbSuites

    return DuckdbSuites(memory_limit=options.memory)


def _great_expectations() -> SuiteRunner:
    from headgate.adapters.gx_suites import GxSuites

    return GxSuites()


def _page(report: ValidationReport, suite: Suite, files: DataFiles) -> str:
    from headgate.adapters.plotly_pages import PlotlyPages
    from headgate.adapters.pyarrow_profiler import ArrowProfiler

    profiler = ArrowProfiler()
    statistics = profiler.merge([profiler.profile(part) for part in files.parts()])
    return PlotlyPages().validation(report, statistics, suite=suite)


def _write(path: str, html: str) -> None:
    try:
        Path(path).write_text(html, encoding="utf-8")
    except OSError as error:
        msg = f"--html must be a file that can be written. Got {path!r} instead: {error.strerror}."
        raise StoreError(msg) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="headgate validate",
        description="Check Parquet or CSV files against a suite, and say what is wrong.",
        epilog="Exit codes: 0 the data passes, 1 it fails, 2 bad input, or an expectation that could not be evaluated.",
    )
    parser.add_argument("suite", metavar="SUITE", help="a Great Expectations suite: a JSON file, or a dotted path")
    parser.add_argument("data", metavar="DATA", help="a Parquet or CSV file, a folder of them, or a quoted pattern")
    parser.add_argument(
        "--engine",
        choices=("headgate", "gx"),
        default="headgate",
        help="headgate compiles the suite to one scan, and leaves what it can't compile to gx; default: %(default)s",
    )
    parser.add_argument("--explain", action="store_true", help="print the SQL, and read no rows")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--html", metavar="FILE", help="write the report as a page, too")
    parser.add_argument("--memory", metavar="SIZE", help="most memory for the data, such as 512MB; the rest is spilled")
    return parser
