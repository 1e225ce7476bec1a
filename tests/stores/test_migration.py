"""What a home keeps, moved into PostgreSQL: whole, once, and told apart from what is there."""

import asyncio
import operator
import sqlite3
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.graph import START, StateGraph
from pydantic import SecretStr

from mainstem import Session, Settings
from mainstem.stores.idempotency import SentKey
from mainstem.stores.journal.process_mark import ProcessMark
from mainstem.stores.ledger import ToolCallClaim
from mainstem.stores.migration.errors import Conflict, MigrationError, NotEqual
from mainstem.stores.migration.migrate import migrate
from mainstem.stores.migration.runs import RunsMove
from mainstem.stores.migration.threads import ThreadsMove
from mainstem.stores.opening import open_stores
from mainstem.stores.owners import Owner
from mainstem.stores.reviews import HeldAnswer
from mainstem.stores.users import User

from .test_fencing import asked

CLAIM = ToolCallClaim("branched", "m", 0, "save_note", "{}")
HELD = HeldAnswer("r1", "branched", "task", "asked", "policy", "q", "shown", "text", "{}")
SENT = SentKey("POST /runs", "key", b"digest")


class Notes(TypedDict):
    notes: Annotated[list[str], operator.add]
    last: str


async def note(state: Notes) -> dict[str, Any]:
    return {"notes": [f"noted {state['last']}"]}


graph = StateGraph(Notes).add_node("note", note).add_edge(START, "note").compile(name="noting")


def shared(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(url)})


async def moved(settings: Settings, url: str):
    return await asyncio.to_thread(migrate, settings, url)


@pytest.mark.parametrize("page", [0, 1])
def test_a_file_that_is_damaged_is_named_and_left_alone(tmp_path, page):
    path = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE runs (run_id TEXT)")
    whole = path.read_bytes()
    path.write_bytes(whole[: page * 4096] + bytes([255]) * 4096 + whole[(page + 1) * 4096 :])
    damaged = path.read_bytes()
    with pytest.raises(MigrationError, match=r"journal\.sqlite is damaged: .") as caught:
        migrate(Settings(home=tmp_path), "postgresql://nobody@127.0.0.1:1/none")
    assert "Nothing was moved" in caught.value.hint
    assert path.read_bytes() == damaged


@pytest.fixture
async def kept(scripted) -> Settings:
    """The settings of a home in which every store keeps something; one thread has two branches."""
    settings = scripted([{"text": "The ferry sails at seven [1]."}], [{"text": "At nine on Sundays [1]."}])
    async with Session(settings) as session:
        await session.ask("When does the ferry sail?", thread="asked").result()
        run = session.ask("And on Sundays?", thread="asked")
        await run.result()
        await session.feedback(run, name="thumbs", label="up", explanation="Right.")
    async with Session(settings, graph=graph) as session:
        for word in ("one", "two"):
            await session.start({"notes": [word], "last": word}, thread="branched").result()
        past = [state async for state in session.source.graph.aget_state_history(_place("branched"))]
        before = next(state for state in past if state.values.get("last") == "one" and not state.next)
        place = before.config["configurable"]["checkpoint_id"]
        branch = {"notes": ["other"], "last": "other"}
        await session.start(branch, thread="branched", checkpoint_id=place).result()
    await _fill(settings)
    return settings


def _place(thread: str) -> Any:
    return {"configurable": {"thread_id": thread}}


async def _fill(settings: Settings) -> None:
    stores = open_stores(settings)
    await stores.ledger.claim(CLAIM)
    await stores.keys.claim(SENT)
    await stores.owners.claim("thread", "branched", Owner("noting", "ada"))
    await stores.tokens.create("laptop", User("ada", frozenset({"ask"})))
    await stores.spent.add("user", "ada", {"tokens": 5.0})
    await stores.reviews.keep(HELD)
    await stores.thread_titles.set("branched", "Of notes\0")
    await stores.part_notes.keep(b"k", "noted")


@asynccontextmanager
async def opened(settings: Settings):
    async with Session(settings, graph=graph) as session:
        yield session


async def told(settings: Settings) -> dict[str, Any]:
    """What a session tells of all that is kept."""
    async with opened(settings) as session:
        runs = list(await session.journal.runs())
        past = [state async for state in session.source.graph.aget_state_history(_place("branched"))]
        stores = session.stores
        return {
            "runs": runs,
            "events": {run.run_id: [line async for line in session.lines(run.run_id)] for run in runs},
            "verified": [(await session.journal.verify(run.run_id)).ok for run in runs],
            "feedback": list(await session.journal.feedback()),
            "states": [(state.values, state.next, state.config, state.metadata) for state in past],
            "threads": [thread.thread_id for thread in await session.threads()],
            "claim": await stores.ledger.find(CLAIM),
            "key": await stores.keys.claim(SENT),
            "owner": await stores.owners.of("thread", ["branched"]),
            "tokens": await stores.tokens.listed(),
            "spent": await stores.spent.add("user", "ada", {}),
            "held": await stores.reviews.of(["r1"]),
            "titles": {
                key: title.rstrip("\0�") for key, title in (await stores.thread_titles.of(["branched"])).items()
            },
            "notes": await stores.part_notes.find(b"k"),
        }


