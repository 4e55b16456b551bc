"""The errors Headgate raises.

* HeadgateError

  * PermanentError: trying again can't help; a task that meets it fails at once

    * InputError: what the user gave is wrong (specification, form, dotted path)
    * DataError: the rows are wrong, or aren't there
    * ExpectationError: critical expectations failed, or an expectation broke
    * SnapshotDamagedError: what the store holds isn't what was written
    * StoreError: the store refuses (read-only, no space, no such folder)
    * TrackingError: MLflow answers, and refuses
    * ModelRefusedError: a model of untrusted types, or of another format
    * PromotionError: the promotion log moved, or holds what it must not
    * DeploymentError: the serving target answers wrongly, or refuses the version

  * TransientError: an outage; trying again may help
"""

from __future__ import annotations


class HeadgateError(Exception):
    """Base of every error that Headgate raises on purpose."""


class PermanentError(HeadgateError):
    """Another try would end the same way."""


class InputError(PermanentError):
    """The user's specification, form value or dotted path is wrong."""


class DataError(PermanentError):
    """The rows are wrong, or aren't there."""


class ExpectationError(PermanentError):
    """The data was refused, or an expectation could not be evaluated."""


class SnapshotDamagedError(PermanentError):
    """What the store holds isn't what was written."""


class StoreError(PermanentError):
    """The store refuses to read or write."""


class TrackingError(PermanentError):
    """MLflow answers, and refuses."""


class ModelRefusedError(PermanentError):
    """A model of untrusted types, or in a format that isn't loaded here."""


class PromotionError(PermanentError):
    """The promotion log moved under this run, or holds what it must not."""


class DeploymentError(PermanentError):
    """The serving target answers wrongly, or refuses the version."""


class TransientError(HeadgateError):
    """An outage: the same call may succeed later."""
