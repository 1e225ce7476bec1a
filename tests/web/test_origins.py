"""Other sites' pages: a server without a password answers none of them."""

from functools import partial

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse

from mainstem import Session
from mainstem.web.application import app
from tests.web import graphs

from .served import HI, problem

HOST = {"Host": "127.0.0.1:8000"}


@pytest.fixture
def client():
    with TestClient(app(Session(graph=graphs.answer), hosts=["127.0.0.1"]), base_url="http://127.0.0.1:8000") as client:
        yield client


def test_a_rebound_name_is_refused(client):
    assert "MAINSTEM_SERVE_HOSTS" in problem(client.get("/threads", headers={"Host": "evil.example"}), 421)["hint"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8000"},
    ],
)
def test_another_sites_page_may_not_write(client, headers):
    problem(client.post("/runs", json=HI, headers=headers), 403)
    connect = partial(client.websocket_connect, "/runs/x/ws")
    with pytest.raises(WebSocketDenialResponse) as refused, connect(headers={**HOST, **headers}):
        pass
    problem(refused.value, 403)


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://127.0.0.1:8000"}, {"Sec-Fetch-Site": "same-origin"}])
def test_its_own_page_and_other_programs_may(client, headers):
    assert client.post("/runs", json=HI, headers=headers).status_code == 201


def test_a_host_that_is_no_name_is_refused(client):
    problem(client.get("/health", headers={"Host": "[::1"}), 400)
