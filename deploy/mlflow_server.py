"""Start MLflow's server with its login. What is secret comes from the environment, and never onto a command line."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

LOGINS = """[mlflow]
default_permission = READ
database_uri = {database}
authorization_function = deploy.mlflow_login:authenticate
auth_cache_ttl_seconds = 60
"""
ARGUMENTS = (
    "mlflow",
    "server",
    "--app-name=basic-auth",
    "--host=0.0.0.0",
    "--port=5000",
    "--workers=1",
    "--serve-artifacts",
    f"--uvicorn-opts=--log-config={Path(__file__).with_name('mlflow_logging.json')}",
)


def main() -> None:
    """Write the login's settings where only this process reads them, and become the server."""
    password = quote(os.environ["MLFLOW_DB_PASSWORD"], safe="")
    address = f"postgresql+psycopg2://mlflow:{password}@postgres"
    settings = Path("/tmp/mlflow_logins.ini")  # noqa: S108 - a file system of this container's own
    settings.touch(mode=0o600)
    settings.write_text(LOGINS.format(database=f"{address}/mlflow_logins".replace("%", "%%")))
    os.environ["MLFLOW_AUTH_CONFIG_PATH"] = str(settings)
    os.environ["MLFLOW_BACKEND_STORE_URI"] = f"{address}/mlflow"
    hosts = os.environ.get("MLFLOW_ALLOWED_HOSTS", "mlflow:*,localhost:*,127.0.0.1:*")
    artifacts = os.environ.get("MLFLOW_ARTIFACTS", "/var/lib/mlflow")
    os.execvp(ARGUMENTS[0], [*ARGUMENTS, f"--artifacts-destination={artifacts}", f"--allowed-hosts={hosts}"])


if __name__ == "__main__":
    main()
