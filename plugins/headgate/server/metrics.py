"""What a model server tells Prometheus. Each application has a registry of its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

    from headgate.server.swap import ChampionWatch

NO_VERSION = "none"
"""The label of requests that no version could be asked for."""

_KEPT = 10
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Outcome(StrEnum):
    """What became of a request."""

    OK = "ok"
    BAD_REQUEST = "bad_request"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"


class ServerMetrics:
    """Counts requests by version, and tells what the watch knows whenever it is asked.

    Requests of the last ten versions that answered are told apart; what an older one counted is forgotten, so that a
    server that runs for years stays small.

    Args:
        model: Name of the registered model.
        watch: What serves, and what doesn't.
    """

    def __init__(self, model: str, watch: ChampionWatch) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "headgate_server_requests", "Requests for predictions.", ["version", "outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "headgate_server_request_seconds",
            "From a request's first line to its answer.",
            ["version"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._registry.register(_Watched(model, watch))
        self._versions: dict[str, _Version] = {}

    def answered(self, version: str, outcome: Outcome, seconds: float) -> None:
        """Count one request."""
        found = self._versions.get(version) or self._begun(version)
        found.requests[outcome].inc()
        found.seconds.observe(seconds)

    def exposed(self, accept: str) -> tuple[bytes, str]:
        """Return the metrics as text, and the text's type, in the form that the `Accept` header asks for."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def _begun(self, version: str) -> _Version:
        requests = {outcome: self._requests.labels(version, outcome) for outcome in Outcome}
        begun = self._versions[version] = _Version(requests=requests, seconds=self._seconds.labels(version))
        if len(self._versions) > _KEPT:
            oldest = next(iter(self._versions))
            del self._versions[oldest]
            self._requests.remove_by_labels({"version": oldest})
            self._seconds.remove_by_labels({"version": oldest})
        return begun


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """What counts one version's requests; looking it up by labels each time takes as long as counting."""

    requests: dict[Outcome, Counter]
    seconds: Histogram


class _Watched(Collector):
    """What the watch knows at the moment of a scrape."""

    def __init__(self, model: str, watch: ChampionWatch) -> None:
        self._model = model
        self._watch = watch

    def collect(self) -> Iterator[Metric]:
        serving, state = self._watch.serving, self._watch.state
        about = "headgate_server_version"
        info = GaugeMetricFamily(about + "_info", "The version that serves.", labels=["model", "version", "model_id"])
        since = GaugeMetricFamily("headgate_server_since_timestamp_seconds", "Since when it serves.")
        if serving:
            version = serving.version
            info.add_metric([self._model, version.version, version.model_id or ""], 1)
            since.add_metric([], serving.since.timestamp())
        refused = GaugeMetricFamily("headgate_server_refused", "A version that must not serve.", labels=["version"])
        if state.refused:
            refused.add_metric([state.refused.version.version], 1)
        outage = float(self._watch.outage is not None)
        yield from (info, since, refused)
        yield CounterMetricFamily("headgate_server_swaps", "Versions that replaced another.", value=state.swaps)
        yield GaugeMetricFamily("headgate_server_outage", "1 while the registry can't be looked at.", value=outage)
