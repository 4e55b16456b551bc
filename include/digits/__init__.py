"""Handwritten digits that arrive day by day."""

from __future__ import annotations

PIXELS = tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8))
"""The features: ink of 8 x 8 pixels, 0 to 16, row by row."""
