"""What two say of the same rows, versions by name, and what is told of a reproduction."""

from __future__ import annotations

import math
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from headgate.cli.commands import app
from headgate.cli.reproduce_text import reproduction_data, reproduction_text
from headgate.core.promotion import foreign_entry
from headgate.core.reproduction import (
    RECORDED,
    REFIT,
    REGISTERED,
    SHOWN,
    Answer,
    Compared,
    Reproduction,
    compare_rows,
)
from headgate.core.surroundings import Difference, Surroundings, differences_between
from headgate.core.version_names import named_version, require_version
from headgate.errors import InputError
from tests.unit.test_terms import LOG

NAMES = (REFIT, REGISTERED)


def compare(ours: list[Any], theirs: list[Any], **more: Any) -> Compared:
    return compare_rows(ours, theirs, names=NAMES, **more)


def found(*compared: Compared, **more: Any) -> Reproduction:
    given = {
        "model": "co2",
        "version": "3",
        "key": "co2|2000-01-01|co2",
        "mlflow_run": "run-1",
        "model_id": "m-1",
        "snapshot": "ab" * 32,
        "recipe": "include.co2.model:build(alpha=0.1), seed 0",
        "training_rows": 522,
        "seconds": 1.25,
        **more,
    }
    return Reproduction(compared=compared, **given)


def test_the_rows_furthest_apart_are_shown() -> None:
    found = compare([0.0] * 9, [float(n) for n in range(9)], times=[f"day {n}" for n in range(9)])
    assert (found.rows, found.differ, found.greatest, found.mean) == (9, 8, 8.0, 4.0)
    assert [row.row for row in found.shown] == [8, 7, 6, 5, 4]
    assert (len(found.shown), found.shown[0].at, found.shown[0].theirs) == (SHOWN, "day 8", "8.0")


@pytest.mark.parametrize(("tolerance", "differ"), [(0.0, 1), (0.4, 1), (0.5, 0), (0.6, 0)])
def test_a_difference_of_the_tolerance_is_none(tolerance: float, differ: int) -> None:
    assert compare([1.0, 2.5], [1.0, 2.0], tolerance=tolerance).differ == differ


def test_not_a_number_is_like_itself_and_like_no_number() -> None:
    assert compare([math.nan, math.inf], [math.nan, math.inf]).is_same
    odd = compare([math.nan, math.inf, 1.0], [0.0, -math.inf, 1.5], tolerance=100.0)
    assert (odd.differ, odd.greatest) == (2, 0.5)


def test_classes_can_not_be_subtracted() -> None:
    odd = compare(["yes", "no", None], ["no", "no", "no"])
    assert (odd.differ, odd.greatest, odd.mean) == (2, None, None)


def test_rows_that_only_one_has_differ() -> None:
    assert (compare([1.0, 2.0], [1.0]).rows, compare([1.0, 2.0], [1.0]).differ) == (2, 1)
    assert compare([], [], times=()).is_same


def test_one_ulp_is_a_difference() -> None:
    assert compare([0.1 + 0.2], [0.3]).differ == 1


def test_an_answer_takes_a_refit_that_was_compared() -> None:
    assert found().answer is Answer.UNTRIED
    assert found(compare_rows([1.0], [1.0], names=(REGISTERED, RECORDED))).answer is Answer.UNTRIED
    assert found(compare([1.0], [1.0])).answer is Answer.REPRODUCED
    assert found(compare([1.0], [2.0])).answer is Answer.DIFFERS
    assert found(compare([1.0], [1.0]), flaws=("it was changed",)).answer is Answer.DIFFERS


def test_differences_are_told_code_first() -> None:
    then = Surroundings(sources={"shop": "a" * 64, "gone": "c" * 64}, facts={"python": "3.12", "git_commit": "1"})
    now = Surroundings(sources={"shop": "b" * 64, "new": "d" * 64}, facts={"python": "3.12", "skops": "1"})
    assert [str(one) for one in differences_between(then, now)] == [
        "code of shop: aaaaaaaa then, bbbbbbbb now",
        "code of gone: cccccccc then, none now",
        "git_commit: 1 then, none now",
        "skops: none then, 1 now",
    ]
    assert differences_between(then, then) == ()


