"""The guarded query: it reads the indexed tables, and nothing else."""

import asyncio
import json
import os
import resource
import shutil
import signal
import sys
import threading
from contextlib import suppress
from datetime import datetime
from math import inf
from pathlib import Path
from queue import SimpleQueue

import duckdb
import pytest

from mainstem.knowledge import Library, QueryError
from mainstem.knowledge.tables import sql as sql_process
from mainstem.knowledge.tables.sql_process import errors, guard, main, query
from mainstem.stores.interruptible import StopSignal

from ..waiting import eventually

pytestmark = pytest.mark.real  # each test copies an index, and most start a process that asks it


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which two tables are indexed: once for all tests, each of which takes a copy."""
    folder = tmp_path_factory.mktemp("stock")
    (folder / "docs").mkdir()
    (folder / "docs" / "orders.csv").write_text("id,item,price\n1,pen,1.5\n2,ink,7\n3,pad,3\n")
    (folder / "docs" / "staff.csv").write_text("name\nAda\n")

    async def index() -> None:
        library = Library(folder / "home")
        await library.index([folder / "docs"])
        await library.close()

    asyncio.run(index())
    return folder / "home"


@pytest.fixture
def shop(library: Library, stock: Path, tmp_path: Path) -> Library:
    shutil.copytree(stock, tmp_path / "home")
    return library


@pytest.mark.usefixtures("started_workers")
async def test_a_query(shop: Library):
    result = await shop.query("SELECT item, price * 2 AS twice FROM orders WHERE price > 2 ORDER BY item")

    assert (result.columns, result.rows, result.truncated) == (("item", "twice"), (("ink", 14.0), ("pad", 6.0)), False)
    assert result.seconds > 0


@pytest.mark.parametrize(
    "sql",
    [
        "WITH p AS (SELECT * FROM orders) SELECT count(*) FROM p JOIN staff ON true;",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT max(n) FROM r",
        "SELECT 1 UNION SELECT 2",
        "FROM orders SELECT item LIMIT 1",
        "VALUES (1)",
        "DESCRIBE orders",
        "SUMMARIZE orders",
        "SELECT (SELECT max(price) FROM orders), i FROM range(3) t(i)",
        'SELECT "ID" FROM ORDERS',
        "SELECT ';' -- a comment; with a semicolon",
        "SELECT row_number() OVER (PARTITION BY item ORDER BY price) FROM orders QUALIFY true",
    ],
)
async def test_what_reads_is_allowed(shop: Library, sql: str):
    assert (await shop.query(sql)).rows


async def test_the_tables_can_be_listed(shop: Library):
    assert (await shop.query("SHOW TABLES")).rows == (("orders",), ("staff",))
    listed = await shop.query("SELECT table_name FROM information_schema.tables ORDER BY 1")
    assert listed.rows == (("orders",), ("staff",))


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE orders",
        "CREATE TABLE t AS SELECT 1",
        "INSERT INTO orders VALUES (1)",
        "DELETE FROM orders",
        "UPDATE orders SET id = 1",
        "COPY orders TO '{target}'",
        "COPY (SELECT 1) TO '{target}' (FORMAT csv, USE_TMP_FILE false)",
        "WITH x AS (COPY orders TO '{target}' (FORMAT csv, USE_TMP_FILE false)) SELECT 1",
        "WITH x AS (COPY orders TO '{copy}' (FORMAT csv, USE_TMP_FILE false)) SELECT 1",
        "WITH x AS (COPY (SELECT 1) TO '{copy}' (FORMAT csv, USE_TMP_FILE false)) SELECT 1 FROM orders",
        "SELECT * FROM orders, (WITH x AS (COPY (SELECT 1) TO '{copy}' (USE_TMP_FILE false)) SELECT 1)",
        "SELECT * FROM (WITH x AS (COPY orders TO '{copy}' (FORMAT csv, USE_TMP_FILE false)) SELECT 1)",
        "WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x",
        "EXPORT DATABASE '{target}'",
        "ATTACH '{target}'",
        "DETACH memory",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SET memory_limit = '10GB'",
        "RESET ALL",
        "CALL enable_logging(storage_path = '{target}')",
        "EXPLAIN ANALYZE SELECT 1",
        "PREPARE p AS SELECT 1",
        "SELECT 1; DROP TABLE orders",
        "SELECT 1; SELECT 2",
        "",
        "-- nothing",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('{copy}')",
        "SELECT * FROM READ_PARQUET('{copy}')",
        "SELECT * FROM parquet_metadata('{copy}')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM '/etc/passwd'",
        'SELECT * FROM "/etc/passwd"',
        "SELECT * FROM '{copy}'",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        "SELECT * FROM enable_logging('QueryLog', storage = 'file')",
        "SELECT * FROM duckdb_secrets()",
        "SELECT getenv('HOME')",
        "SELECT * FROM shop",
    ],
)
async def test_what_does_more_than_read_is_refused(shop: Library, tmp_path: Path, sql: str):
    shop_files = {path: path.read_bytes() for path in (tmp_path / "home" / "tables").iterdir()}
    target = tmp_path / "target"
    copy = next(path for path, data in shop_files.items() if b"price" in data)

    with pytest.raises(QueryError) as raised:
        await shop.query(sql.format(copy=copy, target=target))

    assert "\n\n" not in str(raised.value)
    assert len(str(raised.value)) > 20
    assert not target.exists()
    assert {path: path.read_bytes() for path in (tmp_path / "home" / "tables").iterdir()} == shop_files


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM '/etc/passwd'",
        "COPY (SELECT 1) TO '{target}'",
        "ATTACH '{target}'",
        "SET threads = 1",
        "SET enable_external_access = true",
    ],
)
async def test_what_would_pass_the_first_guard_is_held_by_the_second(
    shop: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
):
    [copy, *_] = (tmp_path / "home" / "tables").iterdir()
    request = {"sql": sql.format(target=tmp_path / "target"), "tables": [["orders", str(copy)]], "max_rows": 1}
    monkeypatch.setattr(query, "parsed_query", lambda *_: {"statements": []})

    with pytest.raises(errors.Refused):
        await asyncio.to_thread(query.query_result, duckdb, {**request, "known": ""}, print)
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT prize FROM orders", "price.*The tables are: orders \\(id, item, price\\)"),
        ("SELECT * FROM order_list", r"order_list.*The tables are: orders \(id, item, price\); staff \(name\)"),
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("DROP TABLE orders", "Only a plain SELECT is allowed"),
        ("SELECT 1; SELECT 2", "exactly one SELECT statement, not 2"),
        ("SELECT * FROM read_csv('x')", r"read_csv\(\) is not allowed here.*only the indexed tables"),
        ("SELECT CAST(item AS INT) FROM orders", "Could not convert string"),
        ("SELECT range(100000000)", "more memory than it may have"),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "nested too deeply"),
        ("SELECT 1 -- " + "x" * 20_000, "longer than 20000 characters"),
    ],
)
async def test_errors_say_what_to_do(shop: Library, sql: str, words: str):
    with pytest.raises(QueryError, match=f"(?is){words}"):
        await shop.query(sql)


@pytest.mark.parametrize("sql", ["SELECT now()", "SELECT TIMESTAMPTZ '2024-01-01 10:00+02'"])
async def test_a_time_with_a_zone_is_shown_or_said_to_need_a_cast(shop: Library, sql: str):
    try:
        ((shown,),) = (await shop.query(sql)).rows
    except QueryError as error:  # DuckDB before 2.0 wants `pytz` for it
        shown = str(error)
    assert "Cast it: CAST(… AS VARCHAR)" in str(shown) or datetime.fromisoformat(str(shown)).tzinfo


@pytest.mark.parametrize(
    "said",
    ["Required module 'pytz' failed to import", "Time zone 'Etc/UTC' is not available to Python's zoneinfo. Install …"],
)
def test_a_zone_that_python_does_not_know_needs_a_cast(said: str):
    error = duckdb.InvalidInputException(said)
    assert "Cast it: CAST(… AS VARCHAR)" in errors.explained(duckdb, error, "")


async def test_a_query_that_fails_over_sound_copies_is_to_be_corrected_and_costs_no_copy(shop: Library, tmp_path: Path):
    copies = {path: path.read_bytes() for path in (tmp_path / "home" / "tables").iterdir()}

    for sql in ("SELECT strptime(item, '%Q') FROM orders", "SELECT regexp_extract(item, '(') FROM orders"):
        with pytest.raises(QueryError, match="Correct the query"):
            await shop.query(sql)

    assert {path: path.read_bytes() for path in (tmp_path / "home" / "tables").iterdir()} == copies


async def test_without_tables(library: Library):
    assert (await library.query("SELECT 1")).rows == ((1,),)
    with pytest.raises(QueryError, match="No tables are indexed here"):
        await library.query("SELECT * FROM orders")


NEVER = "SELECT count(*) FROM range(100000000000) a, range(1000000) b"


@pytest.mark.usefixtures("started_workers")
@pytest.mark.parametrize(
    "sql",
    [
        NEVER,
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "SELECT sum(a.range * b.range) FROM range(1000000) a, range(10000000) b",
        "SELECT lpad('', 1000000000, 'x')",  # does not look whether it was interrupted
    ],
)
async def test_a_query_that_never_ends(tmp_path: Path, sql: str):
    threads = threading.active_count()
    with pytest.raises(QueryError, match=r"took longer than 0\.3 seconds"):
        await Library(tmp_path / "home", query_timeout=0.3).query(sql)
    assert not processes_of(os.getpid())
    await eventually(lambda: threading.active_count() <= threads + 1)  # the event loop's own pool


@pytest.mark.usefixtures("started_workers")  # children of this process, so that their memory is known
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('x', 1500000000)",
        "SELECT lpad('', 1500000000, 'x')",
        "SELECT rpad('', 1500000000, 'x')",
        "SELECT list(range) FROM range(10000000)",
        "SELECT range(100000000)",
        "SELECT string_agg(repeat('x', 1000), '') FROM range(10000000)",
        "SELECT replace(repeat('a', 10000000), 'a', repeat('b', 100))",
    ],
)
async def test_a_query_cannot_outgrow_its_process(tmp_path: Path, sql: str):
    with pytest.raises(QueryError, match=r"needs more memory than it may have|took longer than"):
        await Library(tmp_path / "home", query_timeout=1.5).query(sql)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert used < main.MEMORY_LIMIT


@pytest.mark.usefixtures("started_workers")
async def test_a_process_that_dies_is_a_failed_query(tmp_path: Path):
    task = asyncio.create_task(Library(tmp_path / "home").query(NEVER))
    os.kill(await one_process_of(os.getpid()), signal.SIGSEGV)

    with pytest.raises(QueryError, match=r"broke off.*Ask for less"):
        await task


@pytest.mark.usefixtures("started_workers")
async def test_a_cancelled_query_stops(shop: Library):
    task = asyncio.create_task(shop.query(NEVER))
    await one_process_of(os.getpid())

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not processes_of(os.getpid())


@pytest.mark.usefixtures("started_workers")
async def test_a_time_limit_around_it_stops_it_too(shop: Library):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await shop.query(NEVER)
    assert not processes_of(os.getpid())


@pytest.mark.real
async def test_a_query_ends_in_time_when_who_asked_is_killed(tmp_path: Path):
    code = "import asyncio, sys; from mainstem.knowledge import Library\n"
    code += "asyncio.run(Library(sys.argv[1], query_timeout=2).query(sys.argv[2]))"
    asker = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(tmp_path / "home"), NEVER)
    query = await one_process_of(asker.pid)
    asker.kill()
    await asker.wait()

    await eventually(lambda: not is_alive(query))


def processes_of(parent: int) -> list[int]:
    """The queries that `parent` has started and that run."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_child = (folder / "stat").read_text().rpartition(")")[2].split()[1] == str(parent)
            if is_child and b"sql_worker" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


