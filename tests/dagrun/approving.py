"""A chain whose approval people answer, as Airflow's API server and its scheduler would hand their answers on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput
from airflow.sdk.execution_time.comms import CreateHITLDetailPayload

from tests.dagrun.chain import Chain

NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)


@dataclass(kw_only=True)
class ApprovingChain(Chain):
    """A chain with an ApproveOperator.

    Attributes:
        shown: What Airflow's page shows of each task: the first question, also after the task was cleared.
        waiting: What each task that waits for people hands on to itself.
    """

    shown: dict[str, CreateHITLDetailPayload] = field(default_factory=dict)
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    _at: str = ""

    def ask(self, task_id: str = "approve") -> CreateHITLDetailPayload:
        """Run up to a task that must wait for people, and return what it asks them."""
        try:
            self.run(task_id)
        except TaskAwaitingInput as waiting:
            self.waiting[task_id] = waiting.kwargs or {}
            return self.shown[task_id]
        raise AssertionError((self.outputs.get(task_id), self.skipped))

    def answer(self, option: str, *, who: str | None = "ada", why: str = "fine", task_id: str = "approve") -> Any:
        """Answer a task's question; `None` is what Airflow does when the time is over. Return the task's output."""
        user = {"id": who, "name": who} if who else None
        event = {
            "chosen_options": [option],
            "params_input": {"why": why},
            "responded_at": NOON,
            "responded_by_user": user,
            "timedout": user is None,
        }
        return self.resume(event, task_id=task_id)

    def resume(self, event: dict[str, Any], *, task_id: str = "approve") -> Any:
        kwargs = self.waiting.pop(task_id)
        try:
            self._work(
                self.dag(), task_id, lambda task, context, _: task.execute_complete(context, event=event, **kwargs)
            )
        except TaskAwaitingInput as waiting:
            self.waiting[task_id] = waiting.kwargs or {}
            return None
        return self.outputs[task_id]

    def said(self, task_id: str = "approve") -> str:
        """Return why a question that was answered ended the task for good."""
        try:
            self.answer("Approve", task_id=task_id)
        except AirflowFailException as error:
            return str(error)
        raise AssertionError(self.outputs.get(task_id))

    def _answered(self, asked: Any) -> Any:
        if isinstance(asked, CreateHITLDetailPayload):
            return self.shown.setdefault(self._at, asked)
        return super()._answered(asked)

    def _context(self, dag: DAG, task: Any) -> Any:
        context = super()._context(dag, task)
        context["ti"].id, self._at = uuid.uuid4(), task.task_id
        return context
