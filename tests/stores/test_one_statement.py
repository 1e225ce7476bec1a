"""What is written as one statement: all of it or nothing, for an instance that counts."""

import psycopg
import pytest

from mainstem.stores.postgres.database import pool_of
from mainstem.stores.postgres.instances import Instance
from mainstem.stores.postgres.one_statement import MOST, Written, parts

pytestmark = pytest.mark.real

ADD = "INSERT INTO titles (thread_id, title) VALUES (%s, %s);"


@pytest.fixture
def connection(database_url):
    with pool_of(database_url).connect() as opened:
        yield opened


@pytest.fixture
def instance(database_url) -> int:
    return Instance(pool_of(database_url)).joined()


def titles(connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT title FROM titles ORDER BY title").fetchall()]


async def written(count: int) -> Written:
    """What a cursor was told to write: a deletion, and so many rows."""
    cursor = Written()
    await cursor.execute("DELETE FROM titles WHERE thread_id = %s", ("old",))
    await cursor.executemany(ADD, [(f"t{number}", f"{number:02}") for number in range(count)])
    return cursor


async def test_it_is_one_statement_with_and_without_an_instance(connection, instance):
    connection.execute(ADD.encode(), ("old", "old"))
    (query, values), *more = parts((await written(2)).queries, instance)
    assert not more
    connection.execute(query, values)
    assert titles(connection) == ["00", "01"]
    ((query, values),) = parts([("DELETE FROM titles WHERE thread_id = %s", ("t0",))], None)
    connection.execute(query, values)
    assert titles(connection) == ["01"]


async def test_nothing_is_written_for_an_instance_that_counts_no_more(connection, instance):
    connection.execute(ADD.encode(), ("old", "old"))
    connection.execute("DELETE FROM instances")
    ((query, values),) = parts((await written(2)).queries, instance)
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute(query, values)
    assert titles(connection) == ["old"]


async def test_what_does_not_fit_into_one_is_several(connection, instance):
    found = parts((await written(2 * MOST)).queries, instance)
    assert len(found) == 3
    for query, values in found:
        connection.execute(query, values)
    assert len(titles(connection)) == 2 * MOST
