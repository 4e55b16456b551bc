"""Adjusting p-values for how many claims there were, any of which alone could decide."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted so that any false claim at all is as rare as the level says, however they depend.

    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6: the i-th
    smallest of m is multiplied by m - i + 1, and is at least its predecessor. Compare what is returned with the level.

    Args:
        p_values: In [0, 1], in any order.

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    count = len(p_values)
    order = sorted(range(count), key=p_values.__getitem__)
    scaled = (min(1.0, (count - rank) * p_values[index]) for rank, index in enumerate(order))
    return _in_place(order, accumulate(scaled, max))


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted so that the expected share of false claims among all that are made is the level.

    Benjamini & Hochberg (1995), Controlling the false discovery rate, Journal of the Royal Statistical Society B 57:
    the i-th smallest of m is multiplied by m / i, and is at most its successor. It holds for independent and for
    positively dependent p-values (Benjamini & Yekutieli 2001, Annals of Statistics 29).

    Args:
        p_values: In [0, 1], in any order.

    >>> benjamini_hochberg([0.01, 0.04, 0.03])
    (0.03, 0.04, 0.04)
    """
    count = len(p_values)
    order = sorted(range(count), key=p_values.__getitem__, reverse=True)
    scaled = (p_values[index] * (count / (count - rank)) for rank, index in enumerate(order))
    return _in_place(order, accumulate(scaled, min))


def _in_place(order: Sequence[int], adjusted: accumulate[float]) -> tuple[float, ...]:
    by_index = dict(zip(order, adjusted, strict=True))
    return tuple(by_index[index] for index in range(len(order)))
