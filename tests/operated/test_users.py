"""Where users sign in: whose feedback it is, and who may scrape."""

from fastapi.testclient import TestClient

from mainstem import Session, Settings, web
from mainstem.web.run_manager import RunManager
from tests.safe.people import authenticate, signed

from .graphs import HI, spoken


def test_feedback_is_the_users_own_and_of_runs_that_one_may_see():
    manager = RunManager(Session(Settings(), graph=spoken()), auth=authenticate)
    with TestClient(web.app(manager=manager), base_url="http://127.0.0.1") as client:
        started = client.post("/runs", json={"input": HI}, headers=signed("owner"))
        path = f"/runs/{started.json()['run_id']}/feedback"
        said = {"name": "thumbs", "score": 1, "annotator": "somebody else"}
        assert client.post(path, json=said, headers=signed("owner")).json()["annotator"] == "owner"
        assert client.post(path, json=said, headers=signed("asker")).status_code == 404
        assert client.post(path, json=said, headers=signed("admin")).json()["annotator"] == "admin"
        assert client.post(path, json=said, headers=signed("reader")).status_code == 403
        assert len(client.get(path, headers=signed("reader")).json()["feedback"]) == 2
        assert client.post(path, json=said).status_code == 401


def test_metrics_are_for_who_may_read():
    manager = RunManager(Session(Settings(telemetry="prometheus"), graph=spoken()), auth=authenticate)
    with TestClient(web.app(manager=manager), base_url="http://127.0.0.1") as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers=signed("asker")).status_code == 403
        assert client.get("/metrics", headers=signed("reader")).status_code == 200
