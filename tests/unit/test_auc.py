"""Counting in 32 bits and in 64, of one model and of two, with ties and without."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from headgate.core.numeric.auc import Auc, auc_of

ROWS, RESAMPLES = 300, 5


@pytest.mark.parametrize("models", [1, 2])
@pytest.mark.parametrize("decimals", [1, 12], ids=["tied", "untied"])
def test_narrow_and_wide_counts_give_scikit_learns_auc(models: int, decimals: int) -> None:
    random = np.random.default_rng(models)
    labels = random.integers(0, 2, ROWS)
    scores = [np.round(random.normal(size=ROWS) + labels, decimals) for _ in range(models)]
    curves = tuple(Auc.of(np.flatnonzero(labels == 1), np.flatnonzero(labels == 0), score) for score in scores)
    counts = random.poisson(1.0, (RESAMPLES, ROWS))
    weighed = np.array([[roc_auc_score(labels, score, sample_weight=row) for row in counts] for score in scores])
    expected = weighed[0] - weighed[1] if models > 1 else weighed[0]
    narrow, wide = auc_of(curves, counts.astype(np.int8)), auc_of(curves, counts.astype(np.int64))
    assert np.array_equal(narrow, wide)
    assert narrow == pytest.approx(expected, abs=1e-12)
