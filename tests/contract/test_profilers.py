"""Profilers, held to the suite that every one must pass."""

from __future__ import annotations

from headgate.adapters.pyarrow_profiler import ArrowProfiler
from headgate.ports import Profiler
from headgate.testing.conformance_profiler import ProfilerConformance


class TestArrowProfiler(ProfilerConformance):
    def make(self) -> Profiler:
        return ArrowProfiler()
