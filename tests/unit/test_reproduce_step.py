"""Versions that are made again, and what says that they aren't the same."""

from __future__ import annotations

import importlib
import sys
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headgate.core.gates import AtMost
from headgate.core.metrics import mae
from headgate.core.policy import Policy
from headgate.core.reproduction import RECORDED, REFIT, REGISTERED, Answer
from headgate.core.snapshots import part_path
from headgate.errors import InputError, TrackingError
from headgate.steps.fit_record import RECIPE
from headgate.steps.judging import PREDICTIONS
from headgate.steps.promote import promote_candidate
from headgate.steps.reading import manifest_of
from headgate.steps.rollback import roll_back
from tests.unit.reproducing import HERE, Made
from tests.unit.world import later

PAIRS = [(REFIT, REGISTERED), (REFIT, RECORDED), (REGISTERED, RECORDED)]
CODE = "from sklearn.linear_model import Ridge\ndef build(params): return Ridge(alpha=1.0)\n"


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write the code of a module of the user's own, as often as asked, and return its dotted path."""
    name = f"recipe_of_{tmp_path.name.replace('-', '_')}"
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(code: str) -> str:
        (tmp_path / f"{name}.py").write_text(code)
        sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return f"{name}:build"

    yield write
    sys.modules.pop(name, None)


def test_a_seeded_forest_is_reproduced_to_the_last_bit(made: Made) -> None:
    before = deepcopy(made.mlflow_run)
    found = made.again()
    assert found.answer is Answer.REPRODUCED
    assert [(one.ours, one.theirs) for one in found.compared] == PAIRS
    assert {(one.what, one.rows, one.differ, one.greatest, one.mean) for one in found.compared} == {
        ("prediction", 7, 0, 0.0, 0.0)
    }
    assert (found.differences, found.flaws, found.obstacles, found.notes, found.causes) == ((), (), (), (), ())
    assert found.said == "reproduced: 7 rows are predicted as before"
    assert found.recipe == f"{HERE}:forest(), seed 0"
    assert made.mlflow_run == before


@pytest.mark.parametrize("name", ["champion", "1"])
def test_a_version_has_several_names(made: Made, name: str) -> None:
    assert made.again(name).version == "1"


def test_a_classifiers_probabilities_are_compared_too() -> None:
    found = Made(f"{HERE}:classes").again()
    assert found.answer is Answer.REPRODUCED
    assert {one.what for one in found.compared} > {"prediction", "probability of 3.0"}


def test_params_seed_and_features_are_those_of_the_record() -> None:
    made = Made(params={"trees": 2}, seed=7, features=("size",), threads=1)
    assert made.again().answer is Answer.REPRODUCED
    assert made.again().recipe == f"{HERE}:forest(trees=2), seed 7"


def test_an_estimator_that_draws_from_elsewhere_differs_and_that_is_said() -> None:
    made = Made(f"{HERE}:drawing", trusted=(f"{HERE}.Drawing",))
    found = made.again()
    assert found.answer is Answer.DIFFERS
    assert [one.differ for one in found.compared] == [7, 7, 0]
    assert 0 < (found.compared[0].mean or 0) < 0.02
    assert [row.row for row in found.compared[0].shown] != []
    assert found.causes[0].startswith("nothing that was recorded differs here")
    assert found.said == "differs: 7 of 7 rows, the refit against the registered model"
    assert made.again(tolerance=0.02).said == "reproduced: 7 rows are predicted as before to within 0.02"


def test_changed_code_is_named(module: Any) -> None:
    made = Made(module(CODE))
    path = module(CODE.replace("1.0", "2.0"))
    found = made.again()
    assert found.answer is Answer.DIFFERS
    assert [one.what for one in found.differences] == [f"code of {path.partition(':')[0]}"]
    assert found.causes == ()


def test_changed_code_that_changes_nothing_is_reproduced_and_told(module: Any) -> None:
    made = Made(module(CODE))
    module(f"{CODE}# a comment\n")
    found = made.again()
    assert (found.answer, len(found.differences)) == (Answer.REPRODUCED, 1)


def test_code_that_is_gone_can_not_be_tried(module: Any) -> None:
    made = Made(module(CODE))
    module(CODE.replace("build", "make"))
    found = made.again(own=lambda _: None)
    assert found.answer is Answer.UNTRIED
    assert found.said.startswith("can't be tried: dotted path")


def test_code_that_refuses_the_rows_now_can_not_be_tried(module: Any) -> None:
    made = Made(module(CODE))
    module(CODE.replace("alpha=1.0", "alpha=-1.0"))
    found = made.again()
    assert (found.answer, len(found.differences)) == (Answer.UNTRIED, 1)
    assert "refuses the rows" in found.said


def test_another_library_is_named(made: Made) -> None:
    made.rewrite(lambda record: record["surroundings"]["facts"].update({"numpy": "1.0"}))
    found = made.again()
    assert found.answer is Answer.REPRODUCED
    assert [(one.what, one.then) for one in found.differences] == [("numpy", "1.0")]


def test_a_recipe_that_somebody_changed_is_not_the_fits(made: Made) -> None:
    made.rewrite(lambda record: record["recipe"]["params"].update({"trees": 1}))
    found = made.again()
    assert found.answer is Answer.DIFFERS
    assert found.flaws[0].startswith("the record isn't the fit's")
    assert not found.compared[0].is_same


