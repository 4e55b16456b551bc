"""A child that finds one number, and then waits for its end; it imports nothing that takes time."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    found = {"who": "candidate", "fact": "memory", "value": 5.0, "said": ""}
    (Path(sys.argv[1]) / "found.jsonl").write_text(json.dumps(found) + "\n" + '{"who": "candi')
    signal.pause()
