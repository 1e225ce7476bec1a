"""The rules of leases, fencing and taking over, as the database keeps them: one statement each.

The simulation (`benchmarks/simulation`) has a model of each, and tries them with what can go wrong between processes;
`tests/stores/test_rules.py` holds the models against PostgreSQL.
"""

# who counts

JOIN = (
    "INSERT INTO instances (host, serves, until) VALUES (%s, %s, clock_timestamp() + %s * interval '1 s') RETURNING id"
)
RENEW = "UPDATE instances SET until = clock_timestamp() + %s * interval '1 s', serves = %s WHERE id = %s"
LEAVE = "DELETE FROM instances WHERE id = %s"
LEAVES_RUNS = "SELECT 1 FROM runs WHERE owner = %s AND status IS NULL LIMIT 1"
JUST_STARTED = "SELECT pg_postmaster_start_time() > clock_timestamp() - %s * interval '1 s'"
IN_TIME = "SELECT 1 FROM instances WHERE id = ? AND until >= clock_timestamp()"

STILL_COUNTS = "SELECT id FROM instances WHERE id = %s FOR KEY SHARE"
"""Locks the instance's row until the transaction ends; no row when it was given up."""

STILL_COUNT = "SELECT id FROM instances WHERE id = ANY(?) ORDER BY id FOR KEY SHARE"

# Nobody gives itself up: who is late and alone goes on. Who serves nothing leaves runs to those that do. Nobody waits
# for one that was paused while it wrote, either: who waits renews nothing meanwhile, and is given up for it.
GIVE_UP = """
DELETE FROM instances WHERE id = ANY(ARRAY(
  SELECT id FROM instances AS late WHERE until < clock_timestamp() AND id IS DISTINCT FROM %(mine)s
    AND (%(serves)s::text IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM runs JOIN instances AS sister ON sister.serves = runs.graph
      WHERE runs.owner = late.id AND runs.status IS NULL AND runs.request IS NOT NULL
        AND sister.until >= clock_timestamp()
    )) FOR UPDATE OF late SKIP LOCKED
)) RETURNING id
"""

# who has a run

# Where a connection broke before its commit was answered, what was written is written again: by who has it still. The
# last value is the number by which the run was begun then: who has it by a later one has taken it over meanwhile.
BEGIN_RUN = """
INSERT INTO runs (run_id, thread_id, graph, tags, started_at, owner, request) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id) DO UPDATE SET owner = excluded.owner WHERE runs.owner = excluded.owner AND runs.owner = ?
"""
# All that a batch needs at once: events of whoever counts no more are left out, and a notification tells of the others.
# Binary values (%b): the server reads them, and this process writes them, for a fraction of what texts cost.
ADD_EVENTS = """
WITH counting AS MATERIALIZED (SELECT id FROM instances WHERE id = ANY(%b) ORDER BY id FOR KEY SHARE), added AS (
  INSERT INTO events (run_id, seq, data, hash)
  SELECT run_id, seq, data, hash FROM unnest(
    CAST(%b AS bigint[]), CAST(%b AS text[]), CAST(%b AS bigint[]), CAST(%b AS bytea[]), CAST(%b AS bytea[])
  ) AS batch (owner, run_id, seq, data, hash) WHERE owner IN (SELECT id FROM counting)
  ON CONFLICT (run_id, seq) DO NOTHING
)
SELECT id, pg_notify(%b, %b) FROM counting
"""
# What is its own already is found again: the answer may have been lost when it was adopted.
ADOPT = """
UPDATE runs SET owner = %(mine)s WHERE status IS NULL AND request IS NOT NULL AND graph = %(serves)s
  AND (owner = %(mine)s OR NOT EXISTS (SELECT 1 FROM instances WHERE id = runs.owner))
  AND NOT run_id = ANY(%(known)s)
RETURNING run_id, thread_id, tags, request
"""
END_OF_CHAIN = """
SELECT coalesce(max(seq), 0), coalesce(sum(length(data)), 0),
    (SELECT hash FROM events WHERE run_id = %(run)s ORDER BY seq DESC LIMIT 1)
FROM events WHERE run_id = %(run)s
"""
# Not by NOT EXISTS: of two that come at once the second looks again at the first one's row, but not at a joined table.
ORPHANS = """
SELECT run_id FROM runs WHERE status IS NULL AND owner <> ALL (ARRAY(SELECT id FROM instances))
  AND (request IS NULL OR NOT EXISTS (
    SELECT 1 FROM instances WHERE serves = runs.graph AND until >= clock_timestamp()
  ))
FOR UPDATE SKIP LOCKED
"""

# who has a thread

# A lease is its run's. While its instance counts, nobody else has the thread. Is that gone, and the run such as can be
# gone on with, the lease waits for it: who adopts the run has the thread, and who ends the run frees it. Any other
# lease is free then.

TAKE = """
INSERT INTO leases (thread_id, owner, run_id) VALUES (%s, %s, %s)
ON CONFLICT (thread_id) DO UPDATE SET owner = excluded.owner, run_id = excluded.run_id
WHERE (leases.owner = excluded.owner AND leases.run_id = excluded.run_id)
   OR (NOT EXISTS (SELECT 1 FROM instances WHERE id = leases.owner) AND NOT EXISTS (
     SELECT 1 FROM runs WHERE runs.run_id = leases.run_id AND status IS NULL AND request IS NOT NULL))
RETURNING owner
"""
FREE = """
DELETE FROM leases WHERE thread_id = %s AND owner = %s AND run_id IS NOT DISTINCT FROM %s
  AND EXISTS (SELECT 1 FROM instances WHERE id = leases.owner)
"""
ADOPT_LEASES = """
UPDATE leases SET owner = %(mine)s WHERE run_id = ANY(%(runs)s)
  AND (owner = %(mine)s OR NOT EXISTS (SELECT 1 FROM instances WHERE id = leases.owner))
RETURNING run_id
"""
FREE_GONE = """
DELETE FROM leases WHERE owner = ANY(%s) AND NOT EXISTS (
    SELECT 1 FROM runs WHERE runs.run_id = leases.run_id AND status IS NULL AND request IS NOT NULL
)
"""
FREE_ENDED = "DELETE FROM leases WHERE run_id = ANY(?)"

# A run waits for those who are in time: where none of them serves its graph, whoever wants the thread ends it first.
_HELD = """
SELECT 1 FROM leases LEFT JOIN instances ON instances.id = leases.owner WHERE thread_id = %s
"""
_WAITED_FOR = """EXISTS (
    SELECT 1 FROM runs JOIN instances AS sister ON sister.serves = runs.graph
    WHERE runs.run_id = leases.run_id AND status IS NULL AND request IS NOT NULL AND sister.until >= clock_timestamp()
)"""
HELD = _HELD + "AND (instances.id IS NOT NULL OR " + _WAITED_FOR + ")"
HELD_IN_TIME = _HELD + "AND (instances.until >= clock_timestamp() OR " + _WAITED_FOR + ")"
HELD_OVERDUE = _HELD + "AND (instances.id IS NULL OR instances.until < clock_timestamp())"

# what is asked of whose run

ADD_COMMAND = "INSERT INTO commands (run_id, kind, text) VALUES (%s, %s, %s)"
TAKE_COMMANDS = """
DELETE FROM commands USING runs WHERE commands.run_id = runs.run_id AND (runs.owner = %s OR runs.status IS NOT NULL)
RETURNING commands.run_id, kind, text, runs.status
"""
