from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error

from headgate import Windows, weeks
from headgate.adapters.sklearn_trainer import SklearnTrainer
from headgate.core.validation import ExpectationResult, Finding, Severity
from headgate.hooks import parts
from headgate.ports import Recipe
from headgate.steps.suites import run_suite
from headgate.testing.memory_scan import MemoryScan
from include.co2.data import features_of, record, rows_of, weekly
from include.co2.pipeline import pipeline

YEARS = range(1985, 2003)
RECORD = record()
LABEL, ESTIMATOR = pipeline.label, pipeline.estimator
EXPECTATIONS = pipeline.expectations
assert ESTIMATOR.features is not None
assert not isinstance(EXPECTATIONS, str)
SUITE = parts.suite(EXPECTATIONS.suite)
DELAY = LABEL.delay
FEATURES = list(ESTIMATOR.features)
RECIPE = Recipe(
    build=ESTIMATOR.build,
    params={name: param.default for name, param in ESTIMATOR.params.items()},
    features=ESTIMATOR.features,
)


def windows_of(year: int) -> Windows:
    return pipeline.windows.at(datetime(year, 1, 1, tzinfo=UTC), label_delay=DELAY)


def split(windows: Windows) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = weekly(windows)
    return (
        rows[[week in windows.training for week in rows["week"]]],
        rows[[week in windows.holdout for week in rows["week"]]],
    )


def table_of(rows: pd.DataFrame) -> pa.Table:
    return pa.table({name: pa.array(rows[name].tolist(), from_pandas=True) for name in rows})


def results_of(rows: pd.DataFrame) -> tuple[ExpectationResult, ...]:
    return run_suite(SUITE, MemoryScan(table_of(rows)), engines=parts.engines())


def test_the_record_has_every_week_of_1958_to_2001_and_its_59_holes() -> None:
    assert (len(RECORD), int(RECORD.isna().sum())) == (2284, 59)
    assert str(RECORD.index[0]) == "1958-03-29 00:00:00+00:00"
    assert str(RECORD.index[-1]) == "2001-12-29 00:00:00+00:00"


@pytest.mark.parametrize("year", YEARS)
def test_rows_lie_in_the_windows_once_each_and_have_a_label(year: int) -> None:
    windows = windows_of(year)
    rows = weekly(windows)
    assert rows["week"].is_unique
    assert all(week in windows.training or week in windows.holdout for week in rows["week"])
    assert rows["ppm_in_4_weeks"].notna().all()


def test_a_label_is_the_measurement_four_weeks_later() -> None:
    rows = weekly(windows_of(1990)).set_index("week")
    later = RECORD.reindex(rows.index + pd.Timedelta(weeks=4))
    assert rows["ppm_in_4_weeks"].tolist() == later.tolist()


def test_weeks_without_a_label_are_left_out_and_weeks_without_a_measurement_stay() -> None:
    rows = weekly(windows_of(1985)).set_index("week")
    hole = pd.date_range("1984-03-31", periods=4, freq="W-SAT", tz="UTC")
    assert not (hole - pd.Timedelta(weeks=4)).isin(rows.index).any()
    assert rows.loc[hole, "ppm"].isna().all()
    assert rows.loc[hole, "latest_ppm"].eq(RECORD.loc[pd.Timestamp("1984-03-24", tz="UTC")]).all()


@pytest.mark.parametrize("year", YEARS)
def test_the_future_of_the_record_changes_no_row_of_an_as_of(year: int) -> None:
    windows = windows_of(year)
    other = RECORD.copy()
    other[other.index >= windows.as_of] = 1000.0
    pd.testing.assert_frame_equal(rows_of(other, windows), rows_of(RECORD, windows))


def test_a_label_that_was_not_known_at_the_as_of_is_left_out_whatever_delay_the_specification_says() -> None:
    as_of = datetime(1990, 1, 1, tzinfo=UTC)
    rows = weekly(pipeline.windows.at(as_of, label_delay=weeks(0)))
    assert rows["week"].max() + pd.Timedelta(weeks=4) == pd.Timestamp("1989-12-30", tz="UTC")


