"""Each route declares who may use it, also one that is added later; the reference tells all of them."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from mainstem import Session
from mainstem.web.application import app
from mainstem.web.route import routes_with
from mainstem.web.run_manager import RunManager
from tests.web import graphs

from .people import authenticate, doors


@pytest.fixture
def manager():
    return RunManager(Session(graph=graphs.answer), auth=authenticate)


@pytest.fixture
def client(manager):
    with TestClient(app(manager=manager)) as client:
        yield client


def test_every_route_declares_who_may_use_it(client):
    found = doors(client)
    assert [door for door in found if not door.roles] == []
    assert {door.path for door in found} >= {
        "/runs",
        "/runs/{run_id}/ws",
        "/ag-ui",
        "/ai-sdk",
        "/documents",
        "/docs",
        "",
    }


def test_a_route_that_is_added_without_a_role_is_found(client):
    client.app.add_route("/later", lambda request: None)
    assert [door.path for door in doors(client) if not door.roles] == ["/later"]


def test_a_route_of_ours_cannot_be_added_without_a_role(manager):
    routes = routes_with(manager, tags=[])
    with pytest.raises(TypeError, match="role"):
        routes.get("/later")(lambda: None)
    with pytest.raises(TypeError, match="role"):
        routes.websocket("/later")(lambda: None)


def test_the_reference_has_every_route_with_its_roles(client):
    page = Path(__file__).parents[2] / "docs" / "reference" / "http.md"
    rows = [line.strip("| ").split(" | ") for line in page.read_text(encoding="utf-8").splitlines() if "| `" in line]
    told = {(row[0].strip("`"), row[1].strip()) for row in rows if len(row) == 3 and row[0].startswith("`")}
    names = {"anyone": "anyone", "user": "whoever signed in"}
    declared = {
        (f"{door.method} {door.path}", ", ".join(names.get(role, role) for role in door.roles))
        for door in doors(client)
        if door.path
    }
    assert declared - told == set()
    assert {each for each in told - declared if each[0].partition(" ")[0] in ("GET", "POST", "DELETE", "WS")} == set()