def test_a_person_reads_what_differs_and_the_answer_last() -> None:
    other = Difference(what="numpy", then="2.3.0", now="2.4.0")
    text = reproduction_text(
        found(compare([1.0, 2.0], [1.0, 2.5], times=["d0", "d1\x1b[31m"]), differences=(other,), notes=("a note",))
    )
    assert text.splitlines() == [
        "version 3 of co2, by co2|2000-01-01|co2: include.co2.model:build(alpha=0.1), seed 0",
        "fitted again in 1.2 s, on the 522 rows of the training window of snapshot abababababab",
        "",
        "row by row  against               of each row  rows  differ  greatest  mean",
        "the refit   the registered model  prediction      2       1       0.5  0.25",
        "",
        "prediction, the rows furthest apart:",
        "row  at          the refit  the registered model",
        "  1  d1\\x1b[31m        2.0                   2.5",
        "",
        "another way here: numpy: 2.3.0 then, 2.4.0 now",
        "note: a note",
        "differs: 1 of 2 rows, the refit against the registered model",
    ]


def test_what_can_not_be_tried_says_why() -> None:
    lines = reproduction_text(found(seconds=None, obstacles=("part 00 is missing",))).splitlines()
    assert lines[1:] == [
        "not fitted again; it was fitted on snapshot abababababab",
        "",
        "can't be tried: part 00 is missing",
    ]


def test_a_program_reads_the_same() -> None:
    data = reproduction_data(found(compare([1.0], [2.0])))
    assert (data["answer"], data["compared"][0]["greatest"], data["compared"][0]["shown"][0]["ours"]) == (
        "differs",
        1.0,
        "1.0",
    )


@pytest.mark.parametrize("text", ["co2", "co2@", "@3", "co2@v3", "co2@-1", "co2@³", "co2@latest", ""])
def test_a_version_is_named_in_one_way(text: str) -> None:
    with pytest.raises(InputError, match="named as MODEL@VERSION"):
        named_version(text)


def test_names_of_versions() -> None:
    assert named_version("a.b-c@champion") == ("a.b-c", "champion")
    assert [require_version(LOG, "sales", name).version for name in ("champion", "previous", "1", "3")] == [4, 2, 1, 3]


@pytest.mark.parametrize(
    ("version", "said"), [("9", "Got version 9 instead; there are: 1, 2, 3, 4"), ("0", "Got version 0 instead")]
)
def test_a_version_that_is_not_there_names_those_that_are(version: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        require_version(LOG, "sales", version)


@pytest.mark.parametrize("version", ["champion", "1"])
def test_nothing_promoted_is_no_version(version: str) -> None:
    with pytest.raises(InputError, match="nothing was promoted yet"):
        require_version((), "sales", version)


def test_there_may_be_no_previous_champion() -> None:
    with pytest.raises(InputError, match="no previous champion yet"):
        require_version(LOG[:1], "sales", "previous")


def test_a_version_that_was_made_by_hand_has_no_recipe() -> None:
    foreign = foreign_entry(version=1, at=LOG[0].at, model_id="", who="eve")
    with pytest.raises(InputError, match="somebody made by hand"):
        require_version((foreign,), "sales", "1")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["reproduce", *words, "--mlflow", "http://127.0.0.1:9"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sales"], "version must be named as MODEL@VERSION"),
        (["a b@1"], "model must be 1 to 100 letters"),
        (["sales@1", "--tolerance", "-1"], "--tolerance must be a number >= 0. Got -1.0 instead."),
        (["sales@1", "--tolerance", "nan"], "--tolerance must be a number >= 0. Got nan instead."),
    ],
)
def test_bad_input_is_a_sentence_and_the_exit_code_2(words: list[str], said: str, tmp_path: Any) -> None:
    done = run(*words, "--store", str(tmp_path))
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_an_outage_is_a_sentence_and_the_exit_code_2(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    done = run("sales@1", "--store", str(tmp_path))
    assert (done.exit_code, done.stdout, "does not answer" in done.stderr) == (2, "", True)
