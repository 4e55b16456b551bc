"""A Dag of one empty operator: what parsing costs without Headgate."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG(dag_id="empty", schedule=None):
    EmptyOperator(task_id="nothing")
