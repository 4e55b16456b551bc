import httpx
import pytest

from tools.airflow_api import AirflowApi, AirflowApiError


def api_that(*, completed_at: str | None, cancel: int) -> AirflowApi:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth/token":
            return httpx.Response(201, json={"access_token": "t"})
        if request.method == "PUT":
            return httpx.Response(cancel, json={"detail": "no" if cancel >= 400 else "yes"})
        return httpx.Response(200, json={"id": 1, "completed_at": completed_at})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    return AirflowApi(url="http://airflow", username="admin", password="x", _client=client)  # noqa: S106 - of nobody


def test_a_backfill_that_airflow_ended_a_moment_ago_is_closed() -> None:
    api_that(completed_at="2000-01-01T00:00:00Z", cancel=409).close_backfill(1)


def test_a_backfill_that_is_closed_here_is_closed() -> None:
    api_that(completed_at=None, cancel=200).close_backfill(1)


def test_a_refusal_about_a_backfill_that_goes_on_is_said() -> None:
    with pytest.raises(AirflowApiError, match="Got 409"):
        api_that(completed_at=None, cancel=409).close_backfill(1)
