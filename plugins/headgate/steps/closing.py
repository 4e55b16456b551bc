"""Close the MLflow run of work that can't succeed, so that nobody takes it for work that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from headgate.core.refs import TrackedRun
from headgate.errors import PermanentError
from headgate.ports import RunTracker


@contextmanager
def closed_on_refusal(tracker: RunTracker, tracked: TrackedRun) -> Iterator[None]:
    """Mark the MLflow run as failed, with the reason, when what is done inside fails for good.

    What it does not do: close it on an outage, after which another try goes on with it. An outage while it is closed
    takes the failure's place: the next try meets both again.
    """
    try:
        yield
    except PermanentError as error:
        with suppress(PermanentError):  # the first one says what is wrong
            tracker.close(tracked, failed=str(error))
        raise
