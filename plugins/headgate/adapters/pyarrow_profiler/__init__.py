"""Statistics of rows: a sketch of each part, and the profile that sketches add up to.

A sketch of 12 columns takes at most about 300 KB of JSON, most of it the names of frequent categories; 13 KB a column
of numbers of a large part, 2 KB a column of a part of 100 rows.
"""

from __future__ import annotations

from headgate.adapters.pyarrow_profiler.profiler import ArrowProfiler

__all__ = ["ArrowProfiler"]
