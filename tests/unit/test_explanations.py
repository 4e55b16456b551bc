"""What is kept of an explanation: the artifacts of an evaluation, and the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import LinearRegression

from headgate.adapters.plotly_pages import PlotlyPages
from headgate.adapters.sklearn_explainer import SklearnExplainer
from headgate.adapters.sklearn_scorer import SklearnScorer
from headgate.core.explanations import Explain
from headgate.core.importance import Importance, importance_of, ranked
from headgate.core.metrics import mae
from headgate.errors import DataError, InputError
from headgate.ports import LoadedModel, Question
from headgate.steps.evaluate import evaluate_candidate
from headgate.steps.explaining import IMPORTANCE, IMPORTANCE_PAGE, explanations
from headgate.steps.judge import judge_candidate
from headgate.steps.judging import kept_importance
from tests.unit.page_reader import Reader
from tests.unit.shop_pipeline import pipeline as shop
from tests.unit.verdicts import record
from tests.unit.world import POLICY, QUESTION, NoPages, World, judgement_ports


def explained(world: World, explain: Explain | None, explainer: Any) -> Mapping[str, bytes]:
    rows = pa.table({"day": np.arange(9), "size": np.arange(9.0), "sold": 3.0 * np.arange(9)})
    line = LinearRegression().fit(rows.select(["size"]).to_pandas(), rows["sold"].to_numpy())
    question = Question(metrics=(mae,), slices=(), label="sold", event_time="day", explain=explain)
    model = LoadedModel(model=line, features=("size",))
    return explanations(
        model, rows, run=world.run(), question=question, explainer=explainer, table=world.table, pages=NoPages()
    )


def test_nobody_who_does_not_ask_waits_for_it() -> None:
    assert QUESTION.explain is None
    assert explained(World(), None, SklearnExplainer(SklearnScorer())) == {}
    assert explained(World(), Explain(), None) == {}


def test_what_was_found_is_kept_as_json_and_as_a_page() -> None:
    files = explained(World(), Explain(rows=4), SklearnExplainer(SklearnScorer()))
    told = json.loads(files[IMPORTANCE])
    assert (told["format"], told["rows"], told["of"], told["features"][0]["feature"]) == (1, 4, 9, "size")
    assert files[IMPORTANCE_PAGE] == b"<p>importance</p>"


def test_an_evaluation_explains_its_candidate_where_it_is_asked_to() -> None:
    world = World()
    candidate = world.trained()
    ports = replace(world.evaluation_ports(), explainer=SklearnExplainer(SklearnScorer()))
    artifacts = world.tracker.runs[candidate.tracked.mlflow_run].artifacts
    for explain in (None, Explain()):
        evaluate_candidate(candidate, question=replace(QUESTION, explain=explain), trusted=(), ports=ports)
        assert (IMPORTANCE in artifacts, IMPORTANCE_PAGE in artifacts) == (explain is not None,) * 2
    assert json.loads(artifacts[IMPORTANCE])["features"][0]["feature"] == "size"


def test_a_pipeline_asks_for_it_or_does_not() -> None:
    assert shop.explain is None
    assert replace(shop, explain=Explain(seconds=5)).explain == Explain(seconds=5.0)
    with pytest.raises(InputError, match=r"explain must be Explain\(seconds=30\), or None. Got True instead."):
        replace(shop, explain=True)  # type: ignore[arg-type]


def test_the_gate_report_gets_what_was_found_and_nothing_where_nobody_asked_or_it_can_not_be_read() -> None:
    world = World()
    candidate, ports = world.trained(), judgement_ports(world.tracker)
    assert kept_importance(candidate, ports) is None
    asking = replace(world.evaluation_ports(), explainer=SklearnExplainer(SklearnScorer()))
    evaluate_candidate(candidate, question=replace(QUESTION, explain=Explain()), trusted=(), ports=asking)
    found = kept_importance(candidate, ports)
    assert found is not None
    assert (found.metric, found.features[0].feature) == ("mae", "size")
    artifacts = world.tracker.runs[candidate.tracked.mlflow_run].artifacts
    for other in (b"{}", b"no JSON", b"\xff"):
        artifacts[IMPORTANCE] = other
        assert kept_importance(candidate, ports) is None


def test_a_verdict_is_drawn_with_what_the_candidate_goes_by() -> None:
    drawn: list[Any] = []

    class Seen(NoPages):
        def gates(self, *given: Any, **_: Any) -> str:
            drawn.append(given[2])
            return "<p>gates</p>"

    world = World()
    asking = replace(world.evaluation_ports(), explainer=SklearnExplainer(SklearnScorer()))
    for explain in (None, Explain()):
        question = replace(QUESTION, explain=explain)
        evaluation = evaluate_candidate(world.trained(), question=question, trusted=(), ports=asking)
        ports = replace(judgement_ports(world.tracker), pages=Seen())
        judge_candidate(evaluation, policy=POLICY, dry_run=False, reason="", ports=ports)
    assert [found and found.features[0].feature for found in drawn] == [None, "size"]


class Failing:
    def explain(self, *_: Any, **__: Any) -> Importance:
        msg = "the candidate refuses"
        raise DataError(msg)


def test_what_can_not_be_explained_is_no_failure() -> None:
    told = json.loads(explained(World(), Explain(), Failing())[IMPORTANCE])
    assert (told["notes"], told["features"], told["left_out"]) == (["the candidate refuses"], [], ["size"])


FOUND = Importance(
    metric="mae",
    value=0.5,
    rows=300,
    of=900,
    features=ranked(
        [importance_of("<size>", [2.0, 4.0]), importance_of("hour", [-0.5])], {"<size>": 1.5, "deep": 0.25}
    ),
    left_out=("noise",),
    seed=0,
    seconds=30.0,
    shap_rows=12,
    notes=("a <note>",),
)


@pytest.fixture
def page() -> str:
    return PlotlyPages().importance(World().run(), FOUND)


def test_a_person_sees_bars_and_what_was_left_out(page: str) -> None:
    assert "sales, as-of 2024-05-01: what the candidate goes by" in page
    assert "Shuffling a feature makes mae worse by: &lt;size&gt; 3." in page
    assert ("300 of the 900 of the holdout" in page, "Mean |SHAP|, 12 rows" in page) == (True, True)
    assert page.count('class="cost ours"') == 4
    assert ("width:100.0%" in page, "width:0.0%" in page) == (True, True)
    assert ("width:75.0%" in page, "left:50.0%;width:50.0%" in page) == (True, True)
    assert page.count('class="spread"') == 1
    assert "Not measured by mae: noise." in page
    assert "a &lt;note&gt;" in page
    assert "<script" not in page


def test_a_page_of_nothing_says_so() -> None:
    nothing = Importance(
        metric="mae", value=None, rows=1, of=1, features=(), left_out=(), seed=0, seconds=1.0, notes=("why",)
    )
    assert "Nothing could be measured." in PlotlyPages().importance(World().run(), nothing)


def test_the_gate_report_has_a_small_section_of_what_the_candidate_goes_by() -> None:
    text = Reader(PlotlyPages().gates(record(), None, FOUND)).text.split("What the candidate goes by")[1]
    assert "By how much mae gets worse when the values of a feature are shuffled among 300 of the 900 rows" in text
    assert "<size> 3 1 2 1.5 hour -0.5 0 1" in text
    assert "1 feature more: evaluation/importance.html in the same MLflow run." in text


@pytest.mark.parametrize(("features", "left_out", "more"), [(8, 0, ""), (9, 0, "1 feature more"), (9, 3, "4 features")])
def test_the_gate_report_names_eight_features_and_counts_the_rest(features: int, left_out: int, more: str) -> None:
    measured = tuple(importance_of(f"f{place}", [1.0]) for place in range(features))
    found = replace(FOUND, features=measured, left_out=tuple(f"l{place}" for place in range(left_out)), shap_rows=0)
    text = Reader(PlotlyPages().gates(record(), None, found)).text
    assert ("f7 1 0 1" in text, "f8 1 0 1" in text) == (True, False)
    assert (f"{more}" in text, "more: evaluation" in text) == (True, bool(more))


@pytest.mark.parametrize("found", [None, replace(FOUND, features=(), notes=("it can't be measured",))])
def test_a_gate_report_without_an_explanation_is_the_same_as_ever(found: Importance | None) -> None:
    html = PlotlyPages().gates(record(), None, found)
    assert "goes by" not in html
    assert html == PlotlyPages().gates(record(), None)
