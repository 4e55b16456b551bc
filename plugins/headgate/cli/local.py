"""A pipeline's chain in one process, without Airflow: the same steps, keys and records as its Dag's."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from headgate.cli.servers import person, promotion_log, run_ledger, run_tracker, server_login
from headgate.cli.store import local_path, open_store
from headgate.core.asof import AsOf, RunType
from headgate.core.refs import DeploymentRef, PromotionRef, RunRef
from headgate.spec import CsvSource, Expectations, ParquetSource, Pipeline, Serving, Source, require_kind

if TYPE_CHECKING:
    from headgate.ports import PromotionLog, Recipe, RowsSource, RunLedger, RunTracker, SnapshotStore
    from headgate.steps.keeping import Wanted
    from headgate.steps.retrain import Retrained, RetrainingPorts, Tell, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a chain keeps things.

    Args:
        mlflow: Address of the MLflow server.
        store: Folder or URL of the snapshot store; what the environment or Airflow's setting says when `None`.
    """

    mlflow: str | None
    store: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which chain, with which params: plain values that another process can be given.

    Args:
        pipeline: Dotted path.
        place: Where things are kept.
        dag: The Dag whose runs these are; the model's name when `None`.
        params: The estimator's, by name.
    """

    pipeline: str
    place: Place
    dag: str | None
    params: tuple[tuple[str, object], ...] = ()


def load_pipeline(path: str) -> Pipeline:
    """Return the pipeline that a dotted path names; the current folder is a place to import from.

    Raises:
        InputError: There is none of that name, or it is something else.
    """
    found = load_here(path)
    require_kind(f"PIPELINE {path}", found, Pipeline, "a Pipeline")
    assert isinstance(found, Pipeline)  # noqa: S101 - for the type checker
    return found


def load_here(path: str) -> object:
    """Return what a dotted path names; the current folder is a place to import from.

    Raises:
        InputError: There is nothing of that name.
    """
    from headgate.adapters.dotted_paths import load_object

    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    return load_object(path)


class LocalChain:
    """Runs a pipeline's steps in this process. Libraries and servers are reached when they are first needed.

    Args:
        pipeline: What the model is.
        place: Where things are kept.
        dag: The Dag whose runs these are: it is a part of their key. The model's name when `None`.
        params: The estimator's, by name; their defaults count for others.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        place: Place,
        *,
        dag: str | None = None,
        params: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        self.pipeline = pipeline
        self.place = place
        self.dag = dag or pipeline.model
        self.params = params

    def run_of(self, as_of: AsOf, run_type: RunType) -> RunRef:
        """Return the run of an as-of.

        Raises:
            InputError: The windows reach before the year 1, or the training window would be empty.
        """
        pipeline = self.pipeline
        return RunRef(
            dag_id=self.dag,
            dag_run_id=f"headgate run {_stamp(as_of.instant)}",
            run_type=run_type,
            who=person(None),
            model=pipeline.model,
            as_of=as_of,
            windows=pipeline.windows.at(as_of.instant, label_delay=pipeline.label.delay),
        )

    @property
    def recipe(self) -> Recipe:
        """How the candidate is built.

        Raises:
            InputError: A param isn't what it must be.
        """
        return self.pipeline.estimator.recipe(self.params)

    def retrain(self, run: RunRef, *, wish: Wish, tell: Tell) -> Retrained:
        """Do what the tasks of the Dag do, up to the promotion.

        Raises:
            HeadgateError: As `headgate.steps.retrain.retrain` does.
        """
        from headgate.hooks.wiring import demands_of
        from headgate.ports import question_of
        from headgate.steps.retrain import Work, retrain

        pipeline, source = self.pipeline, self.pipeline.source
        work = Work(
            wanted=self.wanted(run),
            demands=demands_of(self.asked),
            recipe=self.recipe,
            question=question_of(
                pipeline.policy,
                metrics=pipeline.metrics,
                slices=pipeline.slices,
                label=pipeline.label.column,
                event_time=source.event_time,
                explain=pipeline.explain,
            ),
            policy=pipeline.policy,
            wish=wish,
            about=pipeline.about,
        )
        ports = self._ports
        tell("load", "the pipeline and the libraries that it takes")
        return retrain(run, work=work, ports=ports, tell=tell)

    def deploy(self, promotion: PromotionRef, url: str) -> DeploymentRef:
        """Have a model server serve a promoted version, and probe it.

        Raises:
            DeploymentError, TransientError: As `headgate.steps.deploy.deploy_version` does.
        """
        from headgate.adapters.httpx_serving import HttpServingTarget
        from headgate.hooks import parts
        from headgate.steps.deploy import deploy_version

        serving = self.pipeline.serving or Serving()
        return deploy_version(
            promotion,
            probe_rows=serving.probe_rows,
            table=parts.table(),
            store=self.store,
            tracker=self.tracker,
            log=self.log,
            serving_target=HttpServingTarget(url, timeout=serving.timeout, **server_login()),
        )

    def wanted(self, run: RunRef) -> Wanted:
        """Return what a run's snapshot is taken of.

        Raises:
            InputError: The source can't be reached as the specification says.
        """
        from headgate.hooks.wiring import wanted_of

        source = self.pipeline.source
        zone = self.pipeline.windows.zone
        return wanted_of(source, rows_of(source), self.pipeline.label, as_of=run.as_of.instant, zone=zone)

    @cached_property
    def store(self) -> SnapshotStore:
        """Where snapshots lie."""
        return open_store(self.place.store)

    @cached_property
    def log(self) -> PromotionLog:
        """Who was promoted."""
        return promotion_log(self.place.mlflow)

    @cached_property
    def tracker(self) -> RunTracker:
        """MLflow's runs and logged models."""
        return run_tracker(self.place.mlflow)

    @cached_property
    def ledger(self) -> RunLedger:
        """The same, to be looked through."""
        return run_ledger(self.place.mlflow)

    @property
    def asked(self) -> Expectations:
        """What is asked of a snapshot."""
        asked = self.pipeline.expectations
        return Expectations(suite=asked) if isinstance(asked, str) else asked

    @cached_property
    def _ports(self) -> RetrainingPorts:
        from headgate.hooks import parts
        from headgate.hooks.wiring import evaluation_ports, snapshot_ports, validation_ports
        from headgate.steps.retrain import RetrainingPorts

        store, log, tracker = self.store, self.log, self.tracker
        return RetrainingPorts(
            snapshot=snapshot_ports(store),
            validation=validation_ports(self.asked, store=store, log=log, tracker=tracker),
            trainer=parts.trainer(),
            evaluation=evaluation_ports(store=store, log=log, tracker=tracker, ledger=self.ledger),
        )


