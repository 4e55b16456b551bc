"""Build and fit scikit-learn estimators."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
from joblib import parallel_config
from threadpoolctl import threadpool_info, threadpool_limits

from headgate.adapters.arrow_features import features_of, frame_of
from headgate.adapters.dotted_paths import load_object
from headgate.adapters.python_sources import sources_of
from headgate.adapters.quiet_skops import quiet, skops_io
from headgate.core.surroundings import Surroundings
from headgate.core.trust import untrusted_of
from headgate.errors import DataError, HeadgateError, InputError, ModelRefusedError
from headgate.ports import Fitted, Recipe, Rows

_LIBRARIES = ("scikit-learn", "numpy", "pandas", "scipy", "skops")
_GIT_SECONDS = 2.0
_PREDICTED_ROWS = 1000
_EXAMPLE_ROWS = 2


class SklearnTrainer:
    """`Trainer` of scikit-learn estimators and pipelines."""

    def code_of(self, build: str) -> str:
        """Return the sha256, in hex, of the module behind a dotted path (and of the one that it takes the name from).

        Raises:
            InputError: There is no such function, or it lives in no file.
        """
        return _digest_of(build, _sources(build))

    def surroundings(self, build: str) -> Surroundings:
        """Return the code behind a dotted path, the libraries, and the machine with its numeric libraries.

        Raises:
            InputError: There is no such function.
        """
        machine = {"machine": f"{platform.system()} {platform.machine()}", "numeric libraries": _numeric_libraries()}
        return Surroundings(sources=sources_of(build), facts={**_environment(build), **machine})

    def fit(self, recipe: Recipe, rows: Rows, *, label: str, event_time: str) -> Fitted:
        """Build the estimator and fit it on the rows.

        The random states that it leaves open get the seed; Python's and NumPy's global generators start from it too,
        and are put back afterwards. Event times are no feature, unless the recipe asks for them.

        Raises:
            InputError: `build` isn't a function that builds an estimator from the params.
            DataError: The estimator refuses the rows, or a feature is missing.
            ModelRefusedError: The fitted estimator holds types that nobody trusts.
        """
        table = cast("pa.Table", rows)
        features = table.select(_features(recipe, table, label, event_time))
        given = features_of(features, recipe.takes)
        labels = table.column(label).to_numpy()
        with _seeded(recipe.seed), _limited(recipe.threads):
            model = _build(recipe)
            _fix_random_states(model, recipe.seed)
            seconds, answers = _fit(model, given, labels, recipe.build)
        saved, trusted = _saved(model, recipe.trusted)
        frame = given[:_PREDICTED_ROWS] if recipe.takes == "pandas" else frame_of(features, _PREDICTED_ROWS)
        return Fitted(
            model=model,
            example=frame.head(_EXAMPLE_ROWS),
            prediction=(frame, answers),
            saved=saved,
            trusted=trusted,
            seconds=seconds,
            facts={**_facts(recipe.build, features), "takes": recipe.takes},
            takes=recipe.takes,
        )


def _features(recipe: Recipe, table: pa.Table, label: str, event_time: str) -> list[str]:
    if recipe.features is None:
        features = [name for name in table.column_names if name not in (label, event_time)]
        if not features:
            msg = (
                f"rows must have a column besides the label {label} and the event time {event_time}. Got none instead."
            )
            raise DataError(msg)
        return features
    if label in recipe.features:
        msg = f"features must not name the label. Got {label} among {', '.join(recipe.features)} instead."
        raise InputError(msg)
    for name in recipe.features:
        if name not in table.column_names:
            close = difflib.get_close_matches(name, table.column_names, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            msg = (
                f"feature {name} must be a column of the rows. Got the columns {', '.join(table.column_names)} instead."
            )
            raise DataError(msg + hint)
    return list(recipe.features)


def _build(recipe: Recipe) -> Any:  # noqa: ANN401 - any estimator
    estimator = _call(_function(recipe.build), recipe.params, recipe.build)
    missing = [name for name in ("fit", "predict", "get_params") if not callable(getattr(estimator, name, None))]
    if missing or isinstance(estimator, type):
        got = f"the class {estimator.__name__}" if isinstance(estimator, type) else type(estimator).__name__
        lacks = "" if isinstance(estimator, type) else f", which has no {' and no '.join(missing)},"
        msg = f"{recipe.build} must return a scikit-learn estimator with fit and predict. Got {got}{lacks} instead."
        raise InputError(msg)
    return estimator


def _function(build: str) -> Callable[..., object]:
    function = load_object(build)
    if not callable(function):
        msg = f"{build} must be a function build(params). Got {type(function).__name__} instead."
        raise InputError(msg)
    return function


def _call(function: Callable[..., object], params: Mapping[str, Any], build: str) -> object:
    try:
        return function(dict(params))
    except HeadgateError:
        raise
    except Exception as error:
        msg = f"{build} must build an estimator from the params {dict(params)}. "
        msg += f"Got {type(error).__name__}: {error} instead."
        raise InputError(msg) from error


def _fix_random_states(model: Any, seed: int) -> None:  # noqa: ANN401 - any estimator
    params = model.get_params(deep=True)
    states = [name for name in params if name == "random_state" or name.endswith("__random_state")]
    model.set_params(**{name: seed for name in states if params[name] is None})


def _fit(model: Any, given: Any, labels: np.ndarray[Any, Any], build: str) -> tuple[float, Any]:  # noqa: ANN401
    """Return the seconds of the fit, and what the model answers for the first rows."""
    started = time.perf_counter()
    try:
        model.fit(given, labels)
        seconds = time.perf_counter() - started
        with parallel_config(backend="sequential"):  # a forest's threads add their trees up in any order
            return seconds, model.predict(given[:_PREDICTED_ROWS])
    except HeadgateError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())  # scikit-learn's advice has many lines
        msg = f"estimator {build} refuses the rows: {type(error).__name__}: {said}"
        raise DataError(msg) from error


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    before, before_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - what estimators draw from
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - as above
    try:
        yield
    finally:
        random.setstate(before)
        np.random.set_state(before_numpy)  # noqa: NPY002 - as above


def _limited(threads: int | None) -> contextlib.AbstractContextManager[Any]:
    return contextlib.nullcontext() if threads is None else threadpool_limits(limits=threads)


def _saved(model: object, allowed: tuple[str, ...]) -> tuple[bytes, tuple[str, ...]]:
    saved, types = _with_types(model)
    refused = untrusted_of(types, allowed)
    if refused:
        listed = ", ".join(f'"{name}"' for name in refused)
        msg = "types of a model must come from scikit-learn, NumPy or SciPy, or be trusted by name. "
        msg += f"Got {', '.join(refused)} instead. Read their code, then say so: Estimator(..., trusted=({listed},))."
        raise ModelRefusedError(msg)
    return saved, types


def _with_types(model: object) -> tuple[bytes, tuple[str, ...]]:
    try:
        with quiet():
            saved = skops_io.dumps(model)
            types = tuple(skops_io.get_untrusted_types(data=saved))
    except Exception as error:  # whatever an object raises that skops can't take apart
        raise ModelRefusedError(_unsavable(f"{type(error).__name__}: {error}")) from error
    nameless = [name for name in types if "<" in name]  # `<lambda>`: saved, but never found again
    if nameless:
        raise ModelRefusedError(_unsavable(", ".join(nameless)))
    return saved, types


def _unsavable(got: str) -> str:
    return (
        f"a model must be made of parts that skops can save. Got {got} instead. "
        "Lambdas and local functions can't be saved: move them to the top of a module."
    )


def _sources(build: str) -> tuple[Path, ...]:
    function = _function(build)
    modules = dict.fromkeys((build.partition(":")[0], getattr(function, "__module__", None)))
    files = [getattr(sys.modules.get(str(name)), "__file__", None) for name in modules]
    return tuple(Path(file) for file in files if file)


def _digest_of(build: str, sources: tuple[Path, ...]) -> str:
    try:
        content = b"".join(source.read_bytes() for source in sources)
    except OSError as error:
        msg = f"source code of {build} must be readable. Got {type(error).__name__}: {error} instead."
        raise InputError(msg) from error
    if not sources:
        msg = f"{build} must live in a file. Got a module without one instead."
        raise InputError(msg)
    return hashlib.sha256(content).hexdigest()


def _facts(build: str, features: pa.Table) -> dict[str, str]:
    return {
        **_environment(build),
        "code": _digest_of(build, _sources(build)),
        "n_features": str(features.num_columns),
        "n_rows": str(features.num_rows),
    }


def _environment(build: str) -> dict[str, str]:
    sources = _sources(build)
    commit = _commit(sources[0].parent) if sources else ""
    return {"python": platform.python_version(), **_versions(), **({"git_commit": commit} if commit else {})}


def _numeric_libraries() -> str:
    """Return what adds numbers up, and with how many threads: sums end otherwise with others.

    Which of them a fit uses isn't known; each is named once.
    """
    told = set()
    for pool in threadpool_info():
        words = (pool["internal_api"], pool["version"], pool.get("architecture"), f"({pool['num_threads']} threads)")
        told.add(" ".join(filter(None, words)))
    return ", ".join(sorted(told))


@cache
def _versions() -> dict[str, str]:
    return {library: version(library) for library in _LIBRARIES}


def _commit(folder: Path) -> str:
    """Return the commit that a folder's checkout is at; nothing when it is none, or git isn't there."""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False)  # noqa: S603
        return done.stdout.strip() if done.returncode == 0 else ""
    return ""
