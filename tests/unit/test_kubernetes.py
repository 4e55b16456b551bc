"""What the manifests promise: probes that mean it, no root, no secret, and the settings that Compose has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from headgate.server.login import OPEN

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
VALUES: dict[str, Any] = yaml.safe_load((KUBERNETES / "values.yaml").read_text())
OBJECTS: dict[str, Any] = {
    found["kind"]: found for found in yaml.safe_load_all((KUBERNETES / "model-server.yaml").read_text())
}
POD: dict[str, Any] = OBJECTS["Deployment"]["spec"]["template"]["spec"]
SERVER: dict[str, Any] = POD["containers"][0]
USER = int(re.findall(r"useradd --uid (\d+)", (ROOT / "Dockerfile").read_text())[0])


def test_a_server_without_a_champion_is_alive_and_not_ready() -> None:
    paths = {name: SERVER[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
    assert paths == {"startup": "/live", "liveness": "/live", "readiness": "/ping"}
    assert {("GET", path) for path in paths.values()} <= OPEN


def test_the_server_runs_without_root_capabilities_or_a_way_to_write() -> None:
    assert (POD["securityContext"]["runAsNonRoot"], POD["securityContext"]["runAsUser"]) == (True, USER)
    assert SERVER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert POD["automountServiceAccountToken"] is False
    assert [mount["mountPath"] for mount in SERVER["volumeMounts"]] == ["/tmp"]  # noqa: S108 - the pod's own
    assert {"requests", "limits"} <= set(SERVER["resources"])


def test_every_object_is_about_the_servers_pods() -> None:
    labels = OBJECTS["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert OBJECTS["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert OBJECTS["Service"]["spec"]["selector"] == labels
    assert OBJECTS["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert OBJECTS["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == labels


def test_passwords_come_from_secrets_by_name_only() -> None:
    logins = ("MLFLOW_TRACKING_", "HEADGATE_SERVER_")
    secret = {one["name"]: one["valueFrom"]["secretKeyRef"] for one in SERVER["env"] if one["name"].startswith(logins)}
    assert set(secret) == {
        "MLFLOW_TRACKING_USERNAME",
        "MLFLOW_TRACKING_PASSWORD",
        "HEADGATE_SERVER_USER",
        "HEADGATE_SERVER_PASSWORD",
    }
    assert secret["HEADGATE_SERVER_PASSWORD"] == {"name": "headgate-model-server", "key": "password"}
    assert {one["envName"] for one in VALUES["secret"]} == {
        "AIRFLOW_CONN_MLFLOW_DEFAULT",
        "AIRFLOW_CONN_HEADGATE_SERVER_DEFAULT",
    }
    for name in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName"):
        assert VALUES[name].startswith("headgate-")
    assert all(name.endswith("SecretName") for name in VALUES["data"])
    assert not any("password" in str(variable["value"]).lower() for variable in VALUES["env"])


def test_the_charts_own_passwords_are_off() -> None:
    assert VALUES["postgresql"] == {"enabled": False}
    assert VALUES["createUserJob"] == {"enabled": False}
    assert VALUES["redis"]["passwordSecretName"]


def test_no_probe_or_sidecar_needs_a_script_of_airflows_own_image() -> None:
    parts = [VALUES["scheduler"], VALUES["dagProcessor"], VALUES["triggerer"], VALUES["workers"]["celery"]]
    for part in parts:
        assert part["livenessProbe"]["command"]
        assert part["logGroomerSidecar"] == {"enabled": False}
    assert VALUES["scheduler"]["startupProbe"]["command"]
    assert "ENTRYPOINT" not in (ROOT / "Dockerfile").read_text()


def test_airflow_runs_as_the_images_user_without_capabilities() -> None:
    contexts = VALUES["securityContexts"]
    assert {VALUES["uid"], contexts["pod"]["runAsUser"], contexts["pod"]["fsGroup"]} == {USER}
    assert contexts["containers"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def test_settings_are_those_of_compose() -> None:
    environment = COMPOSE["x-airflow"]["environment"]
    for section, settings in VALUES["config"].items():
        for name, value in settings.items():
            variable = f"AIRFLOW__{section}__{name}".upper()
            if variable in environment:
                assert re.fullmatch(rf"(\$\{{\w+:-)?{re.escape(str(value))}\}}?", environment[variable]), variable
    for variable in VALUES["env"]:
        assert environment[variable["name"]] == variable["value"]


def test_metrics_have_the_names_that_the_dashboards_ask_for() -> None:
    mappings = yaml.safe_load((ROOT / "deploy" / "monitoring" / "statsd.yml").read_text())["mappings"]
    assert VALUES["statsd"]["overrideMappings"] == mappings
