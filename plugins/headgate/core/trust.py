"""Which types a stored model may bring along: decided on names alone.

Whoever may write to the registry can write any type name into a model file, so a prefix isn't enough. Tried: scipy's
distributions run the text of an attribute (`exec` in `__setstate__`), `numpy.testing` has `runstring`, and `sklearn.os`
is the module `os`. Hence numpy and scipy are trusted by module, for what fitted estimators are made of; scikit-learn as
a whole, without its loaders and its vendored code; methods and dunder names never. The adapter that loads adds what
names can't tell: that a name is the object's own.

What it can't keep out: a forged *content* of a trusted type. A tree with indices out of range crashes the process
(https://github.com/scikit-learn/scikit-learn/pull/34558), so write access to the registry stays a matter of trust.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TRUSTED_PACKAGES = ("sklearn",)
"""Trusted with all modules below them that aren't denied."""

TRUSTED_MODULES = (
    "numpy.linalg",
    "numpy.polynomial",
    "numpy.random",
    "scipy._lib.array_api_compat.numpy",
    "scipy.interpolate",
    "scipy.linalg",
    "scipy.ndimage",
    "scipy.signal",
    "scipy.sparse",
    "scipy.spatial",
    "scipy.special",
)
"""Trusted with what is below them; of `numpy` itself only the direct names (`numpy.dtype`, `numpy.mean`)."""

DENIED_MODULES = (
    "scipy.linalg.cython_blas",  # hands out raw pointers
    "scipy.linalg.cython_lapack",
    "scipy.special.cython_special",
    "sklearn._build_utils",
    "sklearn.datasets",  # reads files and the network
    "sklearn.externals",  # not scikit-learn's own code
    "sklearn.tree._export",  # writes files
    "sklearn.utils._joblib",
    "sklearn.utils._show_versions",
    "sklearn.utils._testing",
    "sklearn.utils.discovery",  # imports by name
    "sklearn.utils.estimator_checks",
)

# They read or write the files their argument names; `load` unpickles, `memmap` maps.
DENIED_NAMES = frozenset(
    {
        "DataSource",
        "dump",
        "dumps",
        "fromfile",
        "fromregex",
        "fromtextfile",
        "genfromtxt",
        "load",
        "load_library",
        "load_npz",
        "loads",
        "loadtxt",
        "memmap",
        "open_memmap",
        "save",
        "save_npz",
        "savetxt",
        "savez",
        "savez_compressed",
        "tofile",
    }
)

_DENIED_PARTS = frozenset({"conftest", "tests", "testing"})


def untrusted_of(types: Iterable[str], allowed: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the types that must not be loaded, sorted, each once.

    Args:
        types: Full names as skops reports them, e.g. `sklearn.tree._tree.Tree`.
        allowed: Full names that the user vouches for; compared whole, never as a prefix.

    >>> untrusted_of(["sklearn.tree._tree.Tree", "sklearn_evil.Tree", "numpy.load"])
    ('numpy.load', 'sklearn_evil.Tree')
    >>> untrusted_of(["shop.features.log"], allowed=["shop.features.log"])
    ()
    """
    return tuple(sorted({name for name in types if not _is_trusted(name)} - set(allowed)))


def untrusted_sentence(untrusted: tuple[str, ...]) -> str:
    """Say which types are refused and what to do about it."""
    names = ", ".join(untrusted)
    return (
        "types of a served model must come from scikit-learn, numpy or scipy, or be listed as trusted. "
        f"Got {names} instead. Read their code, then add them to the trusted types, or leave them out of the model."
    )


def _is_trusted(name: str) -> bool:
    *modules, own = parts = name.split(".")
    if not modules or not all(part.isidentifier() for part in parts) or _DENIED_PARTS.intersection(parts):
        return False
    if own in DENIED_NAMES or any(part.startswith("__") for part in parts):
        return False
    if any(part.lstrip("_")[:1].isupper() for part in modules):
        return False
    module = ".".join(modules)
    if _is_below(module, DENIED_MODULES):
        return False
    return module == "numpy" or _is_below(module, TRUSTED_PACKAGES + TRUSTED_MODULES)


def _is_below(module: str, roots: tuple[str, ...]) -> bool:
    return any(module == root or module.startswith(root + ".") for root in roots)
