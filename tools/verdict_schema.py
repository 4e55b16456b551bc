"""Write the JSON Schema of a verdict's record as the code has it: `.venv/bin/python tools/verdict_schema.py`."""

from __future__ import annotations

import json

from headgate.steps.verdict_file import SCHEMA_FILE, record_schema

SCHEMA_FILE.write_text(json.dumps(record_schema(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
print(f"wrote {SCHEMA_FILE}")
