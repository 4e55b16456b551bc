"""Write `.env`: what `docker compose up` needs and nobody should choose. What is there already stays.

python -m tools.env_file [FILE]
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from tools.environment import REPOSITORY

HEADER = "# Made by `make secrets`. Keep it to yourself: whoever has it, has the databases and the registry.\n"


def values() -> dict[str, str]:
    """Return a fresh value of each variable, for a file that has none."""
    passwords = (
        "POSTGRES_PASSWORD",
        "AIRFLOW_DB_PASSWORD",
        "MLFLOW_DB_PASSWORD",
        "REDIS_PASSWORD",
        "AIRFLOW_ADMIN_PASSWORD",
        "MLFLOW_ADMIN_PASSWORD",
        "MLFLOW_AIRFLOW_PASSWORD",
        "MLFLOW_READER_PASSWORD",
        "HEADGATE_SERVER_PASSWORD",
        "AIRFLOW_JWT_SECRET",
        "AIRFLOW_SECRET_KEY",
        "MLFLOW_SECRET_KEY",
        "GRAFANA_ADMIN_PASSWORD",
    )
    # Letters and digits only: they stand in addresses, too.
    return {name: secrets.token_hex(24) for name in passwords} | {
        "AIRFLOW_FERNET_KEY": Fernet.generate_key().decode(),
        "AIRFLOW_ADMIN_USER": "admin",
    }


def write(path: Path) -> list[str]:
    """Add what is missing in the file, readable by its owner only; return the names that were added."""
    text = path.read_text() if path.exists() else HEADER
    there = {line.partition("=")[0].strip() for line in text.splitlines() if "=" in line and not line.startswith("#")}
    added = {name: value for name, value in values().items() if name not in there}
    if added:
        lines = "".join(f"{name}={value}\n" for name, value in added.items())
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(f"{text.rstrip()}\n{lines}")
    return list(added)


def main(arguments: list[str]) -> None:
    """Write the file, and say what became of it; never a value."""
    path = Path(arguments[0]) if arguments else REPOSITORY / ".env"
    added = write(path)
    if not added:
        print(f"{path} has every secret already; delete it, or a line of it, to have new ones made.")
        return
    print(f"{path}: made {', '.join(added)}.")
    print("Log in to Airflow as AIRFLOW_ADMIN_USER with AIRFLOW_ADMIN_PASSWORD, to MLflow as admin with")
    print("MLFLOW_ADMIN_PASSWORD, and to the model server as headgate with HEADGATE_SERVER_PASSWORD.")


if __name__ == "__main__":
    main(sys.argv[1:])
