"""Cut Arrow batches into sorted rows in one canonical form.

The canonical form is what makes the same rows equal tables, whatever route they came (pandas or Arrow, object or Arrow
strings, in one batch or many, in any order):

* the event time is `timestamp[us, UTC]`; other timestamps keep their zone and become microseconds where that loses
  nothing;
* other times have a unit that Parquet knows: no whole seconds, and dates are `date32`;
* dictionaries (categoricals) become their values; every string is a `large_string`, every binary a `large_binary`;
* floats have no NaN, but nulls: pandas can't tell them apart; -0.0 is 0.0; halves are `float`;
* of the versions of a row, where a key says what a row is, the latest one that was known;
* no metadata, one chunk; rows sorted by event time, and by all other columns where event times aren't unique.

What it can't undo: pandas turns whole numbers with holes into floats, and forgets the type of an all-null column.
"""

from __future__ import annotations

from headgate.adapters.pyarrow_cutter.pile import ArrowCutter

__all__ = ["ArrowCutter"]
