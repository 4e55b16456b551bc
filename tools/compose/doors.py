"""Every address of the running stack, asked without a login."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import httpx

from tools.compose.stack import ComposeStack
from tools.compose.story import Tell, require

REFUSED = {401, 403}
FEWEST = 100
"""Airflow and MLflow each have more addresses than that; fewer would mean that they weren't found."""
AIRFLOW_OPEN = re.compile(
    r"/api/v2/(monitor/health|version)|/execution/health(/ping)?"  # that it lives, and which version
    r"|/auth/(token(/.*)?|login.*|logout|fab/v1/login)|/api/v2/auth/(login|logout)"  # the way in
    r"|/health|/api/(v1/)?\{_:path\}"  # where nothing is: always 404
    r"|(/auth|/execution)?/(docs.*|redoc|openapi\.json|changelog)"  # how the API is used, the same anywhere
    r"|/(static.*|\{rest_of_path:path\})?"  # the pages' frame, without data
)
MLFLOW_OPEN = re.compile(r"/health|/version|/static-files.*|/(ajax-)?api/3\.0/mlflow/server-info")
SERVER = (("POST", "/invocations"), ("GET", "/version"), ("GET", "/metrics"), ("POST", "/refresh"))
_AIRFLOW = """
import json, logging
logging.disable(logging.CRITICAL)
from airflow.api_fastapi.app import create_app

def below(app, prefix=""):
    for route in app.routes:
        if methods := getattr(route, "methods", None):
            yield prefix + route.path, sorted(methods - {"HEAD", "OPTIONS"})
        elif hasattr(getattr(route, "app", None), "routes"):
            yield from below(route.app, prefix + route.path)

print(json.dumps(list(below(create_app("all")))))
"""
_MLFLOW = """
import json, logging
logging.disable(logging.CRITICAL)
from mlflow.server import app
print(json.dumps([(rule.rule, sorted(rule.methods - {"HEAD", "OPTIONS"})) for rule in app.url_map.iter_rules()]))
"""

Address = tuple[str, str]


def closed_doors(stack: ComposeStack, tell: Tell) -> None:
    """Ask each address without a login, and raise unless all but the open ones are refused."""
    for name, service, script, is_open in (
        ("Airflow", "airflow-api-server", _AIRFLOW, AIRFLOW_OPEN),
        ("MLflow", "mlflow", _MLFLOW, MLFLOW_OPEN),
    ):
        known = json.loads(stack.run_in(service, "python", "-W", "ignore", "-c", script).splitlines()[-1])
        addresses = [(method, path) for path, methods in known for method in methods]
        asked = [(method, path) for method, path in addresses if not is_open.fullmatch(path)]
        require(len(asked) > FEWEST, f"{name} names its addresses: {len(asked)}")
        require_refused(stack.url(f"{name.upper()}_PORT"), name, asked)
        left = sorted({path for _, path in addresses} - {path for _, path in asked})
        tell(f"refused without a login: {len(asked)} addresses of {name}; open: {', '.join(left)}")
    require_refused(stack.url("MODEL_SERVER_PORT"), "the model server", SERVER)
    closed = ", ".join(path for _, path in SERVER)
    tell(f"refused without a login: {closed} of the model server; open: /ping, /health, /live")
    tell(f"published, and no other: {published(stack)}")


def require_refused(url: str, who: str, asked: Iterable[Address]) -> None:
    """Raise unless each address is refused."""
    opened = []
    with httpx.Client(base_url=url, timeout=30) as nobody:
        for method, path in asked:
            status = nobody.request(method, re.sub(r"\{[^}]*\}|<[^>]*>", "1", path)).status_code
            if status not in REFUSED:
                opened.append(f"{method} {path}: {status}")
    require(not opened, f"{who} refuses every request without a login: {opened}")


def published(stack: ComposeStack) -> str:
    """Return which ports are published; raise unless they are the three, on loopback."""
    found = {
        (publisher["URL"], publisher["PublishedPort"])
        for line in stack.compose("ps", "--format", "json").splitlines()
        for publisher in json.loads(line)["Publishers"] or []
        if publisher["PublishedPort"]
    }
    names = ("AIRFLOW_PORT", "MLFLOW_PORT", "MODEL_SERVER_PORT")
    require(found == {("127.0.0.1", int(stack.env[name])) for name in names}, f"three addresses on loopback: {found}")
    return ", ".join(f"{host}:{port}" for host, port in sorted(found))
