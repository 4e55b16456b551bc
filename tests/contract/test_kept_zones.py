"""Whatever a user's code imports, an instant stays that instant."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIX_IN_VIENNA = """
from datetime import datetime
from zoneinfo import ZoneInfo
import pyarrow as pa
when = datetime(2024, 5, 1, 6, tzinfo=ZoneInfo("Europe/Vienna"))
print(pa.array([when], pa.timestamp("us", "UTC"))[0].as_py().hour)
"""
OURS, THEIRS = "import headgate.adapters", "import pandera.pandas"


def hour_after(*imports: str) -> int:
    script = "\n".join((*imports, SIX_IN_VIENNA))
    unset = {name: value for name, value in os.environ.items() if name != "PYARROW_IGNORE_TIMEZONE"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=unset, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.parametrize("imports", [(OURS, THEIRS), (THEIRS, OURS)], ids=["ours first", "pandera first"])
def test_a_time_keeps_its_zone_when_pandera_is_imported(imports: tuple[str, str]) -> None:
    assert hour_after(*imports) == 4


def test_without_headgate_pandera_makes_pyarrow_drop_zones() -> None:
    assert hour_after(THEIRS) == 6, "pandera no longer does: headgate/adapters/__init__.py needn't mend it"
