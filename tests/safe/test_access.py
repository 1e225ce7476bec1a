"""Who may: every route × every role × the ids of somebody else; what a route forgets to declare is denied."""

import json
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse

from mainstem import Session
from mainstem.web.application import app
from mainstem.web.run_manager import RunManager

from ..fixtures import call
from .people import HI, PEOPLE, Ids, authenticate, doors, signed

STRANGERS = [name for name in PEOPLE if name != "owner"]
pytestmark = pytest.mark.worker  # uploads are read in a process of their own


def served(settings, **more):
    manager = RunManager(Session(settings), auth=authenticate, **more)
    return TestClient(app(manager=manager, hosts=["testserver"]))


@pytest.fixture
def settings(scripted):
    saving = [call("save_note", {"title": "One", "text": "Two"}, "c1")]
    return scripted(saving, saving, saving, saving)


@pytest.fixture
def client(settings):
    with served(settings) as client:
        yield client


def begun(client, person="owner", thread="theirs"):
    """A thread of somebody's that waits for a decision, and a document of theirs."""
    body = {"input": HI, "thread": thread}
    answer = client.post("/runs", json=body, headers=signed(person))
    assert answer.status_code == 201, answer.text
    run = answer.json()["run_id"]
    assert '"interrupted"' in client.get(f"/runs/{run}/events", headers=signed(person)).text
    name = f"{person or 'somebody'}.md"
    upload = {"files": (name, b"# Secret\n\nThe secret is heliotrope.")}
    assert '"indexed"' in client.post("/documents", files=upload, headers=signed(person)).text
    user = client.get("/documents", headers=signed(person)).json()["collections"][0]
    document = next(each["id"] for each in user["documents"] if each["document"] == name)
    return Ids(run, thread, document, name)


def waiting(client, thread, person="owner"):
    return client.get(f"/threads/{thread}", headers=signed(person)).json()["interrupts"]


def body_of(door, ids, interrupts):
    """What is sent there; a new route that takes a body is named here."""
    decisions = {each["interrupt_id"]: {"decisions": [{"type": "approve"}]} for each in interrupts}
    said = {"id": "m", "role": "user"}
    agui = {"runId": "r", "state": {}, "tools": [], "context": [], "forwardedProps": {}}
    return {
        "/runs": {"input": HI, "thread": ids.thread},
        "/runs/{run_id}/stop": {},
        "/runs/{run_id}/halt": {},
        "/threads/{thread_id}/fork": {"message_id": "m"},
        "/threads/{thread_id}": {"title": "mine now"},
        "/runs/{run_id}/feedback": {"name": "thumbs", "score": 1},
        "/threads/{thread_id}/resume": {"decisions": decisions},
        "/ai-sdk": {"id": ids.thread, "messages": [{**said, "parts": [{"type": "text", "text": "hi"}]}]},
        "/ag-ui": {"threadId": ids.thread, "messages": [{**said, "content": "hi"}], **agui},
        "/v1/chat/completions": {"model": "agent", "metadata": {"thread": ids.thread}, **HI},
        "/v1/responses": {"model": "agent", "input": "hi", "previous_response_id": f"resp_{ids.run}"},
        "/sign-in": {"token": "nobodys"},
        **{key: {} for key in ELSEWHERE},
        "/sign-out": {},
    }[door.path]


ELSEWHERE = ("/mcp", "/v1/{rest:path}")
"""Doors that name no id: what each shows of others is asked in its own tests; nobody passes without signing in."""


def ids_doors(client):
    """The doors that name ids."""
    return [door for door in doors(client) if door.path not in ELSEWHERE]


def sent(client, door, person, ids, interrupts=()):
    """The status and the body of what `person` is answered there."""
    path, headers = ids.in_path(door.path), signed(person)
    if door.method == "WS":
        try:
            with socket_at(client, path, person) as socket:
                return 101, socket.receive_text()
        except WebSocketDenialResponse as refused:
            return refused.status_code, refused.text
    if path == "/documents" and door.method == "POST":
        answer = client.post(path, files={"files": ("new.md", b"# New\n\nWords.")}, headers=headers)
    elif door.method in ("POST", "PUT", "PATCH"):
        answer = client.request(door.method, path, json=body_of(door, ids, interrupts), headers=headers)
    else:
        query = {"document": ids.name, "end": 9} if path == "/documents/passage" else {}
        answer = client.request(door.method, path, params=query, headers=headers)
    return answer.status_code, answer.text