@settings(max_examples=25)
@given(week=st.integers(0, len(RECORD) - 1), ppm=st.floats(0, 1000) | st.just(float("nan")))
def test_a_week_knows_nothing_of_the_weeks_after_it(week: int, ppm: float) -> None:
    other = RECORD.copy()
    other.iloc[week + 1 :] = ppm
    pd.testing.assert_frame_equal(features_of(other).iloc[: week + 1], features_of(RECORD).iloc[: week + 1])


def test_the_same_windows_give_the_same_rows() -> None:
    pd.testing.assert_frame_equal(weekly(windows_of(1995)), weekly(windows_of(1995)))


@pytest.mark.parametrize(
    ("day", "season"),
    [
        ("1990-02-24", "winter"),
        ("1990-03-03", "spring"),
        ("1990-05-26", "spring"),
        ("1990-06-02", "summer"),
        ("1990-09-01", "autumn"),
        ("1990-12-01", "winter"),
    ],
)
def test_seasons_begin_with_march_june_september_and_december(day: str, season: str) -> None:
    assert features_of(RECORD).loc[pd.Timestamp(day, tz="UTC"), "season"] == season


def test_a_mean_asks_for_half_of_its_weeks() -> None:
    saturdays = pd.date_range("1990-01-06", periods=5, freq="W-SAT", tz="UTC")
    above = features_of(pd.Series([350.0, np.nan, np.nan, 352.0, np.nan], index=saturdays))["above_4_weeks"]
    assert above.iloc[3] == 1.0
    assert np.isnan(above.iloc[4])


@pytest.mark.parametrize("year", YEARS)
def test_the_suite_holds_on_history_and_warns_while_the_hole_of_1984_is_in_its_windows(year: int) -> None:
    results = results_of(weekly(windows_of(year)))
    assert {result.severity for result in results} == set(Severity)
    assert not [result.sentence for result in results if result.finding is Finding.BROKEN]
    unmet = [result.severity for result in results if result.finding is Finding.UNMET]
    assert unmet == ([Severity.INFO, Severity.WARNING] if year <= 1995 else [])


@pytest.mark.parametrize(
    ("column", "value"),
    [("latest_ppm", -99.99), ("latest_ppm", 309.9), ("ppm_in_4_weeks", 400.1), ("ppm", None), ("season", "monsoon")],
)
def test_the_suite_refuses_what_air_over_mauna_loa_never_was(column: str, value: float | str | None) -> None:
    rows = weekly(windows_of(2000)).reset_index(drop=True)
    rows.loc[: len(rows) // 10, column] = value
    refusals = [r for r in results_of(rows) if r.finding is Finding.UNMET and r.severity is Severity.CRITICAL]
    assert [refusal.column for refusal in refusals] == [column]


def last_years_change(week: pd.Series[pd.Timestamp]) -> pd.Series[float]:
    then = pd.DatetimeIndex(week) - pd.Timedelta(weeks=52)
    change = RECORD.reindex(then + pd.Timedelta(weeks=4)).to_numpy() - RECORD.reindex(then).to_numpy()
    return pd.Series(change, index=week.index)


def test_the_model_beats_the_last_measurement_and_last_years_change_in_every_year() -> None:
    for year in YEARS:
        training, holdout = split(windows_of(year))
        fitted = SklearnTrainer().fit(RECIPE, table_of(training), label="ppm_in_4_weeks", event_time="week")
        label, latest = holdout["ppm_in_4_weeks"], holdout["latest_ppm"]
        model = mean_absolute_error(label, fitted.model.predict(holdout[FEATURES]))
        seasonal = (label - latest - last_years_change(holdout["week"])).abs().mean()
        assert model < 0.5 * mean_absolute_error(label, latest)
        assert model < seasonal
