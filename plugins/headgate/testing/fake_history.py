"""The history book in memory."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.core.refs import TrackedRun
from headgate.errors import InputError
from headgate.ports import Shelved, Volume


@dataclass(slots=True, kw_only=True)
class FakePage:
    """A kept history, and the run that took its place, if one did."""

    model: str
    volume: Volume
    superseded_by: str | None = None


class FakeHistoryBook:
    """Histories in memory; they pass `HistoryBookConformance`.

    Args:
        models: The models that have an experiment.

    Attributes:
        pages: Every kept history by its run's id, superseded ones too.
    """

    def __init__(self, *models: str) -> None:
        self.models = set(models)
        self.pages: dict[str, FakePage] = {}

    def keep(self, model: str, volume: Volume) -> Shelved:
        """Keep a history; one of other content is superseded."""
        if model not in self.models:
            msg = f"experiment headgate/{model} must be there to keep a history in. Got none."
            raise InputError(msg)
        live = self.live(model, volume.title)
        same = next((one for one in live if self.pages[one].volume.digest == volume.digest), None)
        kept = same or f"history-{len(self.pages) + 1}"
        if same is None:
            self.pages[kept] = FakePage(model=model, volume=volume)
            for one in live:
                self.pages[one].superseded_by = kept
        return Shelved(tracked=TrackedRun(experiment=model, mlflow_run=kept), again=same is not None)

    def live(self, model: str, title: str) -> list[str]:
        """Return the ids of the live runs of that title, for a test to look at."""
        return [
            mlflow_run
            for mlflow_run, page in self.pages.items()
            if (page.model, page.volume.title, page.superseded_by) == (model, title, None)
        ]
