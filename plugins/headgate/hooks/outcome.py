"""From Headgate's errors to Airflow's: what another try can't mend isn't tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from headgate.errors import PermanentError, TransientError


@contextmanager
def airflow_outcome() -> Iterator[None]:
    """Fail a task at once on a permanent error; let Airflow's retries have an outage.

    Raises:
        AirflowFailException: In place of a `PermanentError`, with its sentence.
        AirflowException: In place of a `TransientError`, with its sentence.
    """
    try:
        yield
    except PermanentError as error:
        raise AirflowFailException(str(error)) from error
    except TransientError as error:
        raise AirflowException(str(error)) from error