def test_a_changed_fingerprint_counts_although_every_row_is_the_same(made: Made) -> None:
    made.log.tag("sales", 1, "fingerprint", "0" * 64)
    found = made.again()
    assert found.answer is Answer.DIFFERS
    assert found.said.startswith("differs: every row is predicted as before, but the record isn't the fit's")


@pytest.mark.parametrize("window", ["training", "holdout"])
def test_a_missing_part_of_the_snapshot_can_not_be_tried(made: Made, window: str) -> None:
    manifest = manifest_of(made.store, made.candidate.snapshot)
    part = getattr(manifest, window)[0].content
    made.store.delete(part_path(part))
    found = made.again()
    assert (found.answer, found.seconds) == (Answer.UNTRIED, None)
    assert found.said == f"can't be tried: part {part.digest} of the snapshot is missing. Run the snapshot task again."


def test_a_pruned_version_says_so(made: Made) -> None:
    made.log.tag("sales", 1, "pruned", "older than 90 days")
    made.store.delete(made.candidate.snapshot.manifest)
    found = made.again()
    assert found.answer is Answer.UNTRIED
    assert found.notes[0].startswith("version 1 was pruned (older than 90 days)")


def test_a_missing_manifest_can_not_be_tried(made: Made) -> None:
    made.store.delete(made.candidate.snapshot.manifest)
    assert made.again().answer is Answer.UNTRIED


def test_a_model_that_does_not_load_is_replaced_by_what_it_said(made: Made) -> None:
    made.loader.broken = (made.candidate.model_id,)
    found = made.again()
    assert found.answer is Answer.REPRODUCED
    assert [(one.ours, one.theirs) for one in found.compared] == [(REFIT, RECORDED)]
    assert found.notes == ("the registered model can't be loaded: it holds types that nobody trusts",)


def test_without_model_and_predictions_there_is_nothing_to_compare_with(made: Made) -> None:
    made.loader.broken = (made.candidate.model_id,)
    del made.mlflow_run.artifacts[PREDICTIONS]
    found = made.again()
    assert (found.answer, len(found.notes)) == (Answer.UNTRIED, 2)
    assert found.said == "can't be tried: there is nothing to compare a refit with"


def test_a_model_that_answers_otherwise_than_it_did_is_told(made: Made) -> None:
    recorded = made.table.from_parquet(made.mlflow_run.artifacts[PREDICTIONS])
    assert isinstance(recorded, pa.Table)
    place = recorded.column_names.index("candidate")
    changed = recorded.set_column(place, "candidate", pa.array([0.0] * 6 + [float("nan")]))
    made.mlflow_run.artifacts[PREDICTIONS] = made.table.to_parquet(changed)
    found = made.again()
    assert [one.is_same for one in found.compared] == [True, False, False]
    assert found.causes[0].startswith("the registered model itself answers otherwise")
    assert found.compared[1].shown[0].theirs == "nan"


def test_a_run_without_a_recipe_says_so(made: Made) -> None:
    del made.mlflow_run.artifacts[RECIPE]
    with pytest.raises(TrackingError, match=RECIPE):
        made.again()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda record: record.update(format=2), "must be of format 1"),
        (lambda record: record.pop("recipe"), "must be as Headgate wrote it"),
        (lambda record: record["recipe"].update(takes="polars"), "must be as Headgate wrote it"),
    ],
    ids=["of another version", "without a recipe", "with a wrong recipe"],
)
def test_a_recipe_that_can_not_be_read_says_so(made: Made, change: Any, said: str) -> None:
    made.rewrite(change)
    with pytest.raises(TrackingError, match=said):
        made.again()


@pytest.mark.parametrize("build", ["subprocess:run", "sklearn.linear_model:Ridge", f"{HERE}:LinearRegression"])
def test_a_record_can_not_have_anything_called(made: Made, build: str) -> None:
    made.rewrite(lambda record: record["recipe"].update(build=build))
    with pytest.raises(InputError, match="function of your own project"):
        made.again()


def test_a_person_may_say_what_builds_it(made: Made) -> None:
    found = made.again(build="sklearn.linear_model:LinearRegression")
    assert found.answer is Answer.UNTRIED
    assert str(found.differences[0]).startswith(f"estimator: {HERE}:forest then, sklearn.linear_model:LinearRegression")
    assert "must build an estimator" in found.said


def test_a_rollbacks_version_is_the_earlier_fit(made: Made) -> None:
    second = made.judge(made.evaluate(made.trained(later(1))), policy=Policy(gates=(AtMost(mae, 5.0),)))
    promote_candidate(second, log=made.log, store=made.store)
    roll_back("sales", to=1, who="ada", reason="off", log=made.log, store=made.store)
    found = made.again("champion")
    assert (found.version, found.model_id, found.answer) == ("3", made.candidate.model_id, Answer.REPRODUCED)
    assert made.again("previous").recipe == "tests.unit.world:build(), seed 0"


def test_an_adopted_version_does_not_say_what_it_was_fitted_from(made: Made) -> None:
    entry = made.log.entries("sales")[0].entry
    made.log.append("sales", replace(entry, key="adopted", expected_head=1, tags=()))
    with pytest.raises(InputError, match="Got one that was adopted"):
        made.again("2")


@pytest.mark.parametrize("version", ["9", "previous"])
def test_a_version_that_is_not_there_is_bad_input(made: Made, version: str) -> None:
    with pytest.raises(InputError, match="must be in the promotion log"):
        made.again(version)
