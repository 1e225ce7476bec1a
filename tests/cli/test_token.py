"""`mainstem token`, and what `serve` and `watch` say about who may come in."""

import asyncio

import pytest

from mainstem import Settings
from mainstem.stores.opening import open_stores

from .commands import line, run

pytestmark = pytest.mark.usefixtures("elsewhere")


def found(text):
    return asyncio.run(open_stores(Settings()).tokens.find(text))


def test_a_token_is_made_listed_and_revoked():
    made = run(
        "token", "create", "--name", "laptop", "--user", "ada", "--role", "ask", "--role", "read", "--tag", "t=x"
    )
    assert made.exit_code == 0, made.output
    user = found(made.stdout.strip()).user
    assert (user.id, user.roles, user.tags) == ("ada", {"ask", "read"}, {"t": "x"})
    assert "ada" in line(made)
    assert "ask, read" in line(made)
    listed = run("token", "list").stdout
    assert listed.startswith("laptop  ada  ask, read  ")
    assert made.stdout.strip() not in listed
    assert run("token", "revoke", "laptop").exit_code == 0
    assert found(made.stdout.strip()) is None
    assert run("token", "list").stdout == ""


def test_what_a_token_is_without_options():
    token = found(run("token", "create", "--name", "ada", "--days", "2").stdout.strip())
    assert (token.user.id, token.user.roles) == ("ada", {"ask", "approve"})
    assert token.ends_at is not None
    assert token.ends_at - token.made_at == pytest.approx(2 * 24 * 3600, abs=60)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("create", "--name", "x", "--role", "king"), 2, "there are ask, approve, read, admin"),
        (("create", "--name", " "), 2, "--name"),
        (("create", "--name", "x", "--user", "a\x1b[31m"), 2, "--user"),
        (("create", "--name", "x", "--days", "0"), 2, "above 0"),
        (("create", "--name", "taken"), 1, "another name"),
        (("revoke", "nobody"), 1, "token list"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(arguments, code, said):
    run("token", "create", "--name", "taken")
    result = run("token", *arguments)
    assert result.exit_code == code
    assert said in line(result)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_others_are_not_served_without_authentication(host):
    result = run("serve", "--host", host, "--port", "0")
    assert result.exit_code == 2
    assert "--auth tokens, or --insecure" in line(result)


@pytest.mark.parametrize("how", ["passwords", "", " "])
def test_how_users_are_known_has_to_be_a_way(how):
    result = run("serve", "--auth", how, "--port", "0")
    assert result.exit_code == 2
    assert "tokens, jwt, tokens,jwt, or module:function" in line(result)


def test_a_key_that_is_missing_ends_the_server_at_once():
    result = run("serve", "tests.web.graphs:answer", "--auth", "jwt", "--port", "0")
    assert result.exit_code == 1
    assert "MAINSTEM_AUTH_JWT_KEY" in result.stderr