@contextmanager
def socket_at(client, path, person):
    with suppress(CancelledError), client.websocket_connect(path, headers=signed(person)) as socket:
        yield socket  # leaving cancels what the server still does there


# route × role × foreign id


def test_nobody_is_told_anything(client):
    ids = begun(client)
    for door in doors(client):
        status, text = sent(client, door, None, ids)
        if not door.public:
            assert status == 401, (door, text)
            assert ids.thread not in text
    assert waiting(client, ids.thread)


@pytest.mark.parametrize("person", STRANGERS)
def test_what_is_anothers_is_neither_told_nor_changed(client, person):
    ids = begun(client)
    before, listed = client.get(f"/threads/{ids.thread}", headers=signed("owner")).json(), owners_list(client)
    for door in ids_doors(client):
        if door.public:
            continue
        status, text = sent(client, door, person, ids, before["interrupts"] if person != "admin" else ())
        if not door.lets_in(person):
            assert status == 403, (door, text)
        elif (door.method, door.path) in READS and person in ("reader", "reviewer", "colleague"):
            assert status == 409, (door, text)  # the thread has no such message
        elif person in ("plain", "asker", "approver"):
            assert told_nothing(door, status, text, ids), (door, status, text)
        elif person in ("reader", "reviewer") and door.method not in ("GET", "WS"):
            allowed = person == "reviewer" and door.path == "/threads/{thread_id}/resume"
            assert status == (201 if allowed else 403), (door, status, text)
        elif person == "colleague" and door.method not in ("GET", "WS"):
            own = {("POST", "/documents"): 202, ("DELETE", "/documents/{document_id}"): 404}  # documents are not runs
            assert status == own.get((door.method, door.path), 403), (door, status, text)
    if person in ("admin", "reviewer"):
        return  # they may
    assert client.get(f"/threads/{ids.thread}", headers=signed("owner")).json() == before
    assert owners_list(client) == listed


READS = {("POST", "/threads/{thread_id}/fork")}
"""What only looks, though it is sent as a POST."""


def owners_list(client):
    return [client.get(path, headers=signed("owner")).json() for path in ("/runs", "/threads", "/documents")]


def told_nothing(door, status, text, ids):
    """Whether an answer is that of an unknown id, or a list without what is another's."""
    if status == 403 and "This needs the role" in text:
        return True  # whatever the id: what is within the body needs another role
    by_id = "{" in door.path and door.path != "/v1/models/{name:path}"
    if by_id or door.path in (
        "/runs",
        "/ai-sdk",
        "/ag-ui",
        "/v1/chat/completions",
        "/v1/responses",
        "/documents/passage",
    ):
        return status == 404 or (door.method == "GET" and door.path == "/runs" and ids.run not in text)
    return status < 300 and ids.thread not in text and ids.name not in text and ids.run not in text


@pytest.mark.parametrize("person", ["asker", "approver"])
def test_a_foreign_id_is_answered_as_an_unknown_one(client, person):
    ids, none = begun(client), Ids()
    interrupts = waiting(client, ids.thread)
    for door in ids_doors(client):
        if "{" not in door.path or door.path.startswith("/v1/models") or not door.lets_in(person):
            continue
        foreign, unknown = sent(client, door, person, ids, interrupts), sent(client, door, person, none, interrupts)
        assert foreign[0] in (403, 404), door
        for name in ("run", "thread", "document", "name"):
            foreign = (foreign[0], foreign[1].replace(getattr(ids, name), "ID"))
            unknown = (unknown[0], unknown[1].replace(getattr(none, name), "ID"))
        assert foreign == unknown, door


def test_a_reader_sees_what_is_anothers(client):
    ids = begun(client)
    for door in ids_doors(client):
        if door.method in ("GET", "WS") and ("{run_id}" in door.path or "{thread_id}" in door.path):
            status, text = sent(client, door, "reader", ids)
            assert status in (200, 101), (door, text)
    assert ids.thread in client.get("/threads", headers=signed("reader")).text
    assert ids.run in client.get("/runs", headers=signed("reader")).text


# roles beyond routes: what is said within a protocol, a socket or a body


