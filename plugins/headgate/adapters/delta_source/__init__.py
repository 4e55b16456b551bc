"""Rows from Delta Lake tables, as they were at a run's as-of."""

from __future__ import annotations

from headgate.adapters.delta_source.rows import DeltaRows

__all__ = ["DeltaRows"]
