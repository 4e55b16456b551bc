from __future__ import annotations

from dataclasses import replace

from headgate.core.verdict import Outcome
from headgate.core.verdict_table import WIDTH, verdict_lines
from tests.unit.verdicts import BETTER, FAILED, LIMIT, WORSE, judgement, of_slices, verdict


def test_a_table_has_each_gate_with_its_numbers_and_reason_and_the_decision_last() -> None:
    assert verdict_lines(verdict(judgement(Outcome.PASS, LIMIT, BETTER))) == [
        "gate           verdict  found                    asked                     rows",
        "AtMost(mae)    PASS     0.31                     limit 0.6",
        "    mae 0.31 is at most 0.6",
        "BetterBy(mae)  PASS     +0.04 (+0.012 to +0.07)  more than the margin 0.0    52",
        "    mae 0.31 against 0.35 of version 4: better",
        "decision: The candidate takes the place of the champion, version 4: 2 gates passed.",
    ]


def test_parts_stand_below_their_gate_and_notes_before_the_decision() -> None:
    lines = verdict_lines(verdict(FAILED))
    at = next(place for place, line in enumerate(lines) if line.startswith("EverySlice(season)"))
    assert "FAIL" in lines[at]
    assert lines[at + 2].startswith("  NoWorseThan(mae, season=summer)")
    assert "-0.1 (-0.16 to -0.04)" in lines[at + 2]
    assert lines[-3] == "note: corrected for 4 comparisons that could shut the door (Holm)"
    assert lines[-2].startswith("decision: The champion, version 4, stays")


def test_every_line_fits_a_narrow_screen_whatever_gates_are_called() -> None:
    long = replace(WORSE, gate="BetterBy(" + "x" * 200 + ")", reason="because " * 100)
    lines = verdict_lines(verdict(judgement(Outcome.FAIL, long, replace(LIMIT, reason="y" * 300))))
    assert max(len(line) for line in lines) <= WIDTH + 20


def test_a_warning_says_that_it_only_warns() -> None:
    lines = verdict_lines(verdict(judgement(Outcome.PASS, LIMIT, replace(WORSE, warn_only=True))))
    assert any("FAIL (warns)" in line for line in lines)


def test_of_very_many_slices_those_that_passed_are_left_out() -> None:
    few, many = of_slices(*(f"s={n}" for n in range(39))), of_slices(*(f"s={n}" for n in range(41)))
    passed = replace(many.verdicts[0].parts[0], outcome=Outcome.PASS, gate="passed")
    many = replace(many, verdicts=(replace(many.verdicts[0], parts=(passed, *many.verdicts[0].parts)),))
    assert any("s=38" in line for line in verdict_lines(verdict(few)))
    assert not any(line.strip().startswith("passed") for line in verdict_lines(verdict(many)))
    assert any("s=40" in line for line in verdict_lines(verdict(many)))
