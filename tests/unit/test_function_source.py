from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from headgate.adapters.function_source import FunctionRows
from headgate.core.windows import Window, Windows
from headgate.errors import DataError, HeadgateError, InputError, TransientError
from headgate.spec import FunctionSource

WINDOWS = Windows(
    as_of=datetime(2000, 1, 3, tzinfo=UTC),
    training=Window(start=datetime(2000, 1, 1, tzinfo=UTC), end=datetime(2000, 1, 2, tzinfo=UTC)),
    holdout=Window(start=datetime(2000, 1, 2, tzinfo=UTC), end=datetime(2000, 1, 3, tzinfo=UTC)),
)

HEAD = """
import errno
import pandas as pd
import pyarrow as pa
from headgate.errors import InputError, TransientError
"""

Module = Callable[[str], str]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    """Write a module of the user's, and return its name."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(body: str) -> str:
        name = f"user_{tmp_path.name}"
        (tmp_path / f"{name}.py").write_text(HEAD + body)
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    return write


SPANS = (WINDOWS.training, WINDOWS.holdout)


def batches(name: str) -> Iterator[pa.Table]:
    return FunctionRows(FunctionSource(f"{name}:read")).read(WINDOWS, SPANS)


def read(name: str) -> pa.Table:
    return pa.concat_tables(batches(name))


def test_a_frame_becomes_a_table_without_its_index(module: Module) -> None:
    name = module("def read(windows): return pd.DataFrame({'x': [1, 2], 's': ['a', None]}, index=[7, 8])")
    assert read(name).to_pydict() == {"x": [1, 2], "s": ["a", None]}


def test_a_named_index_becomes_a_column(module: Module) -> None:
    name = module("def read(windows): return pd.DataFrame({'x': [1]}, index=pd.Index([7], name='store'))")
    assert read(name).to_pydict() == {"store": [7], "x": [1]}


def test_of_an_index_with_levels_the_named_ones_become_columns(module: Module) -> None:
    index = "pd.MultiIndex.from_tuples([(7, 'a')], names=['store', None])"
    name = module(f"def read(windows): return pd.DataFrame({{'x': [1]}}, index={index})")
    assert read(name).to_pydict() == {"store": [7], "x": [1]}


def test_a_table_stays_as_it_is(module: Module) -> None:
    assert read(module("def read(windows): return pa.table({'x': [1]})")).equals(pa.table({"x": [1]}))


def test_zoned_timestamps_keep_their_zone(module: Module) -> None:
    times = "pd.to_datetime(['2000-01-01']).tz_localize('Europe/Vienna')"
    kind = read(module(f"def read(windows): return pd.DataFrame({{'when': {times}}})")).schema.field("when").type
    assert (kind.tz, pa.types.is_timestamp(kind)) == ("Europe/Vienna", True)


def test_the_function_gets_the_windows(module: Module) -> None:
    name = module("def read(windows): return pa.table({'as_of': [windows.as_of]})")
    assert read(name).column("as_of").to_pylist() == [WINDOWS.as_of]


def test_a_source_is_called_by_its_path() -> None:
    assert FunctionRows(FunctionSource("include.co2.data:weekly")).name == "include.co2.data:weekly"


@pytest.mark.parametrize(
    ("result", "kind"), [("None", "NoneType"), ("[1]", "list"), ("pd.Series([1])", "Series"), ("{}", "dict")]
)
def test_what_is_no_table_is_refused(module: Module, result: str, kind: str) -> None:
    name = module(f"def read(windows): return {result}")
    said = rf"source {name}:read must return a DataFrame or an Arrow table\. Got {kind} inst"
    with pytest.raises(DataError, match=said):
        read(name)


@pytest.mark.parametrize(("batch", "kind"), [("None", "NoneType"), ("[1]", "list")])
def test_a_batch_that_is_no_table_is_refused(module: Module, batch: str, kind: str) -> None:
    name = module(f"def read(windows):\n yield pd.DataFrame({{'x': [1]}})\n yield {batch}")
    with pytest.raises(
        DataError, match=rf"an Arrow table\. Got {kind} instead\. Many of them must come as an iterator"
    ):
        read(name)


BATCHES = """
ASKED = []
def read(windows):
    for n in range(3):
        ASKED.append(n)
        yield {batch}
