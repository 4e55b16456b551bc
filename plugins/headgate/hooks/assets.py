"""Airflow assets of a model: what downstream Dags are scheduled by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from airflow.sdk import Asset

GROUP = "headgate"
_LOOKED_AT = 20


def candidate_asset(model: str) -> Asset:
    """Return the asset that has an event for each judged candidate, of replays and refusals too.

    Its event's extra holds `as_of`, `model_id`, `verdict`, `reason` and `mode`.

    >>> candidate_asset("co2_weekly").uri
    'headgate://co2_weekly/candidate'
    """
    return Asset(name=f"{model}/candidate", uri=f"headgate://{model}/candidate", group=GROUP)


def champion_asset(model: str) -> Asset:
    """Return the asset that has an event for each new champion: schedule by it whatever uses the model.

    Its event's extra holds `version`, `as_of`, `model_id`, `verdict` and `reason`. A replay never makes one, nor does a
    task that runs again about a version that is told already, or that serves no more.

    >>> champion_asset("co2_weekly").name
    'co2_weekly/champion'
    """
    return Asset(name=f"{model}/champion", uri=f"headgate://{model}/champion", group=GROUP)


def tell(context: Any, operator: Any, asset: Asset, extra: Mapping[str, str]) -> None:  # noqa: ANN401 - Airflow's
    """Give the event of an asset that the task has as an outlet its extra; without such an outlet, do nothing."""
    if asset in operator.outlets:
        context["outlet_events"][asset].extra = dict(extra)


def keep_quiet(operator: Any, asset: Asset) -> None:  # noqa: ANN401 - Airflow's operator
    """Let the task make no event of an asset when it succeeds."""
    operator.outlets = [outlet for outlet in operator.outlets if outlet != asset]


def is_told(operator: Any, asset: Asset, version: str) -> bool:  # noqa: ANN401 - Airflow's operator
    """Return whether the asset has an event about a version already, among its last ones."""
    from airflow.sdk.execution_time.context import InletEventsAccessor

    if asset not in operator.outlets:
        return False
    events = InletEventsAccessor(asset_name=asset.name, asset_uri=asset.uri).ascending(False).limit(_LOOKED_AT)  # noqa: FBT003
    return any((event.extra or {}).get("version") == version for event in events)


def stamp(instant: datetime) -> str:
    """Return an as-of as an event's extra has it, which the resolver reads."""
    return instant.isoformat().replace("+00:00", "Z")
