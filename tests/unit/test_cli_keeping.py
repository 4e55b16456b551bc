"""What `headgate audit` and `headgate prune` show to a person at a terminal."""

from __future__ import annotations

import io
import sys

import pytest

from headgate.cli.audit import audit_text
from headgate.cli.prune import _applied
from headgate.core.audit import AuditReport
from headgate.core.irregularity import Irregularity, Kind
from headgate.core.prune_actions import DeleteRun, PrunePlan
from headgate.core.prune_text import prune_counts, prune_items, prune_lines
from headgate.core.retention import plan_prune
from headgate.core.retention_rule import Retention
from headgate.steps.prune import PrunePorts
from headgate.testing.fake_ledger import FakeRunLedger
from tests.unit.ledgers import NOW
from tests.unit.retained import promoted
from tests.unit.world import World

RULE = Retention(keep_promotions=2)


def report(*found: Irregularity) -> AuditReport:
    return AuditReport(model="co2", runs=1, models=1, versions=1, snapshots=None, found=found)


def test_a_finding_is_coloured_at_a_terminal_and_shows_no_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    wrong = Irregularity.wrong(Kind.FOREIGN, "co2", said="it's \x1b[31mtheirs", remedy="adopt it")
    note = Irregularity.note(Kind.VOID, "versions 2", said="one is void")
    lines = audit_text(report(wrong, note), is_terminal=True).splitlines()
    assert lines[0] == "co2: 0 duplicates, 0 lost, 0 half-written, 0 aliases that differ, 1 foreign"
    assert lines[2:] == [
        *("", "\x1b[31mwrong\x1b[0m foreign: it's \\x1b[31mtheirs", "      adopt it"),
        *("", "\x1b[33mnote \x1b[0m void: one is void"),
    ]


def test_a_prune_is_told_in_words_and_in_data() -> None:
    plan = plan_prune(promoted(4), RULE, now=NOW)
    assert prune_lines(plan, RULE, done=True) == (
        "co2: what is older than 90 days, and not of the last 2 promotions is gone",
        "  2 MLflow runs and 2 logged models; 'mlflow gc' frees their files",
        "  2 snapshots, 2 parts, 0 drafts: 2.0 kB",
        "  2 versions marked as pruned; none is deleted",
    )
    assert prune_counts(plan)["bytes"] == plan.size == 2040
    assert [item["what"] for item in prune_items(plan)] == [
        *("version", "version", "run", "run", "model", "model", "manifest", "manifest"),
        *("sketch", "part", "sketch", "part"),
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_person_sees_how_far_a_prune_is(monkeypatch: pytest.MonkeyPatch) -> None:
    world, terminal = World(), Terminal()
    tracked = world.validated().tracked
    monkeypatch.setattr(sys, "stderr", terminal)
    ports = PrunePorts(ledger=FakeRunLedger(world.tracker), log=world.log, store=world.store)
    plan = PrunePlan(model="sales", actions=(DeleteRun(mlflow_run=tracked.mlflow_run, why="old"),))
    assert _applied(plan, ports) == ()
    assert world.tracker.runs[tracked.mlflow_run].deleted
    assert "100%" in terminal.getvalue()
