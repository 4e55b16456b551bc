"""What Airflow's provider manager asks of an installed provider."""

from __future__ import annotations

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Return connection types with their forms, settings and extra links, by Airflow's provider schema."""
    return {
        "package-name": "headgate",
        "name": "Headgate",
        "description": "Safe retraining: the production model can only move forward.",
        "connection-types": [_mlflow(), _model_server()],
        "extra-links": ["headgate.hooks.links.MadeLink"],
        "config": {
            "headgate": {
                "description": "Settings of Headgate.",
                "options": {"store": _store(), "preload": _preload()},
            }
        },
    }


def _mlflow() -> dict[str, Any]:
    return {
        "connection-type": "mlflow",
        "hook-class-name": "headgate.hooks.mlflow.MlflowHook",
        "hook-name": "MLflow",
        "conn-fields": {
            "ui_url": {
                "label": "Address for people",
                "description": "Where a browser finds MLflow, if not at the host: links in Airflow's UI go there.",
                "schema": {"type": ["string", "null"], "format": "uri"},
            }
        },
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "extra"],
            "relabeling": {"host": "Address", "login": "User"},
            "placeholders": {"host": "http://mlflow", "port": "5000"},
        },
    }


def _model_server() -> dict[str, Any]:
    return {
        "connection-type": "headgate_server",
        "hook-class-name": "headgate.hooks.model_server.ModelServerHook",
        "hook-name": "Headgate model server",
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "extra"],
            "relabeling": {"host": "Address", "login": "User"},
            "placeholders": {"host": "http://model-server", "port": "8000", "login": "headgate"},
        },
    }


def _store() -> dict[str, Any]:
    return {
        "description": "ObjectStoragePath URL of the snapshot store, with its connection id as the user.",
        "version_added": "0.1.0",
        "type": "string",
        "example": "s3://aws_default@bucket/headgate",
        "default": None,
    }


def _preload() -> dict[str, Any]:
    return {
        "description": "Import the heavy libraries once in the scheduler, whose forks run the LocalExecutor's tasks.",
        "version_added": "0.1.0",
        "type": "boolean",
        "example": "True",
        "default": "False",
    }