@cache
def chain_of(order: Order) -> LocalChain:
    """Return the chain, made once in a process: what it has loaded stays loaded.

    Raises:
        InputError: There is no such pipeline.
    """
    return LocalChain(load_pipeline(order.pipeline), order.place, dag=order.dag, params=dict(order.params))


def require_mlflow(order: Order) -> str:
    """Return the model's name once its log could be read: an outage is told before the work, and once for a range.

    Raises:
        InputError: There is no such pipeline, or the server's address isn't one.
        TransientError: The server can't be reached.
    """
    chain = chain_of(order)
    chain.log.entries(chain.pipeline.model)
    return chain.pipeline.model


def rows_of(source: Source) -> RowsSource:
    """Return what reads a source's rows. Airflow, which takes seconds to import, is asked only for its credentials.

    Raises:
        InputError: No filesystem knows its URL, there is no such connection, or an extra isn't installed.
    """
    if isinstance(source, ParquetSource | CsvSource) and source.conn_id is None and "%" not in source.url:
        path = local_path(source.url)
        if path is not None:
            return _local_rows(source, str(path))
    from headgate.hooks.sources import source_of

    return source_of(source)


def _local_rows(source: ParquetSource | CsvSource, path: str) -> RowsSource:
    from fsspec.implementations.local import LocalFileSystem

    from headgate.adapters.pyarrow_files import CsvRows, ParquetRows

    if isinstance(source, ParquetSource):
        return ParquetRows(source, LocalFileSystem(), path)
    return CsvRows(source, LocalFileSystem(), path)


def _stamp(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z").removesuffix("T00:00:00Z")
