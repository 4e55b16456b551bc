"""The bench's Dag, for Airflow to backfill."""

import pendulum
from airflow.timetables.events import EventsTimetable

from headgate import retraining_dag
from tools.bench.bike import AS_OFS, pipeline

dag = retraining_dag(pipeline, dag_id="bike", schedule=EventsTimetable(map(pendulum.instance, AS_OFS)))
