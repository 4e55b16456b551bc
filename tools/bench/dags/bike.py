"""The bench's Dag, for Airflow to backfill."""

from headgate import retraining_dag
from tools.bench.bike import pipeline

dag = retraining_dag(pipeline, dag_id="bike", schedule="0 0 1 * *")
