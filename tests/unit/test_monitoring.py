"""What is provisioned for Prometheus and Grafana fits what is sent, and is as closed as the rest of the stack."""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from headgate.core.server_login import DEFAULT_USER
from headgate.core.serving import Refusal, ServingState, Version
from headgate.server.metrics import Outcome, ServerMetrics

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
BOARDS = sorted(MONITORING.glob("grafana/dashboards/*.json"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
SERVICES = ("statsd-exporter", "prometheus", "grafana")
AIRFLOWS_OWN = {"airflow_ti_failures": {"dag_id", "task_id"}}
BY_BOARD = re.compile(r"\$(?!__|version\b|dag\b|model\b)")


def of_the_server() -> dict[str, set[str]]:
    """Return the metrics of a model server, with their labels."""
    version = Version(model="shop", version="1", model_id="m-1")
    state = ServingState(refused=Refusal(version=version, reason="damaged"))
    serving = SimpleNamespace(version=version, since=datetime.now(tz=UTC))
    metrics = ServerMetrics("shop", cast("Any", SimpleNamespace(serving=serving, state=state, outage=None)))
    metrics.answered("1", Outcome.OK, 0.001)
    text = metrics.exposed("")[0].decode()
    families = text_string_to_metric_families(text)
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


def of_airflow() -> dict[str, set[str]]:
    """Return what the StatsD exporter makes of Airflow's metrics and Headgate's, with their labels."""
    found = dict(AIRFLOWS_OWN)
    for mapping in yaml.safe_load((MONITORING / "statsd.yml").read_text())["mappings"]:
        tags = {"dag_id", "model"} if ".headgate." in mapping["match"] else {"dag_id", "run_type"}
        labels = tags | set(mapping.get("labels", {}))
        found |= {f"{mapping['name']}{ending}": labels for ending in ("", "_sum", "_count")}
    return found


def board(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


def queries(path: Path) -> list[str]:
    found = board(path)
    asked = [query["expr"] for panel in found["panels"] for query in panel["targets"]]
    choices = [variable["definition"] for variable in found["templating"]["list"]]
    return asked + [re.sub(r"label_values\((\w+), (\w+)\)", r'\1{\2="x"}', choice) for choice in choices]


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_every_query_asks_for_metrics_and_labels_that_there_are(path: Path) -> None:
    known = of_the_server() | of_airflow()
    for query in queries(path):
        metrics = re.findall(r"\b(?:headgate|airflow)_\w+", query)
        selectors = re.findall(r"\b((?:headgate|airflow)_\w+)\{(.*?)\}", query)
        grouped = {label for group in re.findall(r"by \(([^)]*)\)", query) for label in group.split(", ")}
        assert set(metrics) <= set(known), query
        for metric, selector in selectors:
            assert set(re.findall(r"(\w+)(?:=~|!=|=)", selector)) <= known[metric], query
        assert all(grouped <= known[metric] for metric in metrics), query
        assert query.count("(") == query.count(")"), query


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_dashboard_has_what_grafana_needs_of_it(path: Path) -> None:
    found = board(path)
    panels = found["panels"]
    datasource = yaml.safe_load((MONITORING / "grafana/provisioning/datasources/prometheus.yml").read_text())
    assert found["uid"] and found["title"] and found["schemaVersion"] >= 39  # noqa: PT018 - three of a kind
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert {panel["type"] for panel in panels} <= {"stat", "timeseries"}
    assert all(panel["title"] and panel["description"] and panel["targets"] for panel in panels)
    assert {panel["datasource"]["uid"] for panel in panels} == {datasource["datasources"][0]["uid"]}
    assert [query for query in queries(path) if BY_BOARD.search(query)] == []
    places = [panel["gridPos"] for panel in panels]
    cells = [(at["x"] + x, at["y"] + y) for at in places for x in range(at["w"]) for y in range(at["h"])]
    assert (len(cells), max(x for x, _ in cells)) == (len(set(cells)), 23)


def test_dashboards_show_runs_gates_latency_and_errors_by_version() -> None:
    asked = "\n".join(query for path in BOARDS for query in queries(path))
    for metric in ("headgate_verdicts_total", "headgate_promotions_total", "airflow_dagrun_duration_seconds_count"):
        assert metric in asked
    assert "by (version, outcome) (rate(headgate_server_requests_total" in asked
    assert "by (version, le) (rate(headgate_server_request_seconds_bucket" in asked


def test_prometheus_scrapes_services_that_there_are() -> None:
    jobs = yaml.safe_load((MONITORING / "prometheus.yml").read_text())["scrape_configs"]
    places = [place for job in jobs for group in job["static_configs"] for place in group["targets"]]
    assert {place.partition(":")[0] for place in places} == {"model-server", "statsd-exporter"}
    assert {place.partition(":")[0] for place in places} <= set(COMPOSE["services"])


def test_prometheus_reads_the_model_servers_password_from_a_file_that_its_start_writes(tmp_path: Path) -> None:
    jobs = yaml.safe_load((MONITORING / "prometheus.yml").read_text())["scrape_configs"]
    (login,) = [job["basic_auth"] for job in jobs if "basic_auth" in job]
    service = COMPOSE["services"]["prometheus"]
    assert login["username"] == DEFAULT_USER
    assert service["environment"] == {"HEADGATE_SERVER_PASSWORD": "${HEADGATE_SERVER_PASSWORD}"}
    shell, option, script, name = service["entrypoint"]
    assert (script.count(login["password_file"]), script.count("/bin/prometheus")) == (1, 1)
    there = tmp_path / "password"
    here = script.replace("$$", "$").replace(login["password_file"], str(there)).replace("/bin/prometheus", "env --")
    password = "a b$%s\\n'"  # noqa: S105 - the test's
    command = [shell, option, here, name, "sh", "-c", 'echo "$1: ${HEADGATE_SERVER_PASSWORD-gone}"', "", "--a b"]
    environment = {"PATH": os.environ["PATH"], "HEADGATE_SERVER_PASSWORD": password}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "--a b: gone\n"
    assert (there.read_text(), there.stat().st_mode & 0o777) == (password, 0o600)


def test_the_model_server_and_who_asks_it_have_one_password_and_none_by_default() -> None:
    given = COMPOSE["services"]["model-server"]["environment"]["HEADGATE_SERVER_PASSWORD"]
    assert given.startswith("${HEADGATE_SERVER_PASSWORD:?")
    server = json.loads(COMPOSE["x-airflow"]["environment"]["AIRFLOW_CONN_HEADGATE_SERVER_DEFAULT"])
    assert (server["login"], server["password"]) == (DEFAULT_USER, given)


def test_airflow_sends_its_metrics_to_the_exporter_by_tags_and_only_when_asked() -> None:
    environment = COMPOSE["x-airflow"]["environment"]
    assert environment["AIRFLOW__METRICS__STATSD_HOST"] in COMPOSE["services"]
    assert environment["AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED"] == "True"
    assert environment["AIRFLOW__METRICS__STATSD_ON"] == "${AIRFLOW_STATSD:-False}"


@pytest.mark.parametrize("name", SERVICES)
def test_monitoring_runs_only_when_asked_and_is_as_closed_as_the_rest(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["profiles"] == ["monitoring"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", service["image"])
    mounted = [volume.split(":") for volume in service["volumes"] if volume.startswith("./")]
    assert all((ROOT / source).exists() and options == ["ro"] for source, _, *options in mounted)


def test_grafana_alone_is_published_on_loopback_with_a_password_of_its_own() -> None:
    grafana = COMPOSE["services"]["grafana"]
    assert [name for name in SERVICES if "ports" in COMPOSE["services"][name]] == ["grafana"]
    assert grafana["ports"] == ["${BIND:-127.0.0.1}:${GRAFANA_PORT:-3000}:3000"]
    assert grafana["environment"]["GF_SECURITY_ADMIN_PASSWORD"].startswith("${GRAFANA_ADMIN_PASSWORD:?")
    assert grafana["environment"]["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