async def test_all_is_moved_and_goes_on_there(kept, database_url):
    before = await told(kept)
    report = await moved(kept, database_url)
    there = shared(kept, database_url)
    assert await told(there) == before
    assert report.counts["threads"] == 2
    assert report.counts["runs"] == len(before["runs"]) == 5
    assert report.counts["events"] == sum(map(len, before["events"].values()))
    async with Session(there) as session:
        state = await session.state("asked")
        assert [message.type for message in state.values["messages"]] == ["human", "ai", "human", "ai"]
    async with opened(there) as session:
        result = await session.start({"notes": ["three"], "last": "three"}, thread="branched").result()
        assert result.status == "done", result
        notes = (await session.state("branched")).values["notes"]
    assert notes == ["one", "noted one", "other", "noted other", "three", "noted three"]
    again = await moved(kept, database_url)  # what has gone on there is left so
    assert set(again.new.values()) == {0}


@pytest.mark.parametrize("cut", [ThreadsMove, RunsMove])
async def test_what_was_cut_off_is_run_again(kept, database_url, monkeypatch, cut):
    whole, calls = cut._write, list[int]()

    def killed(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        whole(*args)

    monkeypatch.setattr(cut, "_write", killed)
    monkeypatch.setattr("mainstem.stores.migration.runs.AT_ONCE", 1)
    with pytest.raises(KeyboardInterrupt):
        await moved(kept, database_url)
    before = await told(kept)
    report = await moved(kept, database_url)
    assert len(calls) == 1 + report.counts["threads" if cut is ThreadsMove else "runs"]
    assert await told(shared(kept, database_url)) == before


OTHER = [
    ("thread", "Thread 'branched' is in"),
    ("token", "Of the tokens, 'laptop' is in"),
    ("run", "is in"),
]


@pytest.mark.parametrize(("what", "said"), OTHER)
async def test_what_is_something_else_there_stops_it_before_anything_is_moved(kept, database_url, what, said):
    there = shared(kept, database_url)
    async with opened(there) as session:
        if what == "thread":
            await session.start({"notes": ["else"], "last": "else"}, thread="branched").result()
        if what == "token":
            await session.stores.tokens.create("laptop", User("eve"))
        found = await open_stores(kept).journal.runs() if what == "run" else []
        for run in found[:1]:
            session.journal.open(run.run_id, "t", "g", {}, "").finish("done", 1.0)
    with pytest.raises(Conflict, match=said):
        await moved(kept, database_url)
    with asked(database_url) as connection:
        owners = connection.execute("SELECT * FROM owners").fetchall()
        titles = connection.execute("SELECT * FROM titles").fetchall()
    assert (owners, titles) == ([], [])


CHANGES = {
    "events": ("UPDATE events SET data = 'x' WHERE seq = 2", "DELETE FROM events WHERE seq = 3"),
    "feedback": ("UPDATE feedback SET label = 'down'",),
    "checkpoint_blobs": ("UPDATE checkpoint_blobs SET type = 'null'",),
    "checkpoint_writes": ("DELETE FROM checkpoint_writes", "UPDATE checkpoint_writes SET channel = 'x'"),
    "checkpoints": ("UPDATE checkpoints SET metadata = '{}'", "UPDATE checkpoints SET parent_checkpoint_id = 'x'"),
    "held": ("UPDATE held SET text = ''",),
    "owners": ("DELETE FROM owners",),
}


async def test_what_is_not_equal_there_is_told(kept, database_url):
    await moved(kept, database_url)
    with asked(database_url) as connection:
        for table, changes in CHANGES.items():
            connection.execute(f"CREATE TABLE saved AS TABLE {table}")
            for change in changes:

                def tamper(step: str, change: str = change) -> None:
                    connection.execute(change if step == "comparing threads" else "SELECT 1")

                with pytest.raises(NotEqual, match="as it is in"):
                    await asyncio.to_thread(migrate, kept, database_url, tamper)
                connection.execute(f"TRUNCATE {table}")
                connection.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM saved")
            connection.execute("DROP TABLE saved")
    assert (await moved(kept, database_url)).new["runs"] == 0


async def test_a_home_that_is_used_is_not_moved(kept, database_url):
    owner = await asyncio.to_thread(ProcessMark, kept.home / "journal.sqlite")
    with pytest.raises(MigrationError, match="still uses"):
        await moved(kept, database_url)
    await asyncio.to_thread(owner.release)
    begun: list[ProcessMark] = []

    def begin(step: str) -> None:
        if step == "comparing runs":
            begun.append(ProcessMark(kept.home / "journal.sqlite"))

    with pytest.raises(NotEqual, match="Somebody has begun to use"):
        await asyncio.to_thread(migrate, kept, database_url, begin)
    await asyncio.to_thread(begun[0].release)


async def test_what_an_earlier_version_kept_is_moved(tmp_path, database_url):
    settings = Settings(home=tmp_path / "home")
    await asyncio.to_thread(_older, tmp_path / "home")
    await moved(settings, database_url)
    there = open_stores(shared(settings, database_url))
    assert await there.owners.of("run", ["r"]) == {"r": Owner("noting", None)}


def _older(home: Path) -> None:
    home.mkdir()
    with closing(sqlite3.connect(home / "owners.sqlite")) as file:
        file.execute("CREATE TABLE owners (kind TEXT, id TEXT, router TEXT NOT NULL, PRIMARY KEY (kind, id))")
        file.execute("INSERT INTO owners VALUES ('run', 'r', 'noting')")
        file.commit()
