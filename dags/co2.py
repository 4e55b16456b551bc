"""Retrains the CO2 forecast in Airflow: every year, on what was known then."""

from headgate import retraining_dag
from include.co2.pipeline import pipeline

dag = retraining_dag(pipeline, dag_id="co2", schedule="0 0 1 1 *")
