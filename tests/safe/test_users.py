"""How users are known: tokens, JWT, a callable of one's own; the page's cookie; and how much they may ask for."""

import asyncio
import json
import logging
import time
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse

from mainstem import Session, Settings, web
from mainstem.models.guard import MaskingFilter, mask_of
from mainstem.stores.opening import open_stores
from mainstem.stores.users import User
from mainstem.stream.errors import MainstemError
from mainstem.web.auth.jwt import JwtAuthenticator
from mainstem.web.auth.rates import SIGN_INS_A_MINUTE
from mainstem.web.errors import Unauthenticated
from mainstem.web.run_manager import RunManager
from tests.web import graphs

from .people import HI, authenticate, signed

SECRET = "a secret that is long enough for HS256 to be safe"
BODY = {"input": HI}


@contextmanager
def served(known=None, graph=graphs.answer, base="http://testserver", **settings):
    """A client of an app over `graph`."""
    manager = RunManager(Session(Settings(**settings), graph=graph), auth=known)
    with TestClient(web.app(manager=manager), base_url=base) as client:
        yield client


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def made(name="ada", *roles, **more):
    """A token in the home of the settings."""
    user = User(name, frozenset(roles or ("ask", "approve")))
    return asyncio.run(open_stores(Settings()).tokens.create(name, user, **more))


def refused(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


# tokens


def test_a_token_opens_until_it_is_revoked():
    token = made("ada", "ask")
    with served(auth="tokens") as client:
        answer = client.get("/me", headers=bearer(token))
        assert answer.json() == {"id": "ada", "roles": ["ask"], "authentication": True}
        assert refused(client.get("/me"), 401)["hint"]
        assert client.get("/me").headers["www-authenticate"] == "Bearer"
        for wrong in (bearer(token + "x"), {"Authorization": token}, {"Authorization": f"Basic {token}"}, bearer("")):
            refused(client.get("/me", headers=wrong), 401)
        asyncio.run(open_stores(Settings()).tokens.revoke("ada"))
        refused(client.get("/me", headers=bearer(token)), 401)


def test_a_body_is_not_read_for_nobody():
    with served(auth="tokens") as client:
        refused(client.post("/runs", content=b"{ no JSON", headers={"Content-Type": "application/json"}), 401)
        answer = client.post("/v1/chat/completions", content=b"{ no JSON")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")


def test_a_token_that_strays_is_masked():
    record = logging.LogRecord("mainstem", logging.WARNING, "", 0, "It sent %s.", (made(),), None)
    MaskingFilter(mask_of()).filter(record)
    assert record.getMessage() == "It sent [API_KEY_1]."
    words = "import mainstem_streaming_helpers_for_the_people_who_like_long_names"
    record = logging.LogRecord("mainstem", logging.WARNING, "", 0, words, (), None)
    MaskingFilter(mask_of()).filter(record)
    assert record.getMessage() == words


def test_no_token_is_logged(caplog):
    token = made()
    with caplog.at_level(logging.DEBUG), served(auth="tokens") as client:
        client.post("/sign-in", json={"token": token})
        client.post("/sign-in", json={"token": token + "x"})
        client.post("/sign-in", json={"token": {"of": token}})
        client.get("/me", headers=bearer(token))
    assert token not in caplog.text


# JSON web tokens


def signed_by(key, algorithm="HS256", **claims):
    claims = {"sub": "ada", "exp": time.time() + 600, "roles": ["ask"], **claims}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm)


def jwt_settings(**more):
    return Settings(auth="jwt", auth_jwt_key=SECRET, **more)


def told(token, settings):
    return JwtAuthenticator(settings)({"authorization": f"Bearer {token}"})


def test_a_web_token_says_user_and_roles():
    assert told(signed_by(SECRET), jwt_settings()) == User("ada", frozenset({"ask"}))
    assert told(signed_by(SECRET, roles="ask read"), jwt_settings()).roles == {"ask", "read"}
    assert told(signed_by(SECRET, roles=None), jwt_settings()).roles == set()
    assert told(signed_by(SECRET, groups=["admin"]), jwt_settings(auth_jwt_roles="groups")).roles == {"admin"}


