from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from headgate.adapters.plotly_pages import PlotlyPages
from headgate.core.about import About
from headgate.core.approval import Approved, Awaited
from headgate.core.card import Card, Made, Section, card_of_version
from headgate.core.card_text import LONGEST, WHOLE, description_of, markdown_of
from headgate.core.evaluation import Measure
from headgate.core.model_card import again_of, card_of
from headgate.core.promotion import Entry, LogEntry
from headgate.core.validation import ValidationSummary
from headgate.core.verdict import Outcome
from headgate.core.verdict_record import VerdictRecord
from headgate.errors import InputError
from tests.unit.page_reader import Reader
from tests.unit.validation_pages import EVIL
from tests.unit.verdicts import (
    CANDIDATE,
    EVALUATION,
    FAILED,
    LIMIT,
    NO_BASELINE,
    PASSED,
    judgement,
    of_slices,
    record,
)

ABOUT = About(purpose="Plans the station.", owner="climate@example.org", limits="Not for daily values.")
MADE = Made(version="5", who="ada", about=ABOUT, fit={"Built by": "include.co2.model:build", "Params": "alpha=1.0"})
NOW = datetime(2026, 11, 28, 2, 30, tzinfo=UTC)


def card(told: VerdictRecord | None = None, made: Made = MADE) -> Card:
    return card_of_version(told or record(), made)


def section(title: str, of: Card) -> Section:
    return next(one for one in of.sections if one.title == title)


def test_a_card_has_every_section_in_the_order_in_which_people_read() -> None:
    assert [one.title for one in card(record(FAILED)).sections] == [
        "Purpose and owner",
        "Data",
        "Validation of the data",
        "Metrics",
        "Slices",
        "Gates",
        "Limits",
        "Costs and other measurements",
        "Lineage",
        "Approvals",
        "How to reproduce it",
    ]


def test_a_card_says_which_version_it_is_and_why_it_was_promoted() -> None:
    found = card()
    assert found.title == "co2_weekly, version 5"
    assert found.lead == "The candidate takes the place of the champion, version 4: 2 gates passed."
    assert section("How to reproduce it", found).command == "headgate reproduce co2_weekly@5"


def test_purpose_owner_and_limits_are_the_owners_words() -> None:
    purpose = section("Purpose and owner", card())
    assert (purpose.words, purpose.facts) == (("Plans the station.",), (("Owner", "climate@example.org"),))
    assert section("Limits", card()).words == ("Not for daily values.",)
    silent = section("Purpose and owner", card(made=Made(version="1", who="ada")))
    assert "Nobody said: give the pipeline about=About(" in silent.words[0]


def test_data_and_lineage_say_where_everything_is_found() -> None:
    data = dict(section("Data", card()).facts)
    assert data["Training window"] == "[1988-12-04, 1998-12-04), 520 rows"
    assert data["Snapshot"] == "5e" * 32
    lineage = dict(section("Lineage", card(record(reason="June's prices"))).facts)
    assert lineage["Logged model"] == "m-7e1"
    assert lineage["Promoted by"] == "ada"
    assert lineage["Takes the place of"] == "version 4, m-4d2"
    assert lineage["Why the run was started"] == "June's prices"
    assert lineage["Built by"] == "include.co2.model:build"
    assert dict(section("Lineage", card(record(champion=None))).facts)["Takes the place of"] == "nobody"


def test_metrics_and_slices_come_with_the_ranges_that_gates_computed() -> None:
    found = card(record(FAILED))
    assert section("Metrics", found).rows == (("mae", "lower", "0.31", "0.35", "+0.04", "-0.012 to +0.09", "52"),)
    slices = section("Slices", found).rows
    assert slices[0] == ("season=summer", "mae", "0.4", "0.36", "-0.04", "-0.16 to -0.04", "13", "worse than allowed")
    assert slices[1] == ("season=winter", "mae", "", "", "+0.06", "+0.02 to +0.11", "13", "not worse than allowed")
    only = replace(EVALUATION, measures=(Measure(metric="odd", slice="a=b", rows=3, candidate=1.0, baseline=None),))
    assert section("Slices", card(record(evaluation=only))).rows == (("a=b", "odd", "1", "", "", "", "3", ""),)


def test_without_measures_there_are_no_tables_of_them() -> None:
    told = judgement(Outcome.PASS, LIMIT)
    titles = {one.title for one in card(record(told, evaluation=None)).sections}
    assert not titles & {"Metrics", "Slices", "Costs and other measurements"}
    bare = record(candidate=replace(CANDIDATE, validation=None))
    assert "Validation of the data" not in {one.title for one in card(bare).sections}


def test_gates_are_told_with_their_parts_and_how_they_were_corrected() -> None:
    gates = section("Gates", card(record(FAILED)))
    assert gates.rows[0] == ("AtMost(mae)", "passed", "mae 0.31 is at most 0.6")
    assert gates.rows[2][:2] == ("EverySlice(season)", "failed")
    assert gates.rows[3][:2] == ("NoWorseThan(mae, season=summer)", "failed")
    assert gates.words == ("corrected for 4 comparisons that could shut the door (Holm)",)
    first = card(record(judgement(Outcome.PASS, LIMIT, NO_BASELINE), champion=None))
    assert section("Gates", first).rows[1][1] == "not asked"
    assert len(section("Gates", card(record(of_slices(*map(str, range(99)))))).rows) == 60


