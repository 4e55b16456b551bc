"""One compose project of its own: its secrets, its ports, its volumes; gone when the block is left."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tools.airflow_api import AirflowApi
from tools.env_file import write
from tools.environment import REPOSITORY, free_ports

PROJECT = "headgate-test"
UP_SECONDS = 900
FILES = ("docker-compose.yaml", "tools/compose/small_volume.yaml")


class ComposeError(Exception):
    """Docker said no; the message holds its words."""


class ComposeStack:
    """`docker compose up` of this checkout, with ports and volumes of its own.

    Args:
        home: A folder for `.env`; the volumes are Docker's.
        keep: Leave everything up at the end, to be looked at.
    """

    def __init__(self, home: Path, *, keep: bool = False) -> None:
        self.home = home
        self.keep = keep
        self.env: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        path = self.home / ".env"
        write(path)
        self.env = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
        names = ("AIRFLOW_PORT", "MLFLOW_PORT", "MODEL_SERVER_PORT")
        for name, port in zip(names, free_ports(*(0 for _ in names)), strict=True):
            self.env.setdefault(name, str(port))
        path.write_text("".join(f"{name}={value}\n" for name, value in self.env.items()))
        try:
            self.compose("up", "--detach", "--build", "--wait", "--wait-timeout", str(UP_SECONDS))
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.keep:
            self.compose("down", "--volumes", "--timeout", "20")
            shutil.rmtree(self.home)

    def compose(self, *arguments: str) -> str:
        """Run `docker compose` and return what it prints.

        Raises:
            ComposeError: It failed.
        """
        files = (argument for file in FILES for argument in ("--file", file))
        named = ("--project-name", PROJECT, "--env-file", str(self.home / ".env"))
        return docker("compose", *files, *named, *arguments)

    def run_in(self, service: str, *command: str) -> str:
        """Run a command in a container of a service, and return what it prints."""
        return self.compose("exec", "--no-TTY", service, *command)

    def containers(self, service: str) -> list[dict[str, Any]]:
        """Return what Docker says of each container of a service, running or not."""
        lines = self.compose("ps", "--all", "--format", "json", service).splitlines()
        return [json.loads(line) for line in lines if line.strip()]

    @cached_property
    def api(self) -> AirflowApi:
        """Airflow's REST API for its admin."""
        return AirflowApi(
            url=self.url("AIRFLOW_PORT"),
            username=self.env["AIRFLOW_ADMIN_USER"],
            password=self.env["AIRFLOW_ADMIN_PASSWORD"],
        )

    def url(self, port: str) -> str:
        """Return the address behind one of the ports in `.env`."""
        return f"http://127.0.0.1:{self.env[port]}"


def docker(*arguments: str) -> str:
    """Run Docker from the checkout, and return what it prints.

    Raises:
        ComposeError: It failed, or isn't there.
    """
    try:
        done = subprocess.run(
            ["docker", *arguments],  # noqa: S607 - the one on this machine's PATH
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
            env=dict(os.environ),
        )
    except FileNotFoundError as error:
        message = "docker must be there, with Compose 2.24 or later. Got no such program."
        raise ComposeError(message) from error
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip()[-4000:]
        message = f"docker {shlex.join(arguments)[:500]} must succeed. Got {done.returncode} instead:\n{said}"
        raise ComposeError(message)
    return done.stdout
