"""Documents over HTTP: taken in, listed, cited, taken out; and what nobody should send."""

import errno
import io
import json
import sqlite3
import zipfile
from contextlib import closing

import pytest

from mainstem import Settings
from mainstem.knowledge.files.discovery import KIND_BY_SUFFIX
from tests.web import graphs

from .served import STREAM, door, followed, problem, started

PORT = b"# Ports\n\n## Which port is it?\n\nThe service listens on port 8080.\n"


@pytest.fixture
def empty(tmp_path):
    return Settings(home=tmp_path / "home", model="extractive")


async def added(client, *files):
    """Upload; the lines of the answer."""
    answer = await client.post("/documents", files=[("files", file) for file in files])
    assert answer.status_code == 202, answer.text
    return [json.loads(line) for line in answer.text.splitlines() if line]


async def names(client):
    user, _ = (await client.get("/documents")).json()["collections"]
    return {each["document"]: each["id"] for each in (*user["documents"], *user["tables"])}


async def test_what_is_uploaded_is_answered_from_and_can_be_taken_out(empty):
    async with door(settings=empty) as (client, _):
        lines = await added(client, ("ports.md", PORT), ("boats.csv", b"harbour,boats\nSouth,12\nNorth,30\n"))
        assert [line["type"] for line in lines] == ["progress", "progress", "indexed"]
        assert (lines[-1]["indexed"], lines[-1]["tables"], lines[-1]["skipped"]) == (2, 1, [])
        assert set(await names(client)) == {"ports.md", "boats.csv"}
        run_id, _ = await started(client, {"question": "Which port is it?"})
        events = await followed(client, run_id)
        (cited,) = [json.loads(data) for _, kind, data in events if kind == "citation"][:1]
        where = {"document": cited["document"], "start": cited["locator"]["start"], "end": cited["locator"]["end"]}
        passage = (await client.get("/documents/passage", params=where)).json()
        assert "port 8080" in passage["text"]
        assert (passage["before"] + passage["text"] + passage["after"]).encode() == PORT
        for key in (await names(client)).values():
            assert (await client.delete(f"/documents/{key}")).status_code == 204
        assert await names(client) == {}
        assert not list((empty.home / "uploads").iterdir())


async def test_a_new_version_takes_the_place_of_the_old_one(empty):
    async with door(settings=empty) as (client, _):
        await added(client, ("ports.md", PORT))
        await added(client, ("ports.md", PORT.replace(b"8080", b"9090")))
        passage = (await client.get("/documents/passage", params={"document": "ports.md", "end": 200})).json()
    assert "9090" in passage["text"]


async def test_progress_comes_as_events_where_they_are_accepted(empty):
    async with door(settings=empty) as (client, _):
        answer = await client.post("/documents", files=[("files", ("ports.md", PORT))], headers=STREAM)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: indexed\ndata: " in answer.text


async def test_what_is_served_from_a_folder_is_not_taken_out(extractive):
    async with door(settings=extractive) as (client, _):
        await followed(client, (await started(client, {"question": "When does the ferry sail?"}))[0])
        key = (await names(client))["ferry.md"]
        problem(await client.delete(f"/documents/{key}"), 409)
        problem(await client.delete("/documents/nobody"), 404)
        unknown = problem(await client.get("/documents/passage", params={"document": "nobody"}), 404)
        assert unknown["detail"] == "There is no document 'nobody' here, or there are several of that name."
        assert str(extractive.docs[0]) not in (await client.get("/documents")).text


async def test_a_graph_that_answers_from_no_documents():
    async with door(graphs.answer) as (client, _):
        assert (await client.get("/info")).json()["documents"] is False
        problem(await client.get("/documents"), 404)
        problem(await client.post("/documents", files=[("files", ("ports.md", PORT))]), 404)


# what nobody should send


@pytest.mark.parametrize(
    "name", ["../../etc/x.md", "/etc/x.md", "..\\x.md", "a/b.md", ".hidden.md", "C:x.md", "\x01.md", "x" * 300 + ".md"]
)
async def test_a_name_that_leads_elsewhere(name, empty):
    async with door(settings=empty) as (client, _):
        body = (
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n\r\nx\r\n--b--\r\n' % name.encode()
        )
        answer = await client.post(
            "/documents", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
        )
        assert answer.status_code in (400, 422)
        problem(answer, answer.status_code)
    assert not (empty.home / "uploads").exists()


async def test_a_kind_that_is_not_read(empty):
    async with door(settings=empty) as (client, _):
        found = problem(await client.post("/documents", files=[("files", ("x.exe", b"MZ"))]), 415)
        assert "PDF" in found["hint"]
        problem(await client.post("/documents", content=PORT, headers={"Content-Type": "text/markdown"}), 415)
        problem(await client.post("/documents", json={}), 415)


def bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(150_000_000))
    return packed.getvalue()


