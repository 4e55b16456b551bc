"""The promotion log in MLflow's registry: versions of a registered model, with aliases as their projection."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.exceptions import MlflowException

from headgate.adapters.mlflow_client import EXISTS, LOGIN, MlflowServer, is_missing, quoted, settled
from headgate.core.model_card import card_of
from headgate.core.projection import CHAMPION, PREVIOUS, Projection, wanted_aliases
from headgate.core.promotion import Entry, Head, LogEntry, fold_log, foreign_entry
from headgate.errors import InputError

PREFIX = "headgate."
MANAGED = f"{PREFIX}managed"
PROJECTED = f"{PREFIX}projected"
OWN = ("key", "expected_head", "as_of", "who", "reason")
SOURCE = "models:/"
PAGE = 1000


class MlflowPromotionLog:
    """Promotion logs of one MLflow server.

    Args:
        tracking_uri: The server's address, http or https.
        username: The login, if the server asks for one.
        password: The login's password.
    """

    def __init__(self, tracking_uri: str, *, username: str | None = None, password: str | None = None) -> None:
        self._server = MlflowServer(tracking_uri, username=username, password=password)

    def entries(self, model: str) -> tuple[LogEntry, ...]:
        """Return every version as an entry, oldest first; none when the model isn't registered yet."""
        with self._server.asked(f"read the versions of the model {model}"):
            versions = sorted(self._versions(model), key=lambda version: int(version.version))
        return tuple(_entry_of(version) for version in versions)

    def projection(self, model: str) -> Projection | None:
        """Return the registered model's aliases, its mark, and what they were last set to; `None` without the model."""
        with self._server.asked(f"read the aliases of the model {model}"):
            found = self._registered(model)
        if found is None:
            return None
        aliases = {alias: int(version) for alias, version in found.aliases.items()}
        managed = found.tags.get(MANAGED) == "true"
        return Projection(managed=managed, aliases=aliases, projected=_projected(found.tags.get(PROJECTED, "{}")))

    def append(self, model: str, entry: Entry) -> None:
        """Append a version with its tags in one call, whoever else does at the same time."""
        tags = _tags_of(entry)
        client = self._server.client
        with self._server.asked(f"promote {entry.model_id} as a version of {model}"):
            source_run = client.get_logged_model(entry.model_id).source_run_id
            create = partial(
                client.create_model_version,
                model,
                source=f"{SOURCE}{entry.model_id}",
                run_id=source_run,
                tags=tags,
                description=card_of(entry),
                await_creation_for=0,
                model_id=entry.model_id,
            )
            try:
                create()
            except MlflowException as error:
                # Behind MLflow's login, a model that isn't there is one that nobody may change.
                if not (is_missing(error) or error.error_code in LOGIN):
                    raise
                self._register(model)
                create()

    def project(self, model: str, head: Head) -> None:
        """Set the aliases to what the log says, and look whether it still says so.

        Somebody may have appended, and set the aliases, between the reading of `head` and its being set here: without
        the second look the aliases would go back for good.
        """
        with self._server.asked(f"set the aliases of the model {model}"):
            while self._project_once(model, head):
                seen, head = head, fold_log(self.entries(model))
                if head == seen:
                    return

    def tag(self, model: str, version: int, name: str, value: str) -> None:
        """Add a further fact to a version."""
        with self._server.asked(f"tag version {version} of the model {model}"):
            self._server.client.set_model_version_tag(model, str(version), f"{PREFIX}{name}", value)

    def _project_once(self, model: str, head: Head) -> bool:
        found = self._registered(model)
        if found is None:
            return False
        client, wanted = self._server.client, wanted_aliases(head)
        now = {alias: int(version) for alias, version in found.aliases.items()}
        changed = False
        for alias in (CHAMPION, PREVIOUS):
            if now.get(alias) != wanted.get(alias):
                self._set_alias(model, alias, wanted.get(alias))
                changed = True
        told = {MANAGED: "true", PROJECTED: json.dumps(wanted)}
        for name, value in told.items():
            if found.tags.get(name) != value and wanted:
                settled(partial(client.set_registered_model_tag, model, name, value))
        return changed

    def _registered(self, model: str) -> RegisteredModel | None:
        try:
            return self._server.client.get_registered_model(model)
        except MlflowException as error:
            if is_missing(error):
                return None
            raise

    def _set_alias(self, model: str, alias: str, version: int | None) -> None:
        client = self._server.client
        if version is None:
            client.delete_registered_model_alias(model, alias)
            return
        # Two first sets of an alias at once: the database refuses one of them, and takes it the second time.
        settled(lambda: client.set_registered_model_alias(model, alias, str(version)))

    def _register(self, model: str) -> None:
        try:
            self._server.client.create_registered_model(model, tags={MANAGED: "true"})
        except MlflowException as error:
            if error.error_code not in EXISTS:
                raise

    def _versions(self, model: str) -> Iterator[ModelVersion]:
        token: str | None = None
        while True:
            page = self._server.client.search_model_versions(
                f"name = {quoted(model)}", max_results=PAGE, page_token=token
            )
            yield from page
            token = page.token
            if not token:
                return


def _tags_of(entry: Entry) -> dict[str, str]:
    if taken := sorted({name for name, _ in entry.tags} & set(OWN)):
        msg = f"tags of a promotion must have other names than {', '.join(OWN)}. Got {', '.join(taken)} instead."
        raise InputError(msg)
    own = {
        "key": entry.key,
        "expected_head": str(entry.expected_head),
        "as_of": entry.as_of.astimezone(UTC).isoformat(),
        "who": entry.who,
        "reason": entry.reason,
    }
    return {f"{PREFIX}{name}": value for name, value in {**dict(entry.tags), **own}.items()}


def _projected(text: str) -> dict[str, int]:
    try:
        return {str(alias): int(version) for alias, version in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError):  # somebody changed it by hand: then nothing is known of it
        return {}


def _entry_of(version: ModelVersion) -> LogEntry:
    """Return what a version is in the log; one that isn't as `append` writes it is foreign."""
    created = datetime.fromtimestamp(version.creation_timestamp / 1000, tz=UTC)
    tags = {name.removeprefix(PREFIX): value for name, value in version.tags.items() if name.startswith(PREFIX)}
    try:
        key, expected, as_of, who, reason = (tags.pop(name) for name in OWN)
        entry = Entry(
            key=key,
            expected_head=_head_of(expected),
            model_id=_require_model_id(version),
            as_of=datetime.fromisoformat(as_of),
            who=who,
            reason=reason,
            tags=tuple(sorted(tags.items())),
            description=version.description or "",
        )
    except (KeyError, ValueError):
        return foreign_entry(
            version=int(version.version), at=created, model_id=_model_id_of(version) or "", who=version.user_id or ""
        )
    return LogEntry(version=int(version.version), at=created, entry=entry)


def _head_of(text: str) -> int:
    number = int(text)
    if number < 0:
        msg = f"expected head must be >= 0. Got {text} instead."
        raise ValueError(msg)
    return number


def _require_model_id(version: ModelVersion) -> str:
    model_id = _model_id_of(version)
    if model_id is None:
        msg = f"source must be a logged model. Got {version.source} instead."
        raise ValueError(msg)
    return model_id


def _model_id_of(version: ModelVersion) -> str | None:
    """Return the logged model's id, which MLflow's search of versions leaves out but for the source."""
    source = str(version.source)
    return source.removeprefix(SOURCE) if source.startswith(f"{SOURCE}m-") else None