"""


@pytest.mark.parametrize("batch", ["pd.DataFrame({'x': [n]})", "pa.table({'x': [n]})", "pa.record_batch({'x': [n]})"])
def test_a_batch_is_made_when_it_is_its_turn(module: Module, batch: str) -> None:
    name = module(BATCHES.replace("{batch}", batch))
    found = batches(name)
    assert next(found).to_pydict() == {"x": [0]}
    assert sys.modules[name].ASKED == [0]
    assert [rows.to_pydict() for rows in found] == [{"x": [1]}, {"x": [2]}]


def test_a_reader_of_arrows_is_an_iterator_of_batches(module: Module) -> None:
    name = module("def read(windows): return pa.table({'x': [1, 2]}).to_reader(max_chunksize=1)")
    assert [rows.to_pydict() for rows in batches(name)] == [{"x": [1]}, {"x": [2]}]


def test_a_batch_without_rows_is_not_given(module: Module) -> None:
    assert list(batches(module("def read(windows): return pd.DataFrame({'x': []})"))) == []


def test_only_the_function_knows_what_its_rows_are_made_of(module: Module) -> None:
    source = FunctionRows(FunctionSource(f"{module('def read(windows): raise KeyError')}:read"))
    assert source.token(WINDOWS.training, WINDOWS.as_of) is None


def test_a_look_asks_for_the_span_alone(module: Module) -> None:
    body = "def read(windows):\n t = windows.training\n assert windows.holdout.start == windows.holdout.end == t.end\n"
    name = module(f"{body} return pa.table({{'event_time': [t.start, t.end, windows.as_of]}})")
    source = FunctionRows(FunctionSource(f"{name}:read"))
    seen = source.look(WINDOWS.training, WINDOWS.as_of)
    assert (seen.rows, seen.newest) == (1, WINDOWS.training.start)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("{'when': [windows.as_of]}", r"column event_time must be in what source .* returns\. Got the columns when"),
        ("{'event_time': ['2000-01-01']}", r"must hold timestamps with a time zone\. Got (large_)?string instead"),
        ("{'event_time': [windows.as_of.replace(tzinfo=None)]}", r"Got timestamps without one instead\. Make them"),
    ],
)
def test_a_look_names_an_event_time_that_is_none(module: Module, table: str, said: str) -> None:
    source = FunctionRows(FunctionSource(f"{module(f'def read(windows): return pa.table({table})')}:read"))
    with pytest.raises(DataError, match=said):
        source.look(WINDOWS.training, WINDOWS.as_of)


@pytest.mark.parametrize(
    "twins",
    [
        "pd.DataFrame([[1, 2, 3]], columns=['x', 'y', 'x'])",
        "pd.DataFrame({'x': [1]}, index=pd.Index([7], name='x'))",
        "pa.table([[1], [2]], names=['x', 'x'])",
    ],
)
def test_a_column_that_is_there_twice_is_named(module: Module, twins: str) -> None:
    with pytest.raises(DataError, match=r"must return each column once\. Got x more than once"):
        read(module(f"def read(windows): return {twins}"))


def test_a_column_of_mixed_types_is_named(module: Module) -> None:
    with pytest.raises(DataError, match=r"columns of one type each.*column x"):
        read(module("def read(windows): return pd.DataFrame({'x': [1, 'a']})"))


@pytest.mark.parametrize(
    ("raised", "error"),
    [
        ("KeyError('ppm')", DataError),
        ("ZeroDivisionError()", DataError),
        ("FileNotFoundError('no.csv')", DataError),
        ("PermissionError('no.csv')", DataError),
        ("ConnectionResetError()", TransientError),
        ("TimeoutError()", TransientError),
        ("OSError(errno.EHOSTUNREACH, 'far')", TransientError),
        ("InputError('mine')", InputError),
        ("TransientError('mine')", TransientError),
    ],
)
def test_only_an_outage_may_be_tried_again(module: Module, raised: str, error: type[HeadgateError]) -> None:
    name = module(f"def read(windows): raise {raised}")
    with pytest.raises(error) as caught:
        read(name)
    assert type(caught.value) is error


def test_a_failing_function_is_named_with_its_error(module: Module) -> None:
    name = module("def read(windows): raise KeyError('ppm')")
    with pytest.raises(
        DataError, match=rf"source {name}:read fails in .*{name}\.py, line 6: KeyError: 'ppm'"
    ) as caught:
        read(name)
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_function_that_fails_between_two_batches_is_named_with_its_line(module: Module) -> None:
    name = module("def read(windows):\n yield pa.table({'x': [1]})\n raise KeyError('ppm')")
    found = batches(name)
    assert next(found).num_rows == 1
    with pytest.raises(DataError, match=rf"source {name}:read fails in .*{name}\.py, line 8: KeyError: 'ppm'"):
        next(found)


def test_an_outage_between_two_batches_may_be_tried_again(module: Module) -> None:
    name = module("def read(windows):\n yield pa.table({'x': [1]})\n raise ConnectionResetError")
    with pytest.raises(TransientError, match="ConnectionResetError"):
        read(name)


def test_what_cannot_be_called_is_refused(module: Module) -> None:
    with pytest.raises(InputError, match=r"must be a function read\(windows\). Got int instead"):
        read(module("read = 3"))
