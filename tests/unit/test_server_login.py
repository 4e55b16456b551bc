from __future__ import annotations

import pytest
from typer.testing import CliRunner

from headgate.adapters.httpx_serving import HttpServingTarget
from headgate.cli.commands import app
from headgate.core.server_login import ServerLogin, login_of
from headgate.errors import InputError

PASSWORD = "s3cret"  # noqa: S105 - the test's
NOWHERE = "http://127.0.0.1:9"


def test_an_environment_without_a_password_holds_no_login() -> None:
    assert login_of({}) is None
    assert login_of({"HEADGATE_SERVER_USER": "anna"}) is None


def test_the_user_is_headgate_unless_another_is_named() -> None:
    assert login_of({"HEADGATE_SERVER_PASSWORD": PASSWORD}) == ServerLogin(user="headgate", password=PASSWORD)
    named = login_of({"HEADGATE_SERVER_PASSWORD": PASSWORD, "HEADGATE_SERVER_USER": "anna"})
    assert named == ServerLogin(user="anna", password=PASSWORD)


@pytest.mark.parametrize("user", ["", "a:b", "a\n"])
def test_a_user_that_basic_authentication_cannot_carry_is_refused(user: str) -> None:
    with pytest.raises(InputError, match=r"HEADGATE_SERVER_USER must be a name without a colon .* Got .* instead\."):
        ServerLogin(user=user, password=PASSWORD)


def test_a_password_that_is_empty_or_ends_in_a_line_break_is_refused_and_not_told() -> None:
    with pytest.raises(InputError, match=r"HEADGATE_SERVER_PASSWORD must hold a password\. Got an empty one"):
        login_of({"HEADGATE_SERVER_PASSWORD": ""})
    with pytest.raises(InputError, match=r"must hold no control characters\. Got one instead") as caught:
        login_of({"HEADGATE_SERVER_PASSWORD": f"{PASSWORD}\n"})
    assert PASSWORD not in str(caught.value)


def test_a_login_does_not_print_its_password() -> None:
    assert PASSWORD not in repr(ServerLogin(user="anna", password=PASSWORD))


@pytest.mark.parametrize(
    "words",
    [
        ["serve", "shop", "--mlflow", NOWHERE],
        ["rollback", "shop", "--reason", "x", "--mlflow", NOWHERE, "--store", "/tmp/x", "--server", NOWHERE],  # noqa: S108 - never opened
        ["run", "tests.unit.shop_pipeline:pipeline", "--mlflow", NOWHERE, "--server", NOWHERE],
    ],
)
def test_an_empty_password_is_an_input_error_before_anything_is_done(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADGATE_SERVER_PASSWORD", "")
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, "HEADGATE_SERVER_PASSWORD must hold a password" in done.output) == (2, True), done.output


def test_no_option_takes_the_password() -> None:
    assert CliRunner().invoke(app, ["serve", "shop", "--mlflow", NOWHERE, "--password", PASSWORD]).exit_code == 2


def test_an_address_with_a_login_in_it_is_refused_and_not_told() -> None:
    with pytest.raises(InputError, match="address of a model server must hold no login") as caught:
        HttpServingTarget(f"http://anna:{PASSWORD}@127.0.0.1:9", timeout=1.0).described()
    assert PASSWORD not in str(caught.value)
