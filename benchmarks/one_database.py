"""Two instances of an Agent Server that share MAINSTEM_DATABASE_URL and nothing else; one of them is killed.

    python -m benchmarks.one_database URL_TO_KILL URL_THAT_STAYS PID_TO_KILL DATABASE_URL FOLDER

FOLDER holds the MAINSTEM_HOME of each, `home-PORT`, and its log, `aegra-PORT.log`. A document that is uploaded through
the first is asked about through the second, and the first replays those runs; then approved notes are written, and the
first is ended with SIGKILL amid that. Exit code 1, with what is wrong, where something is lost or done twice.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
from langgraph_sdk import get_client

from mainstem import events as e

DOCUMENT = "lighthouse.txt", "The lighthouse of Tarnholm was painted green in 1931 by its keeper, Odile Brandt.\n"
QUESTION = "In which year was the lighthouse of Tarnholm painted green?"
QUESTIONS = 8

NOTES = 12
"""Half of them are written and told when the kill comes, of the others nobody has been told; half of each kind is
approved by the question's id, the others without, as LangChain's own clients do."""

WORDS = " ".join(f"word{number}" for number in range(120)) + "."
DELAY = 0.15
"""Seconds a word: what is said after a note takes about 18."""

PATIENCE = 240.0
"""Seconds in which a step must be over."""

SLOW = """
CREATE FUNCTION mainstem.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE UPDATE ON mainstem.claims FOR EACH ROW
WHEN (NEW.tool = 'save_note' AND NEW.args LIKE '%Untold%') EXECUTE FUNCTION mainstem.slow();
"""
"""The ledger takes 20 s to write down what came of an untold call, so that the kill comes before."""


class Instance:
    """One of the two."""

    def __init__(self, url: str, folder: Path) -> None:
        port = urlsplit(url).port
        self.url, self.home, self._log = url, folder / f"home-{port}", folder / f"aegra-{port}.log"
        self.client: Any = get_client(url=url)
        self.http = httpx.AsyncClient(base_url=f"{url}/mainstem", timeout=PATIENCE, trust_env=False)

    def ran(self, run_id: str) -> bool:
        """Whether it took up this run of the server's."""
        return any(run_id in line and "picked up" in line for line in self._log.read_text().splitlines())

    def notes(self) -> list[str]:
        return [file.read_text() for file in self.home.glob("notes/*.md")]

    async def events(self, run_id: str) -> AsyncIterator[e.AnyEvent]:
        async with self.http.stream("GET", f"/runs/{run_id}/events") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    yield e.decode(line.removeprefix("data: "))


