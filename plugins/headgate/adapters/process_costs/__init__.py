"""Measure what models cost in a fresh process: the parent's side, and the child's."""

from __future__ import annotations

from headgate.adapters.process_costs.child import end_in_time, measure_here
from headgate.adapters.process_costs.meter import ProcessCostMeter

__all__ = ["ProcessCostMeter", "end_in_time", "measure_here"]