async def one_process_of(parent: int) -> int:
    return (await eventually(lambda: asyncio.to_thread(processes_of, parent)))[0]


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_results_have_a_bound(shop: Library):
    few = await shop.query("SELECT * FROM range(1000000000)", max_rows=3)
    assert (few.rows, few.truncated) == (((0,), (1,), (2,)), True)
    assert not (await shop.query("SELECT * FROM range(3)", max_rows=3)).truncated

    long = await shop.query("SELECT repeat('x', 1000000)")
    assert (len(str(long.rows[0][0])), long.truncated) == (10_001, True)
    nested = await shop.query("SELECT range(100000), list_transform(range(100000), lambda x: [x]) FROM range(3)")
    assert (len(json.dumps(nested.rows)) < 200_000, nested.truncated) == (True, True)
    wide = await shop.query(f"SELECT {', '.join(['repeat(9000::VARCHAR, 2000)'] * 500)}")
    assert (len(json.dumps(wide.rows)) < 1_100_000, wide.truncated) == (True, True)
    many = await shop.query("SELECT repeat('x', 9000) FROM range(10000)", max_rows=10_000)
    assert (len(many.rows), many.truncated) == (112, True)


async def test_values_are_json(shop: Library):
    result = await shop.query("""
        SELECT NULL, true, 1::HUGEINT, 1.5::DECIMAL(4, 2), 2::DECIMAL(4, 2), 'inf'::DOUBLE, DATE '2024-01-01',
               TIMESTAMP '2024-01-01 10:00', TIME '10:00', INTERVAL 1 DAY, 'x'::BLOB, [1, NULL],
               {'a': DATE '2024-01-01'}, MAP {'k': 1}, '00000000-0000-0000-0000-000000000000'::UUID
    """)

    assert json.loads(json.dumps(result.rows[0], allow_nan=False)) == [
        None, True, 1, 1.5, 2, None, "2024-01-01", "2024-01-01T10:00:00", "10:00:00", "1 day, 0:00:00", "78", [1, None],
        {"a": "2024-01-01"}, {"k": 1}, "00000000-0000-0000-0000-000000000000",
    ]  # fmt: skip


