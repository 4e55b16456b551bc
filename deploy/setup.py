"""What has to be there before Airflow and MLflow start: databases with their owners, Airflow's schema, its admin.

Safe to repeat: what is there stays, and passwords become what `.env` says.
"""

from __future__ import annotations

import os
import subprocess

import psycopg2
from psycopg2 import sql

DATABASES = {"airflow": "AIRFLOW_DB_PASSWORD", "mlflow": "MLFLOW_DB_PASSWORD"}


def main() -> None:
    """Make databases, schema and admin."""
    databases()
    subprocess.run(["airflow", "db", "migrate"], check=True)  # noqa: S607 - the image's own
    admin()


def databases() -> None:
    """Make a role and a database of its own for Airflow and for MLflow; MLflow's logins have a second one."""
    connection = psycopg2.connect(
        host="postgres", user="postgres", dbname="postgres", password=os.environ["POSTGRES_PASSWORD"]
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        for role, variable in DATABASES.items():
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            statement = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}")
            cursor.execute(statement.format(sql.Identifier(role), sql.Literal(os.environ[variable])))
        for name, owner in (("airflow", "airflow"), ("mlflow", "mlflow"), ("mlflow_logins", "mlflow")):
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if not cursor.fetchone():
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(owner)))
            statement = sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC")
            cursor.execute(statement.format(sql.Identifier(name)))
    connection.close()
    print("databases are there")


def admin() -> None:
    """Make Airflow's admin, or set the password."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
    from werkzeug.security import check_password_hash

    name, password = os.environ["AIRFLOW_ADMIN_USER"], os.environ["AIRFLOW_ADMIN_PASSWORD"]
    with get_application_builder() as builder:
        manager = builder.sm
        user = manager.find_user(username=name)
        if user is None:
            role = manager.find_role("Admin")
            user = manager.add_user(name, name, "", f"{name}@localhost", role, password)
        elif not check_password_hash(user.password, password):
            manager.reset_password(user.id, password)
        if not user:
            message = f"Airflow's user {name} must be made. Got a refusal instead: see above."
            raise SystemExit(message)
    print(f"Airflow's user {name} is there")


if __name__ == "__main__":
    main()
