"""Registers Headgate's plugin where the distribution isn't installed, say where only `plugins/` is mounted.

Airflow takes a plugin that is registered twice, by an entry point and by a file, for an error.
"""

from __future__ import annotations

from importlib.metadata import entry_points

if not any(point.value.startswith("headgate.plugin:") for point in entry_points(group="airflow.plugins")):
    from headgate.plugin import HeadgatePlugin

    __all__ = ["HeadgatePlugin"]
