"""What the model server needs of the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from headgate.core.serving import Version


class ServedModel(Protocol):
    """A loaded model. Called from several threads at once."""

    def answer(self, body: bytes, content_type: str) -> str:
        """Return the JSON answer to one request.

        Raises:
            InputError: The request is at fault.
        """
        ...

    def warm_up(self) -> None:
        """Predict the model's own example; raises whatever keeps it from doing so."""
        ...


class ChampionSource(Protocol):
    """Where the champion comes from. Called from one thread at a time."""

    @property
    def model(self) -> str:
        """Name of the registered model; it need not exist yet."""
        ...

    def champion_of(self) -> Version | None:
        """Return the champion, or `None` while there is none; cheap, asked again every few seconds.

        Raises:
            TransientError: The registry doesn't answer.
            TrackingError: It answers and refuses.
        """
        ...

    def load(self, version: Version) -> ServedModel:
        """Load a version; each call loads it anew.

        Raises:
            ModelRefusedError: It must not be served, or isn't whole.
            TransientError: The registry doesn't answer.
            TrackingError: It answers and refuses.
        """
        ...
