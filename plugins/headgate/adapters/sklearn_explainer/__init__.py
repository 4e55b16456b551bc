"""How much scikit-learn models need each of their features."""

from __future__ import annotations

from headgate.adapters.sklearn_explainer.explainer import SklearnExplainer

__all__ = ["SklearnExplainer"]
