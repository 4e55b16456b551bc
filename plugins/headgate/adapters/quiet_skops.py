"""skops without its noise: shared by the adapters that store and load models.

To find where a type lives, skops asks every imported module for every name: Airflow's answer with some thousand
warnings (tried: 3,000 lines in the log of a task), and so does NumPy for one forest.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Drop the warnings that arise inside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


with quiet():
    import skops.io as skops_io

__all__ = ["quiet", "skops_io"]
