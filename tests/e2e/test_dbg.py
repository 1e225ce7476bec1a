import sys
from tests.e2e.conftest import *
from tests.e2e.test_dev_server import *
from tests.e2e.watched import *
async def test_dbg(our_server, client, tmp_path):
    thread = (await client.threads.create())["thread_id"]
    context = script(tmp_path, [{**SLOW, "delay": 0.02}])
    run = await client.runs.create(thread, "agent", input=ask("Slowly."), context=context, stream_mode=["messages-tuple","updates","custom"], stream_resumable=True)
    first=[]
    async for p in client.runs.join_stream(thread, run["run_id"]):
        first.append(p)
        if len(first)==8: break
    rest=[p async for p in client.runs.join_stream(thread, run["run_id"], last_event_id=first[-1].id)]
    whole = [part async for part in client.runs.join_stream(thread, run["run_id"], last_event_id="0")]
    for n,l in (("first",first),("rest",rest),("whole",whole)):
        print(n)
        for p in l: print("  ", p.id, p.event, str(p.data)[:90])
async def test_fail(our_server):
    graph, run = await remote(our_server, ask("?"), context={"model": "no such model"})
    for ev in (await watched(run, graph)).events: print(e.encode(ev).decode())
async def test_foreign(foreign_server):
    g = RemoteGraph("agent", url=foreign_server.url)
    async for part in g.astream(ask("What is the weather?"), {"configurable":{"thread_id": await new_thread(foreign_server.url)}}, stream_mode=["tasks","updates","messages"], subgraphs=True, version="v2"):
        if part["type"]=="tasks": print(str(part)[:700])