async def test_rows_are_told_before_the_query_ends(shop: Library):
    told: list[tuple[tuple[str, ...], list[tuple[object, ...]]]] = []
    sql = "SELECT i AS n FROM range(3000) r(i)"
    result = await shop.query(sql, max_rows=5, on_rows=lambda *said: told.append(said))
    assert {columns for columns, _ in told} == {("n",)}
    assert [row for _, rows in told for row in rows] == list(result.rows) == [(0,), (1,), (2,), (3,), (4,)]
    assert result.total == 3000


def test_each_row_is_written_before_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch):
    written: list[object] = []
    counted: list[list[object]] = []
    monkeypatch.setattr(query, "counted_rows", lambda *_: counted.append([*written]))
    request = {"sql": "SELECT * FROM range(9) r(i)", "tables": [], "max_rows": 2, "known": ""}

    end = query.query_result(duckdb, request, written.append)
    assert counted == [[["i"], [0], [1]]]
    assert end == {"truncated": True, "total": None}


def test_a_line_is_handed_on_while_the_next_one_is_waited_for():
    lines = SimpleQueue[bytes]()
    arriving = sql_process._arriving(lines, inf, StopSignal())
    lines.put(b"[1]\n")
    assert next(arriving) == [b"[1]\n"]
    lines.put(b"[2]\n")
    lines.put(b"[3")  # the process broke off here
    lines.put(b"")
    assert list(arriving) == [[b"[2]\n"]]