def test_limits_say_what_did_not_pass_and_what_was_overridden() -> None:
    items = section("Limits", card(record(FAILED, override="promote_older"))).items
    assert items[0] == "It was judged on [1998-12-04, 1999-12-04): what came later, nobody knows."
    assert any(item.startswith("NoWorseThan(mae, season=summer): ") for item in items)
    assert not any(item.startswith("AtMost") for item in items)
    assert items[-1].startswith("It was promoted by the override promote_older: ")
    first = record(judgement(Outcome.PASS, LIMIT, NO_BASELINE), champion=None)
    assert len(section("Limits", card(first)).items) == 1


def test_costs_have_units() -> None:
    rows = section("Costs and other measurements", card()).rows
    assert rows[0] == ("latency row p99", "1.25 ms", "1 ms", "")
    assert rows[2] == ("memory", "", "", "the process was killed")


def test_approvals_say_who_when_and_why() -> None:
    assert "nobody was asked" in section("Approvals", card()).words[0]
    asked = record(
        FAILED,
        awaits=Awaited(reason="EverySlice(season) failed: people decide"),
        approvals=(Approved(who="ada", at=NOW, why="winter matters"),),
    )
    approvals = section("Approvals", card(asked))
    assert approvals.words == ("Asked because: EverySlice(season) failed: people decide.",)
    assert approvals.items == ("ada, 2026-11-28 02:30 UTC: winter matters",)


def test_the_markdown_holds_headings_lists_tables_and_the_command() -> None:
    text = markdown_of(card(record(FAILED)))
    assert text.startswith("# co2_weekly, version 5\n\n")
    assert "## Metrics\n\nOn the whole holdout, against version 4." in text
    assert "| mae | lower | 0.31 | 0.35 | +0.04 | -0.012 to +0.09 | 52 |" in text
    assert "* **Owner**: climate@example.org" in text
    assert text.endswith("```\nheadgate reproduce co2_weekly@5\n```\n")


def test_a_description_is_the_card_in_short_and_says_where_the_whole_one_is() -> None:
    text = description_of(card(record(FAILED)))
    assert text.startswith("The champion, version 4, stays")
    assert text.endswith(WHOLE)
    assert "### Metrics" in text
    assert "| and 52 more |  |  |" in description_of(card(record(of_slices(*map(str, range(60))))))


@pytest.mark.parametrize("length", [10, 300, 20_000])
def test_a_description_fits_what_mlflow_keeps_and_the_purpose_stays(length: int) -> None:
    long = ValidationSummary(state="PASS", warnings=("w" * length,) * 12)
    told = record(of_slices(*(f"{'s' * length}{n}" for n in range(40))), candidate=replace(CANDIDATE, validation=long))
    text = description_of(card(told))
    assert len(text) <= LONGEST
    assert "Plans the station." in text
    assert "headgate reproduce co2_weekly@5" in text


def test_a_description_of_nothing_but_long_words_is_cut() -> None:
    about = About(purpose="p" * 2000, limits="l" * 2000, owner="o" * 2000)
    assert len(description_of(card(made=replace(MADE, about=about)))) <= LONGEST


def test_what_people_wrote_is_no_markup_in_a_table() -> None:
    told = replace(judgement(Outcome.PASS, replace(LIMIT, reason="a | b\n<i>c</i>")), notes=("*n*",))
    assert "| AtMost(mae) | passed | a \\| b \\<i\\>c\\</i\\> |" in markdown_of(card(record(told)))


def test_the_page_of_a_card_says_the_same_and_runs_nothing() -> None:
    about = About(purpose=EVIL, owner=EVIL, limits=EVIL)
    made = Made(version=EVIL, who=EVIL, about=about, fit={EVIL: EVIL})
    html = PlotlyPages().card(card_of_version(record(FAILED, reason=EVIL), made))
    assert "<script" not in html
    page = Reader(html)
    for said in (EVIL, "Purpose and owner", "-0.16 to -0.04", "worse than allowed", "How to reproduce it"):
        assert said in page.text
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


@pytest.mark.parametrize(
    ("field", "value", "got"),
    [("purpose", None, "None"), ("owner", 1, "1"), ("limits", "x" * 2001, "2,001 characters")],
)
def test_what_an_owner_says_is_text_of_some_length(field: str, value: Any, got: str) -> None:
    with pytest.raises(InputError, match=rf"{field} of an About must be text of 2,000 characters at most\. Got {got}"):
        About(**{field: value})
    assert About(limits="x" * 2000).limits == "x" * 2000


def entry(**change: Any) -> LogEntry:
    told: dict[str, Any] = {"key": "k", "expected_head": 4, "model_id": "m", "who": "ada", "reason": "better"}
    return LogEntry(version=5, at=NOW, entry=Entry(as_of=NOW, **{**told, **change}))


def test_a_versions_own_description_goes_before_what_its_tags_say() -> None:
    assert card_of(entry(description="### Purpose").entry) == "### Purpose"
    assert card_of(entry().entry) == "better"
    assert len(card_of(entry(description="x" * 9000).entry)) == LONGEST
    assert entry(description="a") == entry(description="b")


def test_a_version_that_is_an_earlier_one_again_says_why_then_what_that_one_said() -> None:
    told = again_of("off by *ten*", entry(description="### Purpose"))
    assert told == "off by \\*ten\\*\n\nVersion 5 again, of which it was said:\n\n### Purpose"


def test_promoted_twice_says_the_same() -> None:
    assert card(record(PASSED)) == card(record(PASSED))
