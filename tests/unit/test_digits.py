from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pytest

from headgate import Rolling, Windows, days
from headgate.adapters.sklearn_trainer import SklearnTrainer
from headgate.core.validation import ExpectationResult, Finding, Severity
from headgate.hooks import parts
from headgate.ports import Recipe
from headgate.steps.suites import run_suite
from headgate.testing.memory_scan import MemoryScan
from include.digits import PIXELS
from include.digits.data import FAINT, daily, images

IMAGES = images()
SUITE = parts.suite("include.digits.expectations:suite")
AS_OFS = [datetime(2024, 2, day, tzinfo=UTC) for day in (6, 12, 18, 24)] + [datetime(2024, 3, 1, tzinfo=UTC)]


def windows_of(as_of: datetime) -> Windows:
    return Rolling(lookback=days(28), holdout=days(7)).at(as_of, label_delay=days(1))


def table_of(rows: pd.DataFrame) -> pa.Table:
    return pa.table({name: pa.array(rows[name].tolist(), from_pandas=True) for name in rows})


def results_of(rows: pd.DataFrame) -> tuple[ExpectationResult, ...]:
    return run_suite(SUITE, MemoryScan(table_of(rows)), engines=parts.engines())


def test_thirty_images_arrive_on_each_day_but_the_last() -> None:
    per_day = IMAGES["event_time"].dt.date.value_counts().sort_index()
    assert (str(per_day.index[0]), str(per_day.index[-1])) == ("2024-01-01", "2024-02-29")
    assert (per_day.iloc[:-1] == 30).all()
    assert per_day.sum() == 1797


def test_the_images_are_the_same_each_time() -> None:
    pd.testing.assert_frame_equal(images(), IMAGES)


@pytest.mark.parametrize("as_of", AS_OFS)
def test_rows_are_every_image_of_the_windows_and_no_other(as_of: datetime) -> None:
    windows = windows_of(as_of)
    rows = daily(windows)
    assert rows["event_time"].min() == windows.training.start
    assert rows["event_time"].max() == windows.holdout.end - pd.Timedelta(minutes=48)
    assert len(rows) == 35 * 30


@pytest.mark.parametrize(("side", "ink"), [(-1, "faint"), (0, "bold"), (1, "bold")])
def test_an_image_is_bold_from_the_limit_on(side: int, ink: str) -> None:
    means = IMAGES[list(PIXELS)].mean(axis=1)
    limit = means[means >= FAINT].min()
    nearest = {
        -1: means[means < FAINT].idxmax(),
        0: means[means == limit].index[0],
        1: means[means > limit].idxmin(),
    }
    assert IMAGES.loc[nearest[side], "ink"] == ink


@pytest.mark.parametrize("as_of", AS_OFS)
def test_the_suite_holds_on_every_as_of(as_of: datetime) -> None:
    results = results_of(daily(windows_of(as_of)))
    assert {result.severity for result in results} == set(Severity)
    assert not [r.sentence for r in results if r.finding is not Finding.MET and r.severity is not Severity.INFO]


@pytest.mark.parametrize(("column", "value"), [("pixel_3_3", 17.0), ("pixel_3_3", -1.0), ("ink", "smudged")])
def test_the_suite_refuses_what_no_image_is(column: str, value: float | str) -> None:
    rows = daily(windows_of(AS_OFS[0])).reset_index(drop=True)
    rows.loc[0, column] = value
    refusals = [r for r in results_of(rows) if r.finding is Finding.UNMET and r.severity is Severity.CRITICAL]
    assert [refusal.column for refusal in refusals] == [column]


@pytest.mark.parametrize("as_of", AS_OFS)
@pytest.mark.parametrize("features", [None, PIXELS])
def test_the_model_reads_nine_of_ten_digits_by_pixels_alone(as_of: datetime, features: tuple[str, ...] | None) -> None:
    windows = windows_of(as_of)
    rows = daily(windows)
    in_training = pd.Series([time in windows.training for time in rows["event_time"]], index=rows.index)
    fitted = SklearnTrainer().fit(
        Recipe(build="include.digits.model:build", params={"C": 0.1}, features=features),
        table_of(rows[in_training]),
        label="digit",
        event_time="event_time",
    )
    holdout = rows[~in_training]
    predicted = fitted.model.predict(holdout.assign(ink="faint"))
    assert (predicted == holdout["digit"]).mean() >= 0.9
