from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.gates import AtMost
from headgate.core.metrics import mae, r2, rmse
from headgate.core.paired import NoWorseThan
from headgate.core.policy import Policy
from headgate.core.span import days, weeks, years
from headgate.core.windows import Rolling
from headgate.errors import InputError
from headgate.spec import (
    Estimator,
    FunctionSource,
    Label,
    Param,
    ParquetSource,
    Pipeline,
    Serving,
    metrics_of,
    require_dotted,
    require_model_name,
)

FIELDS: dict[str, Any] = {
    "model": "co2_weekly",
    "source": FunctionSource("include.co2.data:weekly"),
    "label": Label("ppm"),
    "windows": Rolling(lookback=years(10), holdout=years(1)),
    "expectations": "include/co2/expectations.json",
    "estimator": Estimator("include.co2.model:build"),
    "metrics": (mae,),
    "policy": Policy(gates=(AtMost(rmse, 1.0), NoWorseThan(mae))),
}


def pipeline(**fields: Any) -> Pipeline:
    return Pipeline(**(FIELDS | fields))


def test_the_metrics_of_gates_are_measured_besides_each_once() -> None:
    assert pipeline(metrics=(r2, "mae")).metrics == (r2, mae, rmse)
    assert pipeline(metrics=()).metrics == (rmse, mae)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"model": "co 2"}, "model must be 1 to 100 letters"),
        ({"model": None}, "model must be 1 to 100 letters"),
        ({"source": "include.co2.data:weekly"}, "source must be a source such as FunctionSource"),
        ({"source": 3}, "source must be a source such as FunctionSource"),
        ({"label": "ppm"}, "label must be a Label such as Label"),
        ({"windows": years(1)}, r"windows must be Rolling\(lookback=..., holdout=...\)"),
        ({"windows": None}, "windows must be Rolling"),
        ({"expectations": " "}, "expectations must be a text"),
        ({"estimator": "include.co2.model:build"}, "estimator must be an Estimator such as Estimator"),
        ({"metrics": mae}, "metrics must be a tuple of metrics"),
        ({"metrics": "mae"}, "metrics must be a tuple of metrics"),
        ({"metrics": ("maee",)}, "metric must be one of"),
        ({"policy": (AtMost(mae, 1.0),)}, "policy must be Policy"),
        ({"policy": None}, "policy must be Policy"),
        ({"serving": True}, "serving must be a Serving, or None"),
    ],
)
def test_a_field_that_is_wrong_is_named(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        pipeline(**fields)


def test_slices_become_a_tuple() -> None:
    assert pipeline(slices=["season"]).slices == ("season",)


def test_nothing_is_imported_to_check_a_dotted_path() -> None:
    source, estimator = FunctionSource("nowhere_at_all:read"), Estimator("nowhere_at_all:build")
    assert pipeline(source=source, estimator=estimator).model == "co2_weekly"


@pytest.mark.parametrize("path", ["a:b", "a.b:c", "include.co2.model:Model.build", "_a:_b"])
def test_a_dotted_path_names_a_module_and_what_is_in_it(path: str) -> None:
    assert require_dotted("source.path", path) == path


@pytest.mark.parametrize(
    "path", ["a", "a.b", "a:", ":b", "a:b:c", "a/b:c", "a..b:c", ".a:b", "1a:b", "a:1b", "a:b\n", "a: b", "", None, 3]
)
def test_what_is_no_dotted_path_is_refused(path: Any) -> None:
    with pytest.raises(InputError, match=r"source.path must be a dotted path such as .*Got .* instead"):
        require_dotted("source.path", path)


@pytest.mark.parametrize("name", ["a", "a" * 100, "co2_weekly", "co2.v-2", "0"])
def test_a_model_name_fits_mlflow_a_url_and_a_file(name: str) -> None:
    assert require_model_name(name) == name


@pytest.mark.parametrize("name", ["", "a" * 101, "a/b", "a:b", "a b", "-a", ".a", "_a", "ä", "a\n", "../a", None, 3])
def test_a_model_name_that_does_not_fit_is_refused(name: Any) -> None:
    with pytest.raises(InputError, match="model must be 1 to 100 letters"):
        require_model_name(name)


@pytest.mark.parametrize("make", [FunctionSource, ParquetSource])
@pytest.mark.parametrize("event_time", ["", " ", None, 3])
def test_a_source_needs_an_event_time(make: Any, event_time: Any) -> None:
    with pytest.raises(InputError, match=r"source\.event_time must be a text"):
        make("a:b", event_time=event_time)


@pytest.mark.parametrize("delay", [4, None, "4 weeks"])
def test_a_label_delay_is_a_span(delay: Any) -> None:
    with pytest.raises(InputError, match=r"label\.delay must be a delay such as weeks\(4\) or business_days\(3\)"):
        Label("ppm", delay=delay)


def test_a_label_is_final_at_once_unless_it_says_otherwise() -> None:
    assert Label("ppm").delay.is_zero
    assert Label("ppm", delay=weeks(4)).delay == days(28)


@pytest.mark.parametrize(("value", "taken"), [(1, True), (5, True), (10, True), (0, False), (11, False)])
def test_the_bounds_of_a_param_are_inclusive(value: int, taken: bool) -> None:  # noqa: FBT001 - the answer
    param = Param(default=5, minimum=1, maximum=10)
    if taken:
        assert param.require("depth", value) == value
        return
    with pytest.raises(InputError, match=r"param depth must be at least 1 and at most 10\. Got"):
        param.require("depth", value)


@pytest.mark.parametrize("bounds", [{}, {"minimum": 0}, {"maximum": 1}, {"minimum": 0, "maximum": 1}])
def test_what_is_no_number_is_no_param(bounds: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"param rate must be a number\. Got nan instead"):
        Param(default=0.5, **bounds).require("rate", math.nan)


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_the_infinite_lies_within_no_bounds(value: float) -> None:
    with pytest.raises(InputError, match="param rate must be at least 0 and at most 1"):
        Param(default=0.5, minimum=0, maximum=1).require("rate", value)


@pytest.mark.parametrize(
    ("default", "value"),
    [
        (1, 1.0),
        (1, "1"),
        (1, True),
        (1, None),
        (0.5, "0.5"),
        (0.5, True),
        (True, 1),
        (True, "true"),
        ("a", 1),
        ("a", None),
    ],
)
def test_a_param_of_another_type_is_refused(default: Any, value: Any) -> None:
    with pytest.raises(InputError, match=f"param depth must be of type {type(default).__name__}"):
        Param(default=default).require("depth", value)


def test_a_whole_number_is_a_float_too() -> None:
    taken = Param(default=0.5).require("rate", 1)
    assert (taken, type(taken)) == (1.0, float)


def test_a_param_may_be_one_of_choices() -> None:
    param = Param(default="a", choices=("a", "b"))
    assert param.require("kind", "b") == "b"
    with pytest.raises(InputError, match=r"param kind must be one of \['a', 'b'\]. Got 'c' instead"):
        param.require("kind", "c")


@pytest.mark.parametrize("default", [None, (), [1], {}])
def test_a_default_is_plain(default: Any) -> None:
    with pytest.raises(InputError, match="default of a Param must be a bool, int, float or str"):
        Param(default=default)


@pytest.mark.parametrize(
    "param", [{"default": 3, "maximum": 2}, {"default": 3, "minimum": 4}, {"default": "c", "choices": ("a", "b")}]
)
def test_a_default_must_be_a_value_that_it_allows(param: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="param default must"):
        Param(**param)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_param_takes_exactly_what_lies_within_its_bounds(value: float, first: float, second: float) -> None:
    low, high = sorted((first, second))
    within = low <= value <= high
    try:
        Param(default=value, minimum=low, maximum=high)
    except InputError:
        assert not within
    else:
        assert within


def test_a_default_alone_is_a_param() -> None:
    params = Estimator("a:b", params={"depth": 3, "rate": Param(default=0.5)}).params
    assert params == {"depth": Param(default=3), "rate": Param(default=0.5)}


@pytest.mark.parametrize("name", ["as_of", "dry_run", "reason"])
def test_a_param_does_not_bear_a_name_of_the_trigger_form(name: str) -> None:
    with pytest.raises(InputError, match=f"must not name a field of the trigger form .*Got '{name}' instead"):
        Estimator("a:b", params={name: Param(default=1)})


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_a_seed_is_one_that_numpy_takes(seed: int) -> None:
    assert Estimator("a:b", seed=seed).seed == seed


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, math.nan, True, None, "1"])
def test_a_seed_that_numpy_does_not_take_is_refused(seed: Any) -> None:
    with pytest.raises(InputError, match=r"estimator\.seed must be a whole number in \[0, 2\*\*32\)"):
        Estimator("a:b", seed=seed)


def test_gates_and_metrics_need_not_repeat_each_other() -> None:
    assert metrics_of([mae, mae, "mae"], Policy(gates=(NoWorseThan(mae),))) == (mae,)


def test_serving_has_sensible_defaults() -> None:
    assert Serving() == Serving(conn_id="headgate_server_default", timeout=60.0, probe_rows=20)
