from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from headgate.adapters.dotted_paths import load_object
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


def read(name: str) -> pa.Table:
    return FunctionRows(FunctionSource(f"{name}:read")).read(WINDOWS)


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
    with pytest.raises(
        DataError, match=f"source {name}:read must return a DataFrame or an Arrow table. Got {kind} inst"
    ):
        read(name)


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


def test_what_cannot_be_called_is_refused(module: Module) -> None:
    with pytest.raises(InputError, match=r"must be a function read\(windows\). Got int instead"):
        read(module("read = 3"))


def test_a_module_that_is_not_there_says_which_and_why(module: Module) -> None:
    with pytest.raises(InputError, match=r"Got nowhere_at_all instead, which isn't there.*PYTHONPATH"):
        load_object("nowhere_at_all.data:weekly")


def test_a_module_missing_in_its_package_says_so() -> None:
    with pytest.raises(InputError, match=r"Got json.nowhere instead: there is no 'nowhere' in json"):
        load_object("json.nowhere:load")


def test_a_module_missing_below_a_module_says_so() -> None:
    with pytest.raises(InputError, match=r"Got json.decoder.nowhere instead: there is no 'nowhere' in json.decoder"):
        load_object("json.decoder.nowhere:load")


def test_a_module_that_lacks_another_says_which(module: Module) -> None:
    name = module("import nowhere_at_all")
    with pytest.raises(InputError, match=rf"module {name} .* needs the module nowhere_at_all, which isn't installed"):
        load_object(f"{name}:read")


@pytest.mark.parametrize(
    ("body", "error"), [("1 / 0", "ZeroDivisionError"), ("def", "SyntaxError"), ("x", "NameError")]
)
def test_a_module_that_fails_at_import_names_the_error(module: Module, body: str, error: str) -> None:
    with pytest.raises(InputError, match=rf"must be importable. Got {error}"):
        load_object(f"{module(body)}:read")


def test_a_module_that_imports_what_is_not_in_another_names_the_error(module: Module) -> None:
    with pytest.raises(InputError, match=r"must be importable. Got ImportError"):
        load_object(f"{module('from json import nowhere')}:read")


def test_a_name_that_is_not_there_gets_a_suggestion(module: Module) -> None:
    with pytest.raises(InputError, match=r"Got 'wekly', which isn't there, instead. Did you mean weekly"):
        load_object(f"{module('def weekly(windows): pass')}:wekly")


def test_a_name_may_have_parts(module: Module) -> None:
    assert load_object(f"{module('class Data: rows = 3')}:Data.rows") == 3


@pytest.mark.parametrize("path", ["json", "json.loads", "json:", ":loads", "json loads", ""])
def test_what_is_no_dotted_path_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="must be a dotted path such as"):
        load_object(path)