def crowded(names=100_000):
    """A Word file that is nothing but a list of names, each with some hundred bytes to remember it by."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(names):
            archive.writestr(str(number), b"")
    return packed.getvalue()


@pytest.mark.parametrize("make", [bomb, crowded, lambda: b"PK\x03\x04 no"])
async def test_what_is_in_an_upload_is_not_looked_at_by_the_server(empty, make, monkeypatch):
    data, looked = make(), []
    monkeypatch.setattr(zipfile, "ZipFile", lambda *args, **more: looked.append(args))
    async with door(settings=empty) as (client, _):
        (failed,) = [line for line in await added(client, ("thesis.docx", data)) if line["type"] != "progress"]
        assert "thesis.docx: " in failed["error"]["message"]
        user, _ = (await client.get("/documents")).json()["collections"]
        assert [each["document"] for each in user["skipped"]] == ["thesis.docx"]
    assert looked == []


@pytest.mark.parametrize("suffix", sorted({kind: suffix for suffix, kind in KIND_BY_SUFFIX.items()}.values()))
async def test_rubbish_under_every_name(suffix, empty):
    async with door(settings=empty) as (client, _):
        answer = await client.post("/documents", files=[("files", (f"x{suffix}", bytes(range(256)) * 40))])
        assert answer.status_code in (202, 422)
        if answer.status_code == 202:
            assert json.loads(answer.text.splitlines()[-1])["type"] in ("failed", "indexed")
        assert (await client.get("/health")).json()["status"] == "ok"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--b--\r\n"),
        ("multipart/form-data; boundary=b", b"rubbish"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="files"\r\n\r\nx\r\n--b--\r\n',
        ),
        ("multipart/form-data; boundary=" + "b" * 5000, b"--b"),
    ],
)
async def test_a_body_that_holds_no_file(kind, body, empty):
    async with door(settings=empty) as (client, _):
        answer = await client.post("/documents", content=body, headers={"Content-Type": kind})
        assert answer.status_code in (400, 415, 422)
        problem(answer, answer.status_code)


async def test_too_many_and_too_large(tmp_path):
    settings = Settings(home=tmp_path / "home", max_file_mb=0.001)
    async with door(settings=settings) as (client, _):
        problem(await client.post("/documents", files=[("files", ("big.md", PORT * 100))]), 413)
        many = [("files", (f"{number}.md", PORT)) for number in range(101)]
        assert "100" in problem(await client.post("/documents", files=many), 400)["detail"]


async def test_one_file_that_is_refused_refuses_no_other(empty):
    async with door(settings=empty) as (client, _):
        lines = await added(
            client,
            ("ports.md", PORT),
            ("x.exe", b"MZ"),
            ("thesis.docx", bomb()),
            (".hidden.md", PORT),
            ("broken.pdf", b"%PDF-1.4 no"),
        )
        assert lines[-1]["indexed"] == 1
        reasons = {each["document"]: each["reason"] for each in lines[-1]["skipped"]}
        assert set(reasons) == {"x.exe", "thesis.docx", ".hidden.md", "broken.pdf"}
        assert "unpack" in reasons["thesis.docx"]
        assert set(await names(client)) == {"ports.md"}
        user, _ = (await client.get("/documents")).json()["collections"]
        assert [each["document"] for each in user["skipped"]] == ["broken.pdf", "thesis.docx"]
        last = (await added(client, ("empty.md", b" "), ("y.exe", b"MZ")))[-1]
        assert {each["document"] for each in last["skipped"]} >= {"empty.md", "y.exe"}


@pytest.mark.parametrize("where", ["in the home", "on the way"])
async def test_a_full_disk_is_507_and_keeps_what_was_there(empty, monkeypatch, where):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    async with door(settings=empty) as (client, _):
        await added(client, ("ports.md", PORT))
        with monkeypatch.context() as patch:
            if where == "in the home":
                patch.setattr("mainstem.web.uploads.shutil.copyfileobj", full)
            else:
                patch.setattr("starlette.formparsers.MultiPartParser.parse", full)
            files = [("files", ("ports.md", b"New.")), ("files", ("more.md", PORT))]
            found = problem(await client.post("/documents", files=files), 507)
        assert "full" in found["detail"]
        assert [path.name for path in (empty.home / "uploads").iterdir()] == ["ports.md"]
        assert (empty.home / "uploads" / "ports.md").read_bytes() == PORT
        assert (await client.get("/health")).json()["status"] == "ok"


async def test_an_index_of_another_version_is_built_anew(empty, tmp_path):
    async with door(settings=empty) as (client, _):
        await added(client, ("ports.md", PORT))
    with closing(sqlite3.connect(empty.home / "index.sqlite")) as index:
        index.execute("PRAGMA user_version = 1")
    async with door(settings=empty) as (client, _):
        assert set(await names(client)) == {"ports.md"}
