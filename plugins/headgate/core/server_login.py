"""The one login of a model server, by environment variables; never by a command line, which every process can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from headgate.errors import InputError

USER = "HEADGATE_SERVER_USER"
PASSWORD = "HEADGATE_SERVER_PASSWORD"  # noqa: S105 - a variable's name
DEFAULT_USER = "headgate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLogin:
    """Who may ask a model server.

    Attributes:
        user: A name without a colon, which HTTP basic authentication ends a name by (RFC 7617, 2).
        password: At least one character, and no control character.

    Raises:
        InputError: One of them is otherwise.
    """

    user: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.user or ":" in self.user or _has_control(self.user):
            msg = f"{USER} must be a name without a colon and without control characters. Got {self.user!r} instead."
            raise InputError(msg)
        if not self.password:
            msg = f"{PASSWORD} must hold a password. Got an empty one instead: set one, or unset it for no login."
            raise InputError(msg)
        if _has_control(self.password):
            msg = f"{PASSWORD} must hold no control characters. Got one instead: a line break at its end, mostly."
            raise InputError(msg)


def login_of(environment: Mapping[str, str]) -> ServerLogin | None:
    """Return the login that an environment holds, or `None` where it has no password.

    >>> login_of({"HEADGATE_SERVER_PASSWORD": "s3cret"})
    ServerLogin(user='headgate')
    >>> login_of({})

    Raises:
        InputError: It holds one that can't be one, such as an empty password.
    """
    if PASSWORD not in environment:
        return None
    return ServerLogin(user=environment.get(USER, DEFAULT_USER), password=environment[PASSWORD])


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address to listen on.

    >>> [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "10.0.0.5", "shop.example")]
    [True, True, True, False, False, False, False]
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _has_control(text: str) -> bool:
    return any(ord(one) < ord(" ") or one == "\x7f" for one in text)
