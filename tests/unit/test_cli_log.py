"""`headgate log` and `headgate status`: bad input, and how logs are told."""

from __future__ import annotations

import sys
from datetime import timedelta
from io import StringIO

import pytest
from typer.testing import CliRunner, Result

from headgate.cli.commands import app
from headgate.cli.log import _data, _table
from headgate.cli.rich_tables import table_text
from headgate.cli.status_text import age, status_data, status_table, status_text
from headgate.core.promotion import foreign_entry
from headgate.core.terms import terms_of
from tests.unit.test_status import NOW, record, status
from tests.unit.test_terms import LOG


def run(*words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--mlflow", "http://127.0.0.1:9"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["log", "sales", "--at", "soon"], "--at must be an ISO date"),
        (["log", "sales", "--as-of", "2000-01-01T06:00"], "--as-of must say its time zone"),
        (["log", "sales", "--at", "2999-01-01"], "--at must not lie in the future"),
        (["log", "sales", "--at", "2000-01-01", "--as-of", "2000-01-01"], "Got both."),
        (["log", "a/b"], "model must be 1 to 100 letters"),
        (["status", "a b"], "model must be 1 to 100 letters"),
        (["status", "x" * 300], "model must be 1 to 100 letters"),
    ],
)
def test_bad_input_is_a_sentence_and_the_exit_code_2(words: list[str], said: str) -> None:
    done = run(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize("words", [["log", "sales"], ["status", "sales"], ["status"]])
def test_an_outage_is_a_sentence_and_the_exit_code_2(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    done = run(*words)
    assert (done.exit_code, done.stdout, "does not answer" in done.stderr) == (2, "", True)


def test_a_log_is_a_line_a_champion() -> None:
    head, first, second, third = _table(terms_of(LOG)).splitlines()
    assert head.split() == ["version", "from", "until", "as-of", "who", "verdict", "why"]
    assert first.split() == ["1", "2000-01-01", "00:00:01Z", "2000-01-01", "00:00:02Z", "2000-01-11", "ann", "better"]
    assert second.endswith("better; barred since version 4: better")
    assert third.split()[3:5] == ["now", "2000-01-11"]
    assert third.endswith("= version 1 again; better")


def test_void_and_foreign_versions_say_what_they_are() -> None:
    foreign = foreign_entry(version=5, at=LOG[0].at, model_id="", who="eve")
    lines = _table(terms_of([*LOG, foreign], every=True)).splitlines()
    assert lines[3].endswith("better; void: it was to follow version 1, and version 2 came first")
    assert lines[5].split(maxsplit=2) == [
        "5",
        "eve",
        "void: nobody promoted it: the version was made or changed by hand",
    ]


def test_a_term_as_data_says_what_it_is() -> None:
    terms = terms_of(LOG, every=True)
    assert [_data(term)["effective"] for term in terms] == [True, True, False, True]
    last = _data(terms[3])
    assert (last["version"], last["again"], last["until"], last["from"]) == (
        "4",
        "1",
        None,
        terms[3].entry.at.isoformat(),
    )
    assert _data(terms[1])["barred"].startswith("the fit of version 2 is barred")


def test_one_model_is_a_block_with_what_needs_a_person() -> None:
    found = status(record(1, status="FAILED", reason="bad \x1b[31mdata", as_of="2000-01-01T00:00:00+00:00"))
    lines = status_text(found, now=NOW).splitlines()
    assert lines[0] == "sales"
    assert (
        lines[1]
        == "  champion  version 4 (= version 1 again), as-of 2000-01-11, 26 years old; since 2000-01-01 00:00Z by ann"
    )
    assert lines[2].startswith("  previous  version 2, as-of 2000-01-21")
    assert lines[3] == "  last run  as-of 2000-01-01, 2025-12-31 22:01Z, FAILED: bad \\x1b[31mdata"
    assert lines[4] == "  ! the last run, dag|1|sales, failed: bad \\x1b[31mdata"
    assert lines[5].startswith("  note: the fit of version 2 is barred")


def test_a_model_without_champion_or_run_says_so() -> None:
    lines = status_text(status(entries=False), now=NOW).splitlines()
    assert lines[1:] == ["  champion  nobody: nothing was promoted yet", "  last run  none"]


def test_runs_that_go_on_are_told_beside_the_last_one() -> None:
    both = status(record(1, status="RUNNING"), record(2, status="RUNNING", started=NOW))
    assert status_text(both, now=NOW).count("  running   dag|1|sales") == 1


def test_several_models_are_a_table_and_their_needs() -> None:
    found = [status(record(1, status="FAILED", reason="why")), status(entries=False)]
    head, first, second, need = status_table(found, now=NOW).splitlines()
    assert head.split()[:4] == ["model", "champion", "as-of", "age"]
    assert first.split()[:5] == ["sales", "4", "2000-01-11", "26", "years"]
    assert first.split()[-2:] == ["FAILED", "1"]
    assert second.split() == ["sales", "none"]
    assert need == "! sales: the last run, dag|1|sales, failed: why"


def test_status_as_data_says_the_same() -> None:
    data = status_data(
        status(record(1, verdict="PASS", as_of="2000-01-01T00:00:00+00:00"), record(2, status="RUNNING"))
    )
    assert (data["champion"]["version"], data["champion"]["again"], data["previous"]["version"]) == ("4", "1", "2")
    assert (data["last_run"]["mlflow_run"], data["running"][0]["ended"], data["needs"]) == ("run-2", None, [])
    assert status_data(status(entries=False))["champion"] is None


@pytest.mark.parametrize(
    ("days", "said"), [(-1, "0 days"), (0, "0 days"), (1, "1 day"), (729, "729 days"), (730, "2 years")]
)
def test_an_age_is_told_in_days_and_then_in_years(days: int, said: str) -> None:
    assert age(timedelta(days=days)) == said


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_table_of_its_width_and_values_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    for name, value in {"COLUMNS": "40", "TERM": "xterm", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    rows = [("1", "[red]a reason[/red] \x1b[31mthat is longer than a line")]
    text = table_text(("version", "why"), rows, numbers={"version"}).replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert "\x1b" not in text
    assert all(len(line) <= 40 for line in text.splitlines())
    assert "1   [red]a reason[/red]" in text
    assert "\\x1b[31mthat is" in text


def test_a_pipe_gets_whole_values() -> None:
    assert table_text(("a", "b"), [("1", "x" * 200)]) == f"a  b\n1  {'x' * 200}"
