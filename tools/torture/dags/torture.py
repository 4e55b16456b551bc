"""The torture's Dag, for Airflow: daily, with short and many retries, since its tasks are killed all the time."""

from datetime import timedelta

from headgate import retraining_dag
from tools.torture.pipeline import DAG, FIRST, LAST, pipeline

dag = retraining_dag(
    pipeline,
    dag_id=DAG,
    schedule="0 0 * * *",
    start_date=FIRST,
    end_date=LAST,
    max_active_runs=6,
    default_args={"retries": 8, "retry_delay": timedelta(seconds=2), "retry_exponential_backoff": False},
)
