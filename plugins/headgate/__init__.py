"""Safe retraining for Apache Airflow: the production model can only move forward."""