def test_a_decision_needs_the_role_through_every_door(client):
    """Who may only ask is not let decide, in their own thread either."""
    ids = begun(client, "asker", "askers")
    (waits,) = waiting(client, "askers", "asker")
    approve = {"decisions": {waits["interrupt_id"]: {"decisions": [{"type": "approve"}]}}}
    resume = {
        "interruptId": waits["interrupt_id"],
        "status": "resolved",
        "payload": {"decisions": [{"type": "approve"}]},
    }
    agui = {"threadId": "askers", "runId": "r", "state": {}, "tools": [], "context": [], "forwardedProps": {}}
    for path, body in (("/threads/askers/resume", approve), ("/ag-ui", {**agui, "messages": [], "resume": [resume]})):
        answer = client.post(path, json=body, headers=signed("asker"))
        assert answer.status_code == 403, answer.text
    with socket_at(client, f"/runs/{ids.run}/ws", "asker") as socket:
        socket.send_json({"type": "resume", **approve})
        while (told := socket.receive_json())["type"] != "error":
            pass
    assert "approve" in told["detail"]
    assert waiting(client, "askers", "asker")
    approve["tags"] = {"team": "x", "user": "boss"}
    answer = client.post("/threads/askers/resume", json=approve, headers=signed("reviewer"))
    assert answer.status_code == 201, answer.text
    events = client.get(f"/runs/{answer.json()['run_id']}/events", headers=signed("asker")).text  # it is still theirs
    assert '"type":"tool.finished"' in events
    assert '"tags":{"user":"asker","decided_by":"reviewer"}' in events
    assert '"by":"reviewer"' in events


def test_who_may_only_approve_cannot_ask(client):
    said = {"id": "m", "role": "user"}
    for path, body in (
        ("/ai-sdk", {"id": "new", "messages": [{**said, "parts": [{"type": "text", "text": "hi"}]}]}),
        ("/runs", {"input": HI}),
    ):
        assert client.post(path, json=body, headers=signed("approver")).status_code == 403
    assert client.get("/threads", headers=signed("admin")).json()["threads"] == []


def test_tags_of_a_user_cannot_be_claimed(client):
    answer = client.post(
        "/runs",
        json={"input": HI, "tags": {"user": "owner", "decided_by": "boss", "team": "x"}},
        headers=signed("asker"),
    )
    told = client.get(f"/runs/{answer.json()['run_id']}/events", headers=signed("asker")).text
    assert '"tags":{"user":"asker","team":"x"}' in told


def test_one_users_idempotency_key_is_not_anothers(client):
    runs = {
        client.post("/runs", json={"input": HI}, headers={**signed(person), "Idempotency-Key": "k"}).json()["run_id"]
        for person in ("owner", "asker", "owner")
    }
    assert len(runs) == 2


# documents


def test_each_is_answered_from_their_own_uploads(scripted):
    looking = [call("search_documents", {"query": "heliotrope secret"}, "c1")]
    with served(scripted(looking, [{"words": "Said."}], looking, [{"words": "Said."}])) as client:
        for person in ("owner", "asker"):
            upload = {"files": (f"{person}.md", f"# {person}\n\nThe heliotrope secret of {person}.".encode())}
            client.post("/documents", files=upload, headers=signed(person))
        for person, other in (("owner", "asker"), ("asker", "owner")):
            answer = client.post("/runs", json={"question": "What is the heliotrope secret?"}, headers=signed(person))
            told = client.get(f"/runs/{answer.json()['run_id']}/events", headers=signed(person)).text
            state = client.get(f"/threads/{answer.json()['thread_id']}", headers=signed(person)).text
            assert f"secret of {person}" in state, told
            assert f"secret of {other}" not in told + state


# without authentication


def test_without_authentication_everything_is_everybodys(settings):
    with TestClient(app(Session(settings), hosts=["testserver"])) as client:
        ids = begun(client, None)
        me = client.get("/me").json()
        assert (me["authentication"], me["id"]) == (False, "")
        assert client.get(f"/threads/{ids.thread}").status_code == 200
        assert client.post("/sign-in", json={"token": "x"}).status_code == 404
    with served(settings) as client:  # the same home, with users: what nobody began is no user's
        assert client.get(f"/threads/{ids.thread}", headers=signed("owner")).status_code == 404
        assert client.get(f"/threads/{ids.thread}", headers=signed("reader")).status_code == 200
        assert json.loads(client.get("/threads", headers=signed("owner")).text) == {"threads": []}
