"""How long after an event its label is final."""

from __future__ import annotations

from headgate.core.business_days import BusinessDays
from headgate.core.span import Span

Delay = Span | BusinessDays
"""Either has `after`, when a label is final; `before`, whose labels are final; `is_zero`, and a text for people."""
