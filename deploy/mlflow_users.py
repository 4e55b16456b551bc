"""MLflow's logins: one for Airflow's tasks, and one for the model server, which may only read.

Safe to repeat: what is there stays, and passwords become what `.env` says.
"""

from __future__ import annotations

import os

from mlflow.exceptions import RestException
from mlflow.server.auth.client import AuthServiceClient

USERS = {"airflow": "MLFLOW_AIRFLOW_PASSWORD", "reader": "MLFLOW_READER_PASSWORD"}


def main() -> None:
    """Make both."""
    os.environ["MLFLOW_TRACKING_USERNAME"] = os.environ["MLFLOW_AUTH_ADMIN_USERNAME"]
    os.environ["MLFLOW_TRACKING_PASSWORD"] = os.environ["MLFLOW_AUTH_ADMIN_PASSWORD"]
    client = AuthServiceClient("http://mlflow:5000")
    for name, variable in USERS.items():
        password = os.environ[variable]
        try:
            client.create_user(name, password)
        except RestException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            client.update_user_password(name, password)
        print(f"MLflow's user {name} is there")


if __name__ == "__main__":
    main()
