from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from headgate.adapters.dotted_paths import load_object
from headgate.errors import InputError

Module = Callable[[str], str]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    """Write a module of the user's, and return its name."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(body: str) -> str:
        name = f"user_{tmp_path.name}"
        (tmp_path / f"{name}.py").write_text(body)
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    return write


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
