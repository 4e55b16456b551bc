"""Links from a task's page in Airflow's UI to what the task made."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperatorLink


class MadeLink(BaseOperatorLink):
    """A link to one thing that a task made; the operator notes its address in `links` when it is made.

    Args:
        label: What the button says.
    """

    def __init__(self, label: str) -> None:
        self._label = label

    @property
    def name(self) -> str:
        """What the button says."""
        return self._label

    @property
    def xcom_key(self) -> str:
        """Where Airflow keeps the address."""
        return f"headgate_link_{self._label.lower().replace(' ', '_')}"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ANN401, ARG002 - Airflow's signature
        """Return the address, or nothing when the task ended before it made the thing."""
        links: dict[str, str] = operator.links
        return links.get(self._label, "")
