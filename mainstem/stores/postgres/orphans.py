"""The runs that dead processes left: gone on with by whoever serves their graph, else ended, truthfully."""

from typing import Any

from ...stream.recovered import tell_recovered
from ..journal.recovery import end_run
from . import rules
from .database import Statements
from .notices import CHANNEL, notice_of
from .watch import Watch


def recover(connection: Any, watch: Watch) -> None:
    """Take over what is this process's to go on with; end what nobody can go on with, and free its threads."""
    watch.take_over(connection)
    with connection.transaction():
        tables = Statements(connection)
        orphans = [row[0] for row in tables.execute(rules.ORPHANS).fetchall()]
        ended = {run_id: end_run(tables, run_id) for run_id in orphans}
        if ended:
            tables.execute(rules.FREE_ENDED, (orphans,))
            reached = {run_id: (closed[-1].seq if closed else 0) + 1 for run_id, (_, closed) in ended.items()}
            tables.execute("SELECT pg_notify(?, ?)", (CHANNEL, notice_of(reached)))
    for written, closed in ended.values():
        tell_recovered(written, closed)
