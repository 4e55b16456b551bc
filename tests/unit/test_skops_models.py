from __future__ import annotations

import json
import pickle
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, SplineTransformer

from headgate.adapters.mlmodel_loader import MlmodelLoader
from headgate.adapters.quiet_skops import quiet, skops_io
from headgate.adapters.skops_models import load_estimator
from headgate.errors import ModelRefusedError

X = np.linspace(0.0, 1.0, 60).reshape(-1, 2)
Y = X.sum(axis=1)
MINE = f"{__name__}.Doubling"

Node = dict[str, Any]


class Doubling(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    def fit(self, X: Any, y: Any = None) -> Doubling:  # noqa: N803 - scikit-learn's name
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803 - as above
        return 2 * X


def saved(estimator: Any, path: Path) -> Path:
    with quiet():
        skops_io.dump(estimator.fit(X, Y), path)
    return path


def forged(path: Path, change: Callable[[Node], None]) -> Path:
    """Rewrite each node of the file's schema."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(files["schema.json"])
    pending: list[Any] = [schema]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if "__loader__" in value:
                change(value)
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, "schema.json": json.dumps(schema).encode()}.items():
            archive.writestr(name, content)
    return path


def renamed(old: str, new: str) -> Callable[[Node], None]:
    def change(node: Node) -> None:
        if f"{node['__module__']}.{node['__class__']}" == old:
            node["__module__"], _, node["__class__"] = new.rpartition(".")

    return change


@pytest.mark.parametrize(
    "estimator",
    [
        LinearRegression(),
        RandomForestRegressor(n_estimators=3, random_state=0),
        HistGradientBoostingRegressor(max_iter=3),
        KNeighborsRegressor(),
        make_pipeline(SplineTransformer(), FunctionTransformer(np.log1p), LinearRegression()),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_a_loaded_estimator_predicts_as_it_did(estimator: Any, tmp_path: Path) -> None:
    path = saved(estimator, tmp_path / "model.skops")
    assert np.array_equal(load_estimator(path).predict(X), estimator.predict(X))


def test_a_type_of_the_users_own_is_refused_by_name(tmp_path: Path) -> None:
    path = saved(make_pipeline(Doubling(), LinearRegression()), tmp_path / "model.skops")
    with pytest.raises(ModelRefusedError, match=rf"types of a .*model must .*Got {MINE} instead\."):
        load_estimator(path)


def test_a_type_that_the_user_vouches_for_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, __name__, sys.modules[Doubling.__module__])
    model = make_pipeline(Doubling(), LinearRegression())
    path = saved(model, tmp_path / "model.skops")
    assert np.array_equal(load_estimator(path, trusted=(MINE,)).predict(X), model.predict(X))


@pytest.mark.parametrize("forgery", ["sklearn.os", "sklearn.utils.Bunch", "sklearn.utils.murmurhash3_32"])
def test_a_trusted_name_that_is_another_objects_alias_is_refused(forgery: str, tmp_path: Path) -> None:
    path = saved(RandomForestRegressor(n_estimators=1), tmp_path / "model.skops")
    forged(path, renamed("sklearn.tree._tree.Tree", forgery))
    with pytest.raises(ModelRefusedError, match=rf"types of a .* Got {forgery} instead"):
        load_estimator(path)


def test_a_name_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    path = saved(RandomForestRegressor(n_estimators=1), tmp_path / "model.skops")
    forged(path, renamed("sklearn.tree._tree.Tree", "sklearn.tree._tree.Bush"))
    with pytest.raises(ModelRefusedError, match="no attribute 'Bush'"):
        load_estimator(path)


def test_a_trusted_function_in_the_place_of_a_class_is_refused(tmp_path: Path) -> None:
    path = saved(RandomForestRegressor(n_estimators=1), tmp_path / "model.skops")
    forged(path, renamed("sklearn.tree._tree.Tree", "sklearn.utils.validation.check_array"))
    with pytest.raises(ModelRefusedError, match=r"sklearn\.utils\.validation\.check_array"):
        load_estimator(path)


def test_code_in_a_file_is_refused_and_does_not_run(tmp_path: Path) -> None:
    path = saved(RandomForestRegressor(n_estimators=1), tmp_path / "model.skops")
    forged(path, renamed("sklearn.tree._tree.Tree", "os.system"))
    with pytest.raises(ModelRefusedError, match=r"Got os\.system instead"):
        load_estimator(path)


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.999], ids=str)
def test_a_file_cut_short_is_refused(kept: float, tmp_path: Path) -> None:
    path = saved(LinearRegression(), tmp_path / "model.skops")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept if kept >= 1 else kept * len(whole))])
    with pytest.raises(ModelRefusedError, match="must be a whole skops file"):
        load_estimator(path)


def test_a_file_with_a_part_missing_is_refused(tmp_path: Path) -> None:
    path = saved(LinearRegression(), tmp_path / "model.skops")
    with zipfile.ZipFile(path) as archive:
        schema = archive.read("schema.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", schema)
    with pytest.raises(ModelRefusedError, match="must be a whole skops file"):
        load_estimator(path)


def test_a_pickle_is_refused_and_does_not_run(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(pickle.dumps(LinearRegression().fit(X, Y)))
    with pytest.raises(ModelRefusedError, match="must be a whole skops file"):
        load_estimator(path)


SIGNATURE = {"inputs": json.dumps([{"name": "a", "type": "double"}, {"name": "b", "type": "double"}])}


def folder_of(tmp_path: Path, flavor: Node, **metadata: Any) -> Path:
    saved(LinearRegression(), tmp_path / "model.skops")
    described = {"flavors": flavor, "signature": SIGNATURE} | metadata
    (tmp_path / "MLmodel").write_text(json.dumps(described))  # JSON is YAML, too
    return tmp_path


def skops_flavor(path: str = "model.skops") -> Node:
    return {"sklearn": {"serialization_format": "skops", "pickled_model": path}}


@pytest.fixture
def loader() -> MlmodelLoader:
    return MlmodelLoader(load_estimator)


def test_a_folder_gives_model_and_features(loader: MlmodelLoader, tmp_path: Path) -> None:
    loaded = loader.load(folder_of(tmp_path, skops_flavor()), ())
    assert loaded.features == ("a", "b")
    assert np.allclose(loaded.model.predict(X), Y)


@pytest.mark.parametrize("form", ["cloudpickle", "pickle"])
def test_another_format_is_refused_by_name(loader: MlmodelLoader, form: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"sklearn": {"serialization_format": form, "pickled_model": "model.pkl"}})
    with pytest.raises(ModelRefusedError, match=rf"must be stored with skops.* Got {form} instead"):
        loader.load(folder, ())


def test_a_model_that_names_no_format_is_a_pickle(loader: MlmodelLoader, tmp_path: Path) -> None:
    with pytest.raises(ModelRefusedError, match="Got pickle instead"):
        loader.load(folder_of(tmp_path, {"sklearn": {"pickled_model": "model.skops"}}), ())


def test_a_model_of_another_library_is_refused_by_name(loader: MlmodelLoader, tmp_path: Path) -> None:
    with pytest.raises(ModelRefusedError, match=r"must be a scikit-learn model\. Got 'xgboost' instead"):
        loader.load(folder_of(tmp_path, {"xgboost": {}}), ())


@pytest.mark.parametrize("path", ["../model.skops", "/etc/passwd", "absent.skops", "."])
def test_a_file_that_is_not_the_models_is_refused(loader: MlmodelLoader, path: str, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    saved(LinearRegression(), tmp_path / "model.skops")
    with pytest.raises(ModelRefusedError, match="must be one of the model's files"):
        loader.load(folder_of(inner, skops_flavor(path)), ())


@pytest.mark.parametrize("signature", [None, {}, {"inputs": "not JSON"}, {"inputs": '[{"type": "tensor"}]'}])
def test_a_model_without_named_columns_is_refused(loader: MlmodelLoader, signature: Any, tmp_path: Path) -> None:
    with pytest.raises(ModelRefusedError, match="must have a signature that names its columns"):
        loader.load(folder_of(tmp_path, skops_flavor(), signature=signature), ())


@pytest.mark.parametrize("text", ["a: [", "just text", "", "\x00"])
def test_a_damaged_mlmodel_is_refused(loader: MlmodelLoader, text: str, tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text(text)
    with pytest.raises(ModelRefusedError, match="MLmodel"):
        loader.load(tmp_path, ())


@pytest.mark.parametrize("text", ["flavors: [a]", "flavors: {sklearn: [1]}"])
def test_an_mlmodel_of_another_shape_is_refused(loader: MlmodelLoader, text: str, tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text(text)
    with pytest.raises(ModelRefusedError, match="of an MLmodel must be a mapping"):
        loader.load(tmp_path, ())


def test_metadata_of_another_shape_is_refused(loader: MlmodelLoader, tmp_path: Path) -> None:
    folder_of(tmp_path, skops_flavor(), metadata=[1])
    with pytest.raises(ModelRefusedError, match="metadata of an MLmodel must be a mapping"):
        loader.load(tmp_path, ())


def test_a_folder_without_an_mlmodel_is_refused(loader: MlmodelLoader, tmp_path: Path) -> None:
    with pytest.raises(ModelRefusedError, match="must have a readable MLmodel file"):
        loader.load(tmp_path, ())


def test_fitting_saving_and_loading_print_nothing_where_airflow_is_imported(tmp_path: Path) -> None:
    (tmp_path / "forest.py").write_text(
        "from sklearn.ensemble import RandomForestRegressor\ndef build(params): return RandomForestRegressor(3)\n"
    )
    code = """
        import sys, warnings
        from pathlib import Path
        import airflow.sdk, airflow.models
        warnings.simplefilter("always")
        from headgate.adapters.sklearn_trainer import SklearnTrainer
        from headgate.adapters.skops_models import load_estimator
        from headgate.adapters.mlflow_models import save_folder, signature_of
        from headgate.ports import Recipe
        import pyarrow
        rows = pyarrow.table({"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 2.0], "at": [1, 2, 3]})
        sys.path.insert(0, sys.argv[1])
        fitted = SklearnTrainer().fit(Recipe(build="forest:build"), rows, label="y", event_time="at")
        folder = Path(sys.argv[1]) / "model"
        save_folder(fitted, folder, signature_of(fitted), mlflow_run="r")
        load_estimator(folder / "model.skops")
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