async def test_a_long_value_is_cut_and_the_rows_are_counted_right(shop: Library):
    cut = await shop.query("SELECT repeat('x', 1000000)")
    assert (cut.truncated, cut.total) == (True, 1)


async def test_only_tables_below_the_given_paths(shop: Library, stock: Path):
    paths = [stock.parent / "docs" / "staff.csv"]

    assert (await shop.query("SELECT * FROM staff", paths=paths)).rows == (("Ada",),)
    with pytest.raises(QueryError, match=r"The tables are: staff \(name\)"):
        await shop.query("SELECT * FROM orders", paths=paths)


ATTEMPTS = [
    "SELECT current_setting('allowed_paths')", "SELECT current_setting('home_directory')",
    "SELECT CURRENT_SETTING('temp_directory')", "SHOW allowed_paths", "SHOW home_directory", 'SHOW "secret_directory"',
    "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_settings", "SELECT sql FROM duckdb_views",
    "SELECT * FROM duckdb_databases", "SELECT * FROM duckdb_views()", "SELECT sql FROM main.sqlite_master",
    "SELECT sql FROM sqlite_master", "SELECT sql FROM sqlite_schema", "SELECT * FROM pg_views",
    "SELECT definition FROM pg_catalog.pg_views", "SELECT * FROM system.main.duckdb_views",
    "SELECT * FROM pg_settings", "SELECT * FROM pg_catalog.pg_settings",
    "SELECT view_definition FROM information_schema.views", "SELECT pg_get_viewdef(oid) FROM pg_class",
    "SELECT pg_get_viewdef(1)", "SELECT pg_catalog.pg_get_viewdef(1)",
    "SUMMARIZE duckdb_views", "DESCRIBE duckdb_views",
    "SUMMARIZE SELECT * FROM duckdb_views", "SHOW DATABASES", "SHOW VARIABLES", "SELECT * FROM pragma_database_list",
    "SELECT getenv('HOME')", "SELECT json_serialize_plan('SELECT * FROM orders')", "SELECT filename FROM orders",
    "SELECT orders.filename FROM orders", "SELECT * FROM orders WHERE filename LIKE '%'", "SELECT * FROM duckdb_logs",
    "SELECT * FROM query('SELECT sql FROM duckdb_views()')", "SELECT * FROM query_table('duckdb_views')",
    "SELECT * FROM orders, (WITH duckdb_views AS (SELECT 1) SELECT 1), duckdb_views",
    "WITH pg_views AS (SELECT 1) SELECT * FROM (SELECT * FROM pg_catalog.pg_views)",
    "SELECT (SELECT sql FROM duckdb_views LIMIT 1)", "SELECT * FROM orders WHERE id IN (SELECT 1 FROM pg_class)",
    "FROM which_secret('x', 'y')", "SELECT * FROM pragma_storage_info('orders')", "SELECT write_log('x')",
    "SELECT * FROM duckdb_extensions()", "SELECT * FROM pragma_show('allowed_paths')",
]  # fmt: skip


