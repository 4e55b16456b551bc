"""The real stack, started once for all end-to-end tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
SERVED = {"headgate_server_default": "co2_weekly", "headgate_server_digits": "digits"}
USERS = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{Stack.username}:admin,ada:user,bob:user"}
"""Airflow makes a password for each who has none."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test below this folder `e2e`."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def dags_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder; a Dag file that a test puts there shows within some seconds."""
    return tmp_path_factory.mktemp("dags")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, dags_folder: Path) -> Iterator[Stack]:
    """Airflow and an MLflow server, running; ended with the session."""
    home = tmp_path_factory.mktemp("stack")
    with Stack(home=home, dags_folder=dags_folder, served=SERVED, extra_env=USERS) as running:
        yield running
