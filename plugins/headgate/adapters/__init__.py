"""One outside library a module: what the ports ask for, in that library's terms."""

from __future__ import annotations

import os

# Importing pandera or pyspark sets this to 1 unless it is there, and pyarrow then drops the zones of all datetimes.
os.environ["PYARROW_IGNORE_TIMEZONE"] = ""
