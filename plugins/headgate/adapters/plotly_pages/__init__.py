"""Draw the pages that people read: one HTML file each, nothing loaded from anywhere, light and dark, printable.

The validation's page is text and tables, a few KB. The evaluation's page brings plotly.js along, because MLflow shows
an artifact in a sandboxed frame that can reach neither the network nor another artifact. Plotly's own way, the bundle
as it is, makes each page 4.8 MB; packed (see `bundle`) it is 2.3 MB, and the browser unpacks it. The figures are
written as plain JSON: building them with plotly's Python classes, and importing those, would take most of a run's time.
"""

from __future__ import annotations

from headgate.adapters.plotly_pages.pages import PlotlyPages

__all__ = ["PlotlyPages"]
