"""Several threads that do their work at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """Do each work in a thread of its own, all started at the same moment; return what they return, in order.

    Raises:
        Exception: What the first of the failed ones raised, once all have ended.

    Examples:
        >>> at_once([lambda: "a", lambda: "b"])
        ['a', 'b']
    """
    start = threading.Barrier(len(works))

    def work_with_others(work: Callable[[], T]) -> T:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(work_with_others, works))
