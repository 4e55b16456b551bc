"""Airflow's human-in-the-loop: put a question on its page of required actions, and read what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import Param as FormField
from airflow.sdk.exceptions import AirflowFailException

from headgate.core.approval_replies import LONGEST, Reply

APPROVE, REJECT = "Approve", "Reject"
"""With exactly these two, Airflow's page draws two buttons and says that an approval is required."""

WHY = "why"
"""The form's field. Not `reason`: the Dag has one of that name, whose value Airflow would put here."""


def approval_form() -> dict[str, FormField]:
    """Return the fields of the form beside the buttons."""
    return {
        WHY: FormField(
            "",
            title="Reason",
            description="Why, in a sentence: it is kept with the version, or with the rejected run.",
            type="string",
            maxLength=LONGEST,
        )
    }


def put_question(operator: Any, *, ti_id: Any, about: str, as_of: str) -> None:  # noqa: ANN401 - Airflow's
    """Put the operator's question on the page of required actions; one that was answered is open again.

    Raises:
        AirflowFailException: The page shows another question, and would let people approve what they didn't see.
            Airflow keeps the first question of a task that is cleared (https://github.com/apache/airflow/pull/73235).
    """
    from airflow.sdk.api.datamodels._generated import HITLUser
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import CreateHITLDetailPayload

    shown: Any = task_runner.SUPERVISOR_COMMS.send(
        CreateHITLDetailPayload(
            ti_id=ti_id,
            options=operator.options,
            subject=operator.subject,
            body=operator.body,
            defaults=operator.defaults,
            multiple=operator.multiple,
            params=operator.serialized_params,
            assigned_users=[HITLUser(id=user["id"], name=user["name"]) for user in operator.assigned_users or ()],
        )
    )
    if about not in (shown.body or ""):
        msg = (
            f"question of {operator.task_id} must be about verdict {about}. Got that of an earlier try instead, which "
        )
        msg += "Airflow goes on to show when a task is cleared. Start the Dag anew with the as-of "
        msg += f"{as_of}: it finds the same fit."
        raise AirflowFailException(msg)


def reply_of(event: Mapping[str, Any]) -> Reply:
    """Return what Airflow says became of a question.

    Raises:
        AirflowFailException: Airflow could not ask.
    """
    if "error" in event and event.get("error_type") != "timeout":
        msg = f"question must be answered, or time out. Got this instead: {event['error']}"
        raise AirflowFailException(msg)
    user = event.get("responded_by_user") or {}
    at = event.get("responded_at")
    return Reply(
        approves=list(event.get("chosen_options") or ()) == [APPROVE],
        who=user.get("name") or user.get("id") or None,
        at=at.astimezone(UTC) if isinstance(at, datetime) else datetime.now(tz=UTC),
        why=str((event.get("params_input") or {}).get(WHY) or ""),
    )
