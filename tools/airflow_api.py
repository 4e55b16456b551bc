"""A small client for Airflow's REST API: what the demo, the bench and the end-to-end tests need of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

T = TypeVar("T")

FINISHED_STATES = frozenset({"success", "failed"})
PAGE = 100


class AirflowApiError(Exception):
    """Airflow refused a request, or what was waited for didn't come in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AirflowApi:
    """Airflow's REST API, logged in.

    Args:
        url: Where the API server answers, such as `http://127.0.0.1:8080`.
        username: A user of the auth manager.
        password: That user's password.
    """

    url: str
    username: str
    password: str = field(repr=False)
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30.0, trust_env=False), repr=False)

    def call(self, method: str, path: str, **request: Any) -> Any:
        """Send a request below `/api/v2` and return the JSON of its answer, or `None` for an empty one.

        Raises:
            AirflowApiError: The answer wasn't a success; the message holds status and body.
        """
        if "authorization" not in self._client.headers:
            self._client.headers["authorization"] = f"Bearer {self._token()}"
        answer = self._client.request(method, f"{self.url}/api/v2{path}", **request)
        return _json_of(answer)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def has_dag(self, dag_id: str) -> bool:
        """Tell whether the Dag's file has been parsed."""
        return any(dag["dag_id"] == dag_id for dag in self.call("GET", "/dags", params={"limit": PAGE})["dags"])

    def import_errors(self) -> list[dict[str, Any]]:
        """Return the errors of Dag files that couldn't be parsed."""
        return list(self.call("GET", "/importErrors")["import_errors"])

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run the Dag. The runs of a paused Dag, a backfill's too, stay queued."""
        self.call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, *, conf: Mapping[str, Any], logical_date: datetime | None = None) -> str:
        """Start a manual dag run and return its id."""
        body = {"conf": dict(conf), "logical_date": logical_date.isoformat() if logical_date else None}
        return str(self.call("POST", f"/dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def backfill(self, dag_id: str, *, first: datetime, last: datetime, max_active_runs: int, **more: Any) -> int:
        """Create a backfill of all dates in `[first, last]`, both included, and return its id.

        Args:
            dag_id: The Dag.
            first: The first logical date.
            last: The last logical date.
            max_active_runs: How many of its runs may run at once.
            more: Other fields of the request: `dag_run_conf`, `reprocess_behavior`, `run_backwards`.
        """
        body = {"dag_id": dag_id, "from_date": first.isoformat(), "to_date": last.isoformat(), **more}
        return int(self.call("POST", "/backfills", json={**body, "max_active_runs": max_active_runs})["id"])

    def dag_runs(self, dag_id: str, **filters: Any) -> list[dict[str, Any]]:
        """Return the dag runs of a Dag, oldest logical date first."""
        params = {"order_by": "logical_date", **filters}
        return self._pages(f"/dags/{dag_id}/dagRuns", "dag_runs", params)

    def task_instances(self, dag_id: str, dag_run_id: str) -> list[dict[str, Any]]:
        """Return the task instances of a dag run; `~` stands for any run."""
        return self._pages(f"/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances", "task_instances", {})

    def xcom(self, dag_id: str, dag_run_id: str, task_id: str, *, key: str = "return_value") -> Any:
        """Return a value that a task passed on, deserialized."""
        path = f"/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries/{key}"
        return self.call("GET", path, params={"deserialize": True})["value"]

    def task_log(self, dag_id: str, dag_run_id: str, task_id: str, *, try_number: int = 1) -> str:
        """Return what a task logged, as text."""
        path = f"/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/logs/{try_number}"
        content = self.call("GET", path, params={"full_content": True}, headers={"accept": "application/json"})[
            "content"
        ]
        return "\n".join(_line_of(line) for line in content)

    def wait_for_dag(self, dag_id: str, *, timeout: float) -> None:
        """Wait until a Dag's file has been parsed, then unpause the Dag.

        Raises:
            AirflowApiError: It isn't there in time; with the errors of the files that couldn't be parsed.
        """
        try:
            wait_for(lambda: self.has_dag(dag_id), what=f"Dag {dag_id} parsed", timeout=timeout)
        except AirflowApiError as error:
            traces = "\n".join(str(found["stack_trace"]) for found in self.import_errors())
            message = f"{error}\n{traces}"
            raise AirflowApiError(message) from error
        self.unpause(dag_id)

    def close_backfill(self, backfill_id: int) -> None:
        """End a backfill; Airflow itself notices only every 30 s that one is done, and a Dag has one at a time.

        A run of it that is cleared afterwards stays queued for ever: Airflow pauses what it cancels (tried).

        Raises:
            AirflowApiError: Airflow refused, and the backfill hasn't ended by itself meanwhile.
        """
        try:
            self.call("PUT", f"/backfills/{backfill_id}/cancel")
        except AirflowApiError:
            if self.call("GET", f"/backfills/{backfill_id}")["completed_at"] is None:
                raise

    def backfill_runs(self, backfill_id: int) -> list[dict[str, Any]]:
        """Return the backfill runs within the dates of a backfill, oldest first."""
        backfill = self.call("GET", f"/backfills/{backfill_id}")
        dates = {"logical_date_gte": backfill["from_date"], "logical_date_lte": backfill["to_date"]}
        return self.dag_runs(backfill["dag_id"], run_type="backfill", **dates)

    def wait_for_backfill(self, backfill_id: int, *, timeout: float) -> list[dict[str, Any]]:
        """Wait until all runs of a backfill have finished, well or badly; close it and return them."""

        def finished() -> list[dict[str, Any]]:
            runs = self.backfill_runs(backfill_id)
            return runs if all(run["state"] in FINISHED_STATES for run in runs) else []

        runs = wait_for(finished, what=f"the end of backfill {backfill_id}", timeout=timeout)
        self.close_backfill(backfill_id)
        return runs

    def wait_for_runs(self, dag_id: str, *, count: int, timeout: float) -> list[dict[str, Any]]:
        """Wait until `count` runs of a Dag have finished, well or badly, and return them."""

        def finished() -> list[dict[str, Any]]:
            runs = self.dag_runs(dag_id)
            done = [run for run in runs if run["state"] in FINISHED_STATES]
            return done if len(done) >= count else []

        return wait_for(finished, what=f"{count} finished runs of {dag_id}", timeout=timeout)

    def _token(self) -> str:
        login = {"username": self.username, "password": self.password}
        return str(_json_of(self._client.post(f"{self.url}/auth/token", json=login))["access_token"])

    def _pages(self, path: str, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            page = self.call("GET", path, params={**params, "limit": PAGE, "offset": len(rows)})
            rows.extend(page[name])
            if not page[name] or len(rows) >= page["total_entries"]:
                return rows


def wait_for(look: Callable[[], T], *, what: str, timeout: float, every: float = 0.25) -> T:
    """Call `look` every `every` seconds until it answers something true, and return that.

    Raises:
        AirflowApiError: Nothing true within `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while not (seen := look()):
        if time.monotonic() > deadline:
            message = f"{what} must come within {timeout:.0f} s. Got {seen!r} instead."
            raise AirflowApiError(message)
        time.sleep(every)
    return seen


def _line_of(line: str | dict[str, Any]) -> str:
    """Return a line of a log with the errors that it tells of."""
    if isinstance(line, str):
        return line
    errors = (f"{error['exc_type']}: {error['exc_value']}" for error in line.get("error_detail") or ())
    return "\n".join((str(line.get("event", line)), *errors))


def _json_of(answer: httpx.Response) -> Any:
    if not answer.is_success:
        request = f"{answer.request.method} {answer.request.url}"
        message = f"{request} must succeed. Got {answer.status_code} instead: {answer.text}"
        raise AirflowApiError(message)
    return answer.json() if answer.content else None