RIGHT = {"iss": "us", "aud": "this"}
WRONG = {
    "without an end": lambda: signed_by(SECRET, exp=None, **RIGHT),
    "over": lambda: signed_by(SECRET, exp=time.time() - 600, **RIGHT),
    "of nobody": lambda: signed_by(SECRET, sub=None, **RIGHT),
    "of an empty name": lambda: signed_by(SECRET, sub="", **RIGHT),
    "not yet": lambda: signed_by(SECRET, nbf=time.time() + 600, **RIGHT),
    "by somebody else": lambda: signed_by(SECRET, iss="other", aud="this"),
    "for somebody else": lambda: signed_by(SECRET, iss="us", aud="other"),
    "by nobody, for nobody": lambda: signed_by(SECRET),
    "with another key": lambda: signed_by(SECRET + "x", **RIGHT),
    "by another algorithm": lambda: signed_by(SECRET * 2, "HS512", **RIGHT),
    "not signed": lambda: jwt.encode({"sub": "ada", "exp": time.time() + 600, **RIGHT}, None, "none"),
    "none at all": lambda: "x.y.z",
    "empty": lambda: "",
}


@pytest.mark.parametrize("token", WRONG.values(), ids=list(WRONG))
def test_a_web_token_that_does_not_count(token):
    settings = jwt_settings(auth_jwt_issuer="us", auth_jwt_audience="this")
    with pytest.raises(Unauthenticated):
        told(token(), settings)
    assert told(signed_by(SECRET, iss="us", aud=["this", "that"]), settings).id == "ada"


def test_a_public_key_takes_no_token_that_is_signed_with_itself_as_a_secret():
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    settings = Settings(auth="jwt", auth_jwt_key=public.decode(), auth_jwt_algorithm="ES256")
    assert told(signed_by(private, "ES256"), settings).id == "ada"
    with pytest.raises(Unauthenticated):
        told(signed_by("x" * 64), settings)
    for algorithm, key in (("HS256", public.decode()), ("ES256", SECRET), ("HS256", "short"), ("HS256", None)):
        with pytest.raises(MainstemError, match="MAINSTEM_AUTH_JWT"):
            JwtAuthenticator(Settings(auth="jwt", auth_jwt_key=key, auth_jwt_algorithm=algorithm))


def test_tokens_and_web_tokens_side_by_side():
    token = made("eve", "read")
    with served(auth="tokens,jwt", auth_jwt_key=SECRET) as client:
        assert client.get("/me", headers=bearer(token)).json()["id"] == "eve"
        assert client.get("/me", headers=bearer(signed_by(SECRET))).json()["id"] == "ada"
        refused(client.get("/me", headers=bearer("neither")), 401)


# a callable of one's own


def plainly(headers):
    return User(headers["x-user"], frozenset({"ask"})) if "x-user" in headers else None


@pytest.mark.parametrize("known", [plainly, authenticate])
def test_a_callable_of_ones_own(known):
    headers = {"X-User": "owner", **signed("owner")}
    with served(known) as client:
        assert client.get("/me", headers=headers).json()["id"] == "owner"
        refused(client.get("/me"), 401)


def test_a_callable_that_the_settings_name(tmp_path, monkeypatch):
    (tmp_path / "who.py").write_text("from mainstem.web import User\n\n\ndef known(headers):\n    return User('ada')\n")
    monkeypatch.chdir(tmp_path)
    with served(auth="./who.py:known") as client:
        assert client.get("/me").json()["id"] == "ada"


@pytest.mark.parametrize("wrong", ["ada", {"id": "ada"}, User("", frozenset({"admin"}))])
def test_what_is_no_user_opens_nothing(wrong):
    manager = RunManager(Session(graph=graphs.answer), auth=lambda headers: wrong)
    with TestClient(web.app(manager=manager), raise_server_exceptions=False) as client:
        refused(client.get("/threads"), 500)


def test_a_router_in_an_app_of_ones_own_asks_too():
    app = FastAPI()
    app.include_router(web.router(graphs.answer, auth=authenticate), prefix="/mine")
    with TestClient(app) as client:
        refused(client.get("/mine/threads"), 401)
        began = client.post("/mine/runs", json=BODY, headers=signed("owner")).json()
        client.get(f"/mine/runs/{began['run_id']}/events", headers=signed("owner"))
        thread = began["thread_id"]
        assert client.get(f"/mine/threads/{thread}", headers=signed("owner")).status_code == 200
        refused(client.get(f"/mine/threads/{thread}", headers=signed("asker")), 404)


# the page's cookie


def test_a_cookie_signs_in_and_out():
    token = made()
    with served(auth="tokens") as client:
        refused(client.post("/sign-in", json={"token": "wrong"}), 401)
        refused(client.post("/sign-in", json={"token": "two words"}), 422)
        refused(client.get("/threads"), 401)
        answer = client.post("/sign-in", json={"token": f" {token}\n"})
        attributes = answer.headers["set-cookie"].lower()
        assert answer.json()["id"] == "ada"
        assert all(word in attributes for word in ("httponly", "samesite=strict", "path=/", "max-age="))
        assert "secure" not in attributes
        run = client.post("/runs", json=BODY).json()["run_id"]
        assert '"done"' in client.get(f"/runs/{run}/events").text
        with suppress(CancelledError), client.websocket_connect(f"/runs/{run}/ws") as socket:
            assert socket.receive_json()["type"] == "run.started"
        assert client.post("/sign-out").status_code == 204
        refused(client.get("/threads"), 401)


