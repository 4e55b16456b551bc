"""The bench's Dag, for Airflow to backfill."""

from datetime import UTC, datetime

from headgate import retraining_dag
from tools.bench.bike import pipeline

dag = retraining_dag(pipeline, dag_id="bike", schedule="0 0 1 * *", start_date=datetime(2100, 1, 1, tzinfo=UTC))
