"""The source files behind a dotted path, and whether they are the user's own."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from headgate.adapters.dotted_paths import load_object
from headgate.errors import InputError

_INSTALLED = frozenset({"site-packages", "dist-packages"})
_REFUSED = frozenset({"headgate", *sys.stdlib_module_names})


def sources_of(build: str) -> dict[str, str]:
    """Return the sha256, in hex, of the module behind a dotted path and of those of its package that it imports.

    Imports are read in the source, also those inside functions; nothing is imported but the dotted path itself. What is
    imported by a name that is only known at run time isn't found.

    Raises:
        InputError: There is nothing of that dotted path.
    """
    function = load_object(build)
    begun = [name for name in (build.partition(":")[0], getattr(function, "__module__", None)) if name]
    tops = {_top(name) for name in begun}
    waiting, found = list(dict.fromkeys(begun)), dict[str, str]()
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        file = _file_of(name)
        if file is None:
            continue
        content = file.read_bytes()
        found[name] = hashlib.sha256(content).hexdigest()
        further = {each for each in _imported(name, file, content) if _top(each) in tops} - seen
        seen |= further
        waiting += sorted(further)
    return dict(sorted(found.items()))


def require_own(build: str) -> None:
    """Require the function of a dotted path that a record names to be the user's own, before anything calls it.

    Whoever may write to MLflow can have a record name any function. Neither Python's own are called for it, nor those
    of installed libraries, nor those that a module of the user's merely imports.

    Raises:
        InputError: It isn't, or there is nothing of that dotted path.
    """
    if _is_own(build.partition(":")[0]) and _is_own(str(getattr(load_object(build), "__module__", ""))):
        return
    msg = f"a record's dotted path must name a function of your own project. Got {build} instead, which isn't called: "
    msg += f"whoever may write to MLflow could have named it. If it is yours, say so: --build {build}."
    raise InputError(msg)


def _is_own(module: str) -> bool:
    top = _top(module)
    if not top or top in _REFUSED:
        return False
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return True  # `load_object` says what is wrong with it
    places = [] if spec is None else [*(spec.submodule_search_locations or ()), *([spec.origin] if spec.origin else [])]
    return not any(_is_installed(Path(place)) for place in places)


def _is_installed(place: Path) -> bool:
    libraries = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    return bool(_INSTALLED.intersection(place.parts)) or any(place.is_relative_to(one) for one in libraries)


def _top(module: str) -> str:
    return module.partition(".")[0]


def _file_of(module: str) -> Path | None:
    """Return a module's file; `None` where there is no such module, or one without a file."""
    loaded = sys.modules.get(module)
    if loaded is not None:
        file = getattr(loaded, "__file__", None)
    else:
        try:
            spec = importlib.util.find_spec(module)
        except (ImportError, ValueError):  # `from module import name` names no module but a name in one
            return None
        file = spec.origin if spec is not None and spec.has_location else None
    return Path(file) if file and Path(file).is_file() else None


def _imported(module: str, file: Path, content: bytes) -> Iterator[str]:
    """Yield the names of modules that a module may import: some may name something in one."""
    if file.suffix != ".py":
        return
    package = module if file.stem == "__init__" else module.rpartition(".")[0]
    try:
        tree = ast.parse(content)
    except SyntaxError:  # nobody imports it, then
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.rsplit(".", node.level - 1)[0] if node.level else ""
            base = ".".join(filter(None, (above, node.module)))
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
