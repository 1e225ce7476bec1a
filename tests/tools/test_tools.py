"""Each tool as the graph runs it: words for the model, progress for people, errors as words."""

import sqlite3
from contextlib import closing

import pytest

from mainstem import Session, events
from mainstem.stores.ledger import LedgerEntry, SqliteLedger, ToolCallClaim
from tools import TOOLS, changes_something

from ..fixtures import call

pytestmark = pytest.mark.worker


@pytest.fixture
def use(scripted):
    """Run one call through the graph; returns its events and the ToolMessage."""

    async def run(name, args, **more):
        async with Session(scripted([call(name, args, "c")], [{"text": "Done."}], **more)) as session:
            said = [event async for event in session.ask("Go", thread="t")]
            messages = (await session.state("t")).values["messages"]
        return said, next(message for message in messages if message.type == "tool")

    return run


def progress(said):
    return [event for event in said if isinstance(event, events.Progress) and event.tool_call_id == "c"]


async def test_search_documents(use):
    said, message = await use("search_documents", {"query": "When does the ferry sail?"})
    assert message.text.startswith("[1] ferry.md, line 1")
    assert message.artifact["passages"][0]["document"] == "ferry.md"
    assert progress(said)[-1].unit == "passages"


@pytest.mark.parametrize("query", ['" OR NEAR(', "***", "", "AND", "a" * 5000, "\x00", "ferry AND (", "{col}: x"])
async def test_search_takes_any_query(use, query):
    _, message = await use("search_documents", {"query": query})
    assert message.status == "success"


async def test_search_of_the_manual(use):
    _, message = await use("search_documents", {"query": "resume a dropped stream", "collection": "mainstem"})
    assert message.status == "success"


async def test_read_document_pages_through(use):
    said, message = await use("read_document", {"document": "ferry.md", "start": 20})
    assert "sails every day" in message.text
    assert progress(said)[-1].done == progress(said)[-1].total


async def test_an_unknown_document_is_named(use):
    _, message = await use("read_document", {"document": "fery.md"})
    assert message.status == "error"
    assert "ferry.md" in message.text


async def test_list_tables(use):
    _, message = await use("list_tables", {})
    assert message.text.startswith("harbours (3 rows, from harbours.csv)")
    assert "boats BIGINT" in message.text
    assert "harbour VARCHAR [" in message.text
    assert " | South" in message.text.split("]")[0]


async def test_query_table(use):
    _, message = await use("query_table", {"sql": "SELECT harbour FROM harbours WHERE boats > 10 ORDER BY boats"})
    assert message.text == "harbour\nSouth\nNorth"
    assert message.artifact["rows"] == [["South"], ["North"]]


def live(said):
    return "".join(event.text for event in said if isinstance(event, events.ToolOutput) and event.tool_call_id == "c")


async def test_rows_of_a_query_are_told_while_it_runs(use):
    said, message = await use("query_table", {"sql": "SELECT i AS n FROM range(3000) r(i)"})
    assert live(said) == "n\n" + "".join(f"{n}\n" for n in range(100))
    assert (progress(said)[-1].done, progress(said)[-1].total) == (100, 3000)
    assert message.text.endswith("(Only the first 100 rows of 3000; ask for fewer with WHERE, GROUP BY or LIMIT.)")


async def test_what_is_told_of_rows_is_bounded(use):
    said, _ = await use("query_table", {"sql": "SELECT repeat('x', 9000) AS x FROM range(50)"})
    assert len(live(said)) == 20_000


async def test_rows_are_masked_as_the_result_is(use):
    sql = "SELECT 'Write to ada@example.org' AS told UNION ALL SELECT 'or to bob@example.org'"
    said, message = await use("query_table", {"sql": sql}, mask="email")
    assert message.text == "told\nWrite to [EMAIL_1]\nor to [EMAIL_2]"
    assert live(said).splitlines() == message.text.splitlines()
    assert [notice.count for notice in said if isinstance(notice, events.Notice) and notice.rule == "email"] == [2]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM harbours",
        "DROP TABLE harbours",
        "COPY harbours TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.db'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT 1; SELECT 2",
        "PRAGMA database_list",
        "SET memory_limit='100GB'",
        "INSTALL httpfs",
        "SELEC nonsense",
        "SELECT * FROM nowhere",
        "",
    ],
)
async def test_what_is_no_harmless_select_is_refused_in_words(use, sql):
    _, message = await use("query_table", {"sql": sql})
    assert message.status == "error"
    assert message.text


async def test_an_endless_query_is_ended(use):
    sql = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    said, message = await use("query_table", {"sql": sql}, query_timeout=0.5)
    assert message.status == "error"
    assert [event.status for event in said if isinstance(event, events.ToolFinished)] == ["error"]
    assert said[-1].status == "done"


async def test_a_tool_without_progress_is_given_up(use):
    sql = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    said, message = await use("query_table", {"sql": sql}, query_timeout=60, tool_timeout=0.5)
    assert "longer than 0.5 seconds" in message.text
    (finished,) = [event for event in said if isinstance(event, events.ToolFinished)]
    assert (finished.status, finished.node, finished.summary) == ("timeout", "run_tool", message.text)
    assert said[-1].status == "done"
    assert "Done." in "".join(event.text for event in said if isinstance(event, events.MessageDelta))


async def test_a_tools_progress_names_its_node_and_task(use):
    said, _ = await use("search_documents", {"query": "When does the ferry sail?"})
    (started,) = [event for event in said if isinstance(event, events.ToolStarted)]
    assert {(event.node, event.task_id) for event in progress(said)} == {("run_tool", started.task_id)}
    assert started.task_id


async def test_calculate_says_what_is_wrong(use):
    _, message = await use("calculate", {"expression": "9**9**9"})
    assert message.status == "error"
    assert "too large" in message.text


def test_only_the_note_changes_something():
    assert [name for name, tool in TOOLS.items() if changes_something(tool)] == ["save_note"]


async def test_a_ledger_of_the_first_version_is_read_on(tmp_path):
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as connection, connection:
        connection.execute(
            "CREATE TABLE calls (thread TEXT, call TEXT, tool TEXT, args TEXT, begun REAL DEFAULT 0, outcome TEXT, "
            "PRIMARY KEY (thread, call)) WITHOUT ROWID"
        )
        connection.execute("INSERT INTO calls VALUES ('t', 'old', 'save_note', '{}', 0, 'Saved.')")
    ledger = SqliteLedger(tmp_path / "ledger.sqlite")
    assert await ledger.claim(ToolCallClaim("t", "m", 0, "save_note", "{}", "old")) == LedgerEntry("Saved.", "success")
    other = ToolCallClaim("t", "m", 0, "save_note", '{"title": "b"}', "old")
    assert await ledger.claim(other) is None
    await ledger.finish(other, "Disk full.", "error")
    assert await ledger.find(other) == LedgerEntry("Disk full.", "error")


async def test_the_ledger_remembers(tmp_path):
    ledger = SqliteLedger(tmp_path / "ledger.sqlite")
    call = ToolCallClaim("t", "m", 0, "save_note", "{}")
    assert await ledger.find(call) is None
    assert await ledger.claim(call) is None
    assert (await ledger.claim(call)).outcome is None
    await ledger.finish(call, "done")
    assert (await SqliteLedger(tmp_path / "ledger.sqlite").find(call)).outcome == "done"
    assert await ledger.find(ToolCallClaim("other", "m", 0, "save_note", "{}")) is None
