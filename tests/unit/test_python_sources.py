"""Which files a dotted path's code is, and whose it is."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.adapters.python_sources import require_own, sources_of
from headgate.adapters.sklearn_trainer import SklearnTrainer
from headgate.errors import InputError

FILES = {
    "__init__.py": "",
    "model.py": "import json\nfrom .features import season\nfrom .deep import lags\ndef build(params): return season\n",
    "features.py": "def season():\n    from {package} import inner\n    import {package}.also.there\n",
    "inner.py": "import {package}.model\nimport nowhere_at_all\n",
    "unused.py": "",
    "broken.py": "def (",
    "deep/__init__.py": "from .lags import lag\n",
    "deep/lags.py": "from ..features import season\nlag = 1\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"project_{tmp_path.name.replace('-', '_')}"
    for path, code in FILES.items():
        file = tmp_path / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code.replace("{package}", name))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield name
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


def test_code_is_the_module_and_what_it_imports_of_its_package(package: str, tmp_path: Path) -> None:
    found = sources_of(f"{package}.model:build")
    names = {module.removeprefix(f"{package}.") for module in found}
    assert names - {package} == {"model", "features", "inner", "deep", "deep.lags"}
    content = (tmp_path / package / "model.py").read_bytes()
    assert found[f"{package}.model"] == hashlib.sha256(content).hexdigest()


def test_code_that_can_not_be_parsed_is_code_all_the_same(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "inner.py").write_text(f"import {package}.broken\n")
    assert f"{package}.broken" in sources_of(f"{package}.model:build")


def test_code_that_is_not_there_has_no_sources() -> None:
    with pytest.raises(InputError, match="PYTHONPATH"):
        sources_of("nowhere_at_all.model:build")


def test_surroundings_name_code_libraries_and_machine(package: str) -> None:
    found = SklearnTrainer().surroundings(f"{package}.model:build")
    assert found.sources == sources_of(f"{package}.model:build")
    assert found.facts.keys() >= {"python", "scikit-learn", "numpy", "machine", "numeric libraries"}


def test_a_function_of_ones_own_may_be_called(package: str) -> None:
    require_own(f"{package}.model:build")
    require_own(f"{package}.deep.lags:season")


@pytest.mark.parametrize(
    "path",
    [
        "subprocess:run",
        "sklearn.linear_model:Ridge",
        "headgate.adapters.dotted_paths:load_object",
        "{package}.model:json.dumps",
        "{package}.model:build.__class__",
        "{package}.deep.lags:lag",
    ],
)
def test_a_function_of_somebody_elses_may_not(package: str, path: str) -> None:
    with pytest.raises(InputError, match="function of your own project"):
        require_own(path.replace("{package}", package))


def test_nothing_of_somebody_elses_is_even_imported() -> None:
    with pytest.raises(InputError, match="function of your own project"):
        require_own("antigravity:fly")
    assert "antigravity" not in sys.modules
