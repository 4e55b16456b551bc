"""The trigger form's named override of the rule that only a later as-of may be promoted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.hooks.run_context import form_value
from headgate.steps.judge import require_override


def override_of(context: Mapping[str, Any]) -> str | None:
    """Return the override that a person chose, or `None`.

    Raises:
        InputError: There is no such override, or it comes without a reason.
    """
    override: str | None = form_value(context, "override", str, default=None)
    require_override(override, form_value(context, "reason", str, default=""))
    return override