def test_over_tls_the_cookie_is_for_tls_alone():
    token = made()
    with served(auth="tokens", base="https://testserver") as client:
        assert "secure" in client.post("/sign-in", json={"token": token}).headers["set-cookie"].lower()


@pytest.mark.parametrize("mounted", [False, True])
def test_the_cookie_is_for_what_lies_at_the_router_alone(mounted):
    app, settings = FastAPI(), Settings(auth="tokens")
    if mounted:
        app.mount("/mine", web.app(Session(settings, graph=graphs.answer)))
    else:
        app.include_router(web.router(graphs.answer, settings=settings), prefix="/mine")
    with TestClient(app) as client:
        answer = client.post("/mine/sign-in", json={"token": made()})
        assert "path=/mine;" in answer.headers["set-cookie"].lower() + ";"
        assert client.get("/mine/me").json()["id"] == "ada"


@pytest.mark.parametrize("headers", [{"Origin": "http://testserver:9"}, {"Sec-Fetch-Site": "same-site"}])
def test_another_page_of_the_same_site_cannot_use_the_cookie(headers):
    app = FastAPI()  # no OriginCheck of ours before it
    app.include_router(web.router(graphs.answer, settings=Settings(auth="tokens")))
    with TestClient(app) as client:
        token = made()
        client.post("/sign-in", json={"token": token})
        run = client.post("/runs", json=BODY).json()["run_id"]
        refused(client.post("/runs", json=BODY, headers=headers), 401)
        refused(client.post("/sign-in", json={"token": token}, headers=headers), 403)
        refused(client.post("/sign-out", headers=headers), 403)
        with pytest.raises(WebSocketDenialResponse) as denied:
            client.websocket_connect(f"/runs/{run}/ws", headers=headers).__enter__()
        assert denied.value.status_code == 401
        assert client.post("/runs", json=BODY, headers={**headers, **bearer(token)}).status_code == 201


def test_health_tells_nobody_why():
    with served(authenticate) as client:
        assert client.get("/health").json()["status"] == "ok"


# rates


def test_requests_a_minute_are_each_users():
    with served(authenticate, serve_requests_a_minute=3) as client:
        answers = [client.get("/threads", headers=signed("owner")) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert "3 requests" in refused(answers[-1], 429)["detail"]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert client.get("/threads", headers=signed("asker")).status_code == 200
        completion = client.post("/v1/chat/completions", json={}, headers=signed("owner"))
        assert (completion.status_code, completion.json()["error"]["code"]) == (429, "rate_limit_exceeded")
        assert client.get("/health", headers=signed("owner")).status_code == 200


def test_who_signs_in_may_not_try_for_ever():
    with served(auth="tokens") as client:
        for _ in range(SIGN_INS_A_MINUTE):
            refused(client.post("/sign-in", json={"token": "wrong"}), 401)
        assert "sign-ins" in refused(client.post("/sign-in", json={"token": made()}), 429)["detail"]


def test_tokens_a_minute_are_each_users(scripted):
    settings = scripted(
        [{"words": "Hi."}, {"usage": {"input_tokens": 900, "output_tokens": 200}}], serve_tokens_a_minute=1000
    )
    manager = RunManager(Session(settings), auth=authenticate)
    with TestClient(web.app(manager=manager)) as client:
        run = client.post("/runs", json=BODY, headers=signed("owner")).json()["run_id"]
        client.get(f"/runs/{run}/events", headers=signed("owner"))
        answer = client.post("/runs", json=BODY, headers=signed("owner"))
        assert "1000 tokens" in refused(answer, 429)["detail"]
        assert client.post("/runs", json=BODY, headers=signed("asker")).status_code == 201


def test_open_streams_are_each_users():
    with served(authenticate, graphs.talking, serve_streams_each=1) as client:
        run = client.post("/runs", json=BODY, headers=signed("owner")).json()["run_id"]
        with suppress(CancelledError), client.websocket_connect(f"/runs/{run}/ws", headers=signed("owner")) as socket:
            socket.receive_text()
            answer = client.get(f"/runs/{run}/events", headers=signed("owner"))
            assert "1 stream open" in refused(answer, 429)["detail"]
            assert answer.headers["retry-after"]
            with client.websocket_connect(f"/runs/{run}/ws", headers=signed("reader")) as other:
                assert json.loads(other.receive_text())["type"] == "run.started"
                client.post(f"/runs/{run}/stop", headers=signed("owner"))