async def rows(database: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    async with await psycopg.AsyncConnection.connect(database, options="-c search_path=mainstem") as connection:
        return await (await connection.execute(query.encode(), values)).fetchall()


async def all_of(findings: Iterable[Awaitable[list[str]]]) -> list[str]:
    return [fault for found in await asyncio.gather(*findings) for fault in found]


async def documents(first: Instance, second: Instance, database: str) -> list[str]:
    """What is wrong with a document that is uploaded through the first, and asked about through the second."""
    name, text = DOCUMENT
    upload = await first.http.post("/documents", files={"files": (name, text.encode())})
    if json.loads(upload.text.strip().splitlines()[-1]).get("type") != "indexed":
        return [f"the upload failed: {upload.text}"]
    return await all_of(question(first, second, database) for _ in range(QUESTIONS))


async def question(first: Instance, second: Instance, database: str) -> list[str]:
    began = (await second.http.post("/runs", json={"question": QUESTION})).json()
    run_id = began["run_id"]
    seen = [event async for event in second.events(run_id)]
    cited = {event.document for event in seen if isinstance(event, e.Citation)}
    kept = await rows(database, "SELECT data FROM events WHERE run_id = %s ORDER BY seq", run_id)
    (run,) = await second.client.runs.list(began["thread_id"])
    print(f"answered by the {'second' if second.ran(run['run_id']) else 'first'} from {', '.join(cited) or 'nothing'}")
    faults: list[str] = []
    if not any(DOCUMENT[0] in document for document in cited):
        faults.append(f"run {run_id} did not find the document")
    if [e.decode(bytes(data)) for (data,) in kept] != seen:
        faults.append(f"the database holds {len(kept)} of the {len(seen)} events of run {run_id}")
    if [event async for event in first.events(run_id)] != seen:
        faults.append(f"the first replays run {run_id} otherwise")
    return faults


@dataclass
class Note:
    """An approved note, and what became of its run."""

    title: str
    named: bool
    thread: str = ""
    run: str = ""
    context: dict[str, str] | None = None
    again: float | None = None
    """Seconds from the kill until the second took up the run of the first; None: it was not the first's then."""
    over: float = 0.0
    """Seconds from the kill until the run was over."""
    status: str = ""

    @property
    def told(self) -> bool:
        return self.title.startswith("Told")

    async def ask(self, instance: Instance, folder: Path) -> None:
        """Let the model ask for the note."""
        script = folder / f"{self.title}.json"
        args = {"title": self.title, "text": "Once."}
        script.write_text(json.dumps([[{"tool_call": {"name": "save_note", "args": args, "id": "c1"}}]]))
        self.context = {"model": f"scripted:{script}"}
        self.thread = (await instance.client.threads.create())["thread_id"]
        given = {"messages": [{"role": "user", "content": "Note it."}]}
        await instance.client.runs.wait(self.thread, "agent", input=given, context=self.context)
        script.write_text(json.dumps({"turns": [[{"words": WORDS, "delay": DELAY}]], "repeat": True}))

    async def decide(self, instance: Instance, decision: str, *, named: bool) -> None:
        """Answer what waits."""
        (asked,) = (await instance.client.threads.get_state(self.thread))["interrupts"]
        answer: dict[str, Any] = {"decisions": [{"type": decision}]}
        command = {"resume": {asked["id"]: answer} if named else answer}
        run = await instance.client.runs.create(self.thread, "agent", command=command, context=self.context)
        self.run = run["run_id"]

    async def follow(self, instance: Instance, at: float) -> None:
        """Wait for the end of the run, and for the moment when `instance` takes it up, if it does."""
        mine = instance.ran(self.run)
        while True:
            if not mine and self.again is None and instance.ran(self.run):
                self.again = time.monotonic() - at
            self.status = (await instance.client.runs.get(self.thread, self.run))["status"]
            if self.status not in ("pending", "running"):
                self.over = time.monotonic() - at
                return
            await asyncio.sleep(0.2)

    async def faults(self, instance: Instance) -> list[str]:
        """What is wrong with the run as it is over; a question about a call of which nobody knows is answered by no."""
        wants = "interrupted" if self.again is not None and not self.told else "success"
        if self.status != wants:
            return [f"the run of {self.title!r} is {self.status}, not {wants}"]
        if wants == "interrupted":
            (asked,) = (await instance.client.threads.get_state(self.thread))["interrupts"]
            if "may have taken effect" not in asked["value"]["action_requests"][0]["description"]:
                return [f"{self.title!r} asks something else: {asked}"]
            await self.decide(instance, "reject", named=self.named)
            await instance.client.runs.join(self.thread, self.run)
        messages = (await instance.client.threads.get_state(self.thread))["values"]["messages"]
        return [] if messages[-1]["content"] == WORDS else [f"the answer after {self.title!r} is not whole"]


async def notes(first: Instance, second: Instance, pid: int, database: str, folder: Path) -> list[str]:
    """What is wrong with notes that are being written when the first is killed."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        await connection.execute(SLOW.encode())
    all_notes = [Note(f"{('Told', 'Untold')[n % 2]} {n}", named=n % 4 > 1) for n in range(NOTES)]
    await asyncio.gather(*(note.ask((first, second)[n % 2], folder) for n, note in enumerate(all_notes)))
    await asyncio.gather(*(note.decide(second, "approve", named=note.named) for note in all_notes))
    async with asyncio.timeout(PATIENCE):
        await written(first, second, database)
    os.kill(pid, signal.SIGKILL)
    at = time.monotonic()
    await asyncio.gather(*(note.follow(second, at) for note in all_notes))
    faults = await all_of(note.faults(second) for note in all_notes)
    return faults + shown_by(all_notes, first.notes() + second.notes())


async def written(first: Instance, second: Instance, database: str) -> None:
    """Wait until all notes are written, and those to be told are told."""
    query = "SELECT args FROM claims WHERE tool = 'save_note' AND status = 'success'"
    while True:
        files = len(first.notes()) + len(second.notes())
        told = sum("Told" in args for (args,) in await rows(database, query))
        if (files, told) == (NOTES, NOTES / 2):
            return
        await asyncio.sleep(0.1)


def shown_by(all_notes: list[Note], files: list[str]) -> list[str]:
    """Print what became of each, and say what is wrong with the files, or that nothing could be seen."""
    print(f"{'note':<10} {'approved by':<11} {'goes on after':>13} {'over after':>10}  status, files")
    faults: list[str] = []
    for note in all_notes:
        count = sum(text.startswith(f"# {note.title}\n") for text in files)
        again = f"{note.again:.1f} s" if note.again is not None else "-"
        by = "id" if note.named else "place"
        print(f"{note.title:<10} {by:<11} {again:>13} {note.over:8.1f} s  {note.status}, {count}")
        if count != 1:
            faults.append(f"the note {note.title!r} was written {count} times")
    for told in (True, False):
        if not any(note.again for note in all_notes if note.told is told):
            faults += [f"no run was taken over whose note was {'told' if told else 'untold'}: this shows nothing"]
    return faults


async def main(killed: str, stays: str, pid: int, database: str, folder: Path) -> int:
    first, second = Instance(killed, folder), Instance(stays, folder)
    faults = await documents(first, second, database) or await notes(first, second, pid, database, folder)
    for fault in faults:
        print(f"wrong: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))))
