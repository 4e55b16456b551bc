"""Statistics of rows: a sketch of each part, and the profile that sketches add up to.

A sketch takes some 12 KB a column of a large part, 2 KB of a part of 100 rows; texts of many values take as much more
as their 1,000 most frequent ones. A part of a million rows and 12 columns of all kinds takes 124 KB, and its
profile 16 KB.
"""

from __future__ import annotations

from headgate.adapters.pyarrow_profiler.profiler import ArrowProfiler

__all__ = ["ArrowProfiler"]
