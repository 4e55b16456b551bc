"""Put scikit-learn models to the test: changed features, shuffled labels, two samples to be told apart."""

from __future__ import annotations

from headgate.adapters.sklearn_probes.probes import SklearnProber

__all__ = ["SklearnProber"]
