"""MLflow's logins: one for Airflow's tasks, and one for the model server, which may only read.

Safe to repeat: what is there stays, and passwords become what `.env` says.
"""

from __future__ import annotations

import os

import httpx

USERS = {"airflow": "MLFLOW_AIRFLOW_PASSWORD", "reader": "MLFLOW_READER_PASSWORD"}


def main() -> None:
    """Make both."""
    admin = (os.environ["MLFLOW_AUTH_ADMIN_USERNAME"], os.environ["MLFLOW_AUTH_ADMIN_PASSWORD"])
    server = os.environ.get("MLFLOW_URL", "http://mlflow:5000")
    with httpx.Client(base_url=f"{server}/api/2.0/mlflow/users", auth=admin, timeout=60) as users:
        for name, variable in USERS.items():
            login = {"username": name, "password": os.environ[variable]}
            reply = users.post("/create", json=login)
            if reply.is_client_error and reply.json().get("error_code") == "RESOURCE_ALREADY_EXISTS":
                reply = users.patch("/update-password", json=login)
            reply.raise_for_status()
            print(f"MLflow's user {name} is there")


if __name__ == "__main__":
    main()