@pytest.mark.parametrize("sql", ATTEMPTS)
async def test_names_and_paths_of_the_machine_are_out_of_reach(shop: Library, stock: Path, tmp_path: Path, sql: str):
    with pytest.raises(QueryError) as raised:
        await shop.query(sql)

    for secret in (str(stock.parent), str(tmp_path), tmp_path.name, ".parquet", str(Path.home()), sys.prefix):
        assert secret not in str(raised.value)


@pytest.mark.parametrize(
    "sql",
    [
        "SHOW TABLES", "SHOW ALL TABLES", "DESCRIBE orders", "SHOW orders", "SUMMARIZE orders",
        "SELECT * FROM information_schema.tables", "SELECT * FROM information_schema.columns",
        "SELECT * FROM main.orders", "SELECT * FROM memory.main.orders", "SELECT current_user, version()",
        "WITH Recent AS (FROM orders) SELECT * FROM recent", "SELECT o.item FROM orders o JOIN staff s ON true",
    ],
)  # fmt: skip
async def test_what_is_shown_of_the_tables_tells_no_path(shop: Library, stock: Path, tmp_path: Path, sql: str):
    result = await shop.query(sql)

    assert result.rows
    for secret in (str(stock.parent), str(tmp_path), ".parquet", str(Path.home())):
        assert secret not in json.dumps([result.columns, result.rows])


def test_an_error_names_the_table_and_not_its_copy():
    words = errors.without_paths(
        "Footer length error in file '/home/me/t/1.parquet'", [["boats", "/home/me/t/1.parquet"]]
    )
    assert words == "Footer length error in file 'boats'"


def test_the_names_of_the_tables_that_duckdb_brings_are_known():
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT DISTINCT view_name FROM duckdb_views() WHERE internal AND schema_name <> 'information_schema'"
        ).fetchall()
    assert [name for (name,) in found if not name.startswith(guard._SYSTEM_NAMES)] == []
