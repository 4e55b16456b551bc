from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.core.trust import DENIED_MODULES, DENIED_NAMES, TRUSTED_MODULES, untrusted_of, untrusted_sentence

PARTS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
NAMES = st.lists(PARTS, min_size=1, max_size=4).map(".".join)


@pytest.mark.parametrize(
    "name",
    [
        "sklearn.tree._tree.Tree",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn._loss.link.IdentityLink",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "numpy.dtype",
        "numpy.log1p",
        "scipy.sparse._csr.csr_matrix",
        "scipy.special._ufuncs.expit",
        "scipy.interpolate._bsplines.BSpline",
    ],
)
def test_what_fitted_estimators_are_made_of_is_trusted(name: str) -> None:
    assert untrusted_of([name]) == ()


@pytest.mark.parametrize("root", [*TRUSTED_MODULES, "sklearn"])
def test_trust_ends_at_the_packages_boundary(root: str) -> None:
    assert untrusted_of([f"{root}.Thing"]) == ()
    assert untrusted_of([f"{root}_evil.Thing"]) == (f"{root}_evil.Thing",)


@pytest.mark.parametrize("module", DENIED_MODULES)
def test_denial_ends_at_the_modules_boundary(module: str) -> None:
    assert untrusted_of([f"{module}.Thing", f"{module}.deeper.Thing"]) == (f"{module}.Thing", f"{module}.deeper.Thing")
    assert untrusted_of([f"{module}_else.Thing"]) == ()


@pytest.mark.parametrize("name", sorted(DENIED_NAMES))
def test_what_reads_or_writes_files_is_never_trusted(name: str) -> None:
    assert untrusted_of([f"numpy.{name}", f"sklearn.tree.{name}"]) == (f"numpy.{name}", f"sklearn.tree.{name}")


@pytest.mark.parametrize(
    "name",
    [
        "builtins.eval",
        "os.system",
        "numpy",
        "numpy.lib._npyio_impl.NpzFile",
        "numpy.testing.runstring",
        "numpy.ctypeslib.load_library",
        "scipy.stats._distn_infrastructure.rv_continuous",
        "sklearn",
        "sklearn.tree.tests.Helper",
        "sklearn.conftest.Thing",
        "sklearn.tree._tree.Tree.__reduce__",
        "sklearn.tree._tree.Tree.apply",
        "sklearn.__init__.os",
        "sklearn..Tree",
        "sklearn.tree.",
        ".Tree",
        "",
        "shop.features.<lambda>",
    ],
)
def test_what_runs_code_or_is_no_name_is_refused(name: str) -> None:
    assert untrusted_of([name]) == (name,)


def test_the_users_list_is_compared_whole() -> None:
    names = ["shop.features.log", "shop.features.log.deeper", "shop.features.logs", "shop.features"]
    assert untrusted_of(names, allowed=["shop.features.log"]) == tuple(sorted(set(names) - {"shop.features.log"}))


def test_the_users_list_may_name_what_is_denied_by_default() -> None:
    assert untrusted_of(["numpy.load"], allowed=["numpy.load"]) == ()


def test_the_sentence_names_every_type_and_what_to_do() -> None:
    said = untrusted_sentence(("os.system", "shop.features.log"))
    assert "Got os.system, shop.features.log instead" in said
    assert "add them to the trusted types" in said


@given(st.lists(NAMES), st.lists(NAMES))
def test_refused_are_some_of_the_types_each_once_in_order(types: list[str], allowed: list[str]) -> None:
    refused = untrusted_of(types, allowed)
    assert list(refused) == sorted(set(refused))
    assert set(refused) <= set(types) - set(allowed)


@given(st.lists(NAMES), st.lists(NAMES))
def test_trusting_more_never_refuses_more(types: list[str], allowed: list[str]) -> None:
    assert set(untrusted_of(types, allowed)) <= set(untrusted_of(types))


@given(NAMES.filter(lambda name: name.partition(".")[0] not in {"numpy", "scipy", "sklearn"}))
def test_a_strangers_type_is_never_trusted_by_itself(name: str) -> None:
    assert untrusted_of([name]) == (name,)
