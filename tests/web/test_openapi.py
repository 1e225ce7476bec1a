"""The OpenAPI description is true: schemathesis tries every operation but those whose answers are endless."""

import threading

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from mainstem import Session, Settings
from mainstem.web.application import app
from mainstem.web.run_manager import RunManager
from mainstem.web.server import Server, listening

from ..waiting import eventually_without_a_loop

pytestmark = pytest.mark.real  # a server, and hundreds of requests

EVENTS = "/runs/{run_id}/events"
OPERATIONS = [
    (path, method)
    for path, methods in app(Session()).openapi()["paths"].items()
    for method in methods
    # schemathesis waits for the end of a stream, and wants a problem in what a HEAD is answered with, which has no body
    if path != EVENTS and method != "head"
]
EXCLUDED = {path: [positive_data_acceptance] for path in ("/documents", "/v1/chat/completions", "/ag-ui", "/ai-sdk")}
"""A schema cannot say which names files may have, nor that the last message is the user's."""


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    manager = RunManager(Session(Settings(home=tmp_path_factory.mktemp("home"), model="extractive")))
    with listening("127.0.0.1", 0) as socket:
        server = Server(uvicorn.Config(app(manager=manager), log_level="warning", timeout_graceful_shutdown=5), manager)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        eventually_without_a_loop(lambda: server.started)
        yield schemathesis.openapi.from_url(f"http://127.0.0.1:{socket.getsockname()[1]}/openapi.json")
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_an_operation_is_as_described(path, method, described):
    @given(case=described[path][method].as_strategy())
    @settings(max_examples=settings().max_examples // 15, suppress_health_check=list(HealthCheck))
    def check(case):
        case.headers.pop("idempotency-key", None)  # the same key with another body is refused, as it must be
        if isinstance(case.body, dict) and isinstance(case.body.get("context"), dict):
            case.body["context"] = {}  # what may stand in it the graph's own schema says, and the document cannot
        case.call_and_validate(timeout=60, excluded_checks=EXCLUDED.get(path))

    check()


def test_streams_are_described(described):
    paths = described.raw_schema["paths"]
    events = paths[EVENTS]["get"]["responses"]
    assert list(events["200"]["content"]) == ["text/event-stream", "text/plain"]
    assert "text/event-stream" in paths["/runs"]["post"]["responses"]["200"]["content"]
    indexing = paths["/documents"]["post"]["responses"]["202"]["content"]
    assert set(indexing) == {"text/event-stream", "application/x-ndjson"}
    assert all("application/problem+json" in answer["content"] for code, answer in events.items() if code != "200")
