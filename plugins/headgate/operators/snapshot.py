"""Take an immutable snapshot of the rows that a run may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator

from headgate import wire
from headgate.core.windows import Expanding, Rolling
from headgate.hooks.outcome import airflow_outcome
from headgate.hooks.override import override_of
from headgate.hooks.run_context import announce, run_of
from headgate.hooks.sources import source_of
from headgate.hooks.store import store_at
from headgate.hooks.wiring import snapshot_ports, wanted_of
from headgate.spec import Label, Source
from headgate.steps.snapshot import take_snapshot


class SnapshotOperator(BaseOperator):
    """Copy the rows of training window and holdout into the store, once and for all.

    The first line of its log says the as-of, where it came from, and the windows.

    Args:
        model: Name of the registered model that the chain retrains.
        source: Where rows come from.
        label: The column to predict.
        windows: The windows before an as-of.
        store_url: ObjectStoragePath URL of the snapshot store; Airflow's setting `[headgate] store` by default.

    Returns:
        A `SnapshotRef` as plain JSON: ids and sizes, never rows.
    """

    template_fields: Sequence[str] = ("model", "store_url")
    ui_color = "#e3f2fd"

    def __init__(
        self,
        *,
        model: str,
        source: Source,
        label: Label,
        windows: Rolling | Expanding,
        store_url: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's own arguments
    ) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.source = source
        self._label = label  # Airflow's operators have a `label` of their own
        self.windows = windows
        self.store_url = store_url

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Airflow's context
        """Take the snapshot."""
        source, label = self.source, self._label
        with airflow_outcome():
            override_of(context)  # before the work, which is for nothing without its reason
            run = run_of(context, model=self.model, windows=self.windows, label_delay=label.delay)
            announce(self.log, run)
            wanted = wanted_of(source, source_of(source), label, as_of=run.as_of.instant, zone=self.windows.zone)
            ports = snapshot_ports(store_at(self.store_url))
            snapshot = take_snapshot(run, wanted=wanted, ports=ports, tell=self.log.info)
        sizes = (snapshot.training_rows, snapshot.holdout_rows)
        self.log.info("snapshot %s: %d training rows, %d holdout rows", snapshot.id[:16], *sizes)
        return wire.dump(snapshot)
