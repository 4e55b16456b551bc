"""Evaluate expectations with Great Expectations on pandas: no Data Docs, no bars, nothing stored, nothing sent."""

from __future__ import annotations

import logging

logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # 200 INFO lines at import; results tell the rest

from headgate.adapters.gx_suites.runner import GxSuites  # noqa: E402 - it imports what was silenced above

__all__ = ["GxSuites"]
