"""What many paced streams cost in processor seconds: `ChatOpenAI` as it is, and `fast(ChatOpenAI)`."""

import asyncio
import json
import os
import subprocess
import sys
import time

from langchain_core.runnables import RunnableLambda
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph

from mainstem import fast

STREAMS, A_SECOND = int(os.environ.get("STREAMS", "100")), 50
WORDS = [f"word{number} " for number in range(100)]


async def provide() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split()[0]))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        began = time.monotonic()
        for number, word in enumerate(WORDS):
            await asyncio.sleep(began + number / A_SECOND - time.monotonic())
            chunk = {"id": "c1", "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]}
            writer.write(f"data: {json.dumps(chunk)}\n\n".encode())
        writer.write(b"data: [DONE]\n\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def processor_seconds(model: ChatOpenAI) -> float:
    async def one(number: int) -> str:
        await asyncio.sleep(number / STREAMS)  # users do not come all at once
        parts = graph.astream({"messages": [("user", "Hello")]}, stream_mode="messages")
        return "".join([chunk.text async for chunk, _ in parts])

    reply = RunnableLambda(lambda state: state["messages"]) | model | (lambda message: {"messages": [message]})
    graph = StateGraph(MessagesState).add_node("reply", reply).add_edge(START, "reply").compile()
    began = time.process_time()
    assert set(await asyncio.gather(*map(one, range(STREAMS)))) == {"".join(WORDS)}
    return time.process_time() - began


if sys.argv[1:] == ["provide"]:
    asyncio.run(provide())
else:
    provider = subprocess.Popen([sys.executable, __file__, "provide"], stdout=subprocess.PIPE, text=True)
    try:
        model = ChatOpenAI(model="m", api_key="none", base_url=f"http://127.0.0.1:{next(provider.stdout).strip()}/v1")
        plain, quick = (asyncio.run(processor_seconds(each)) for each in (model, fast(model)))
    finally:
        provider.kill()
    print(f"{STREAMS} streams: {plain:.2f} s of the processor, fast {quick:.2f} s: {plain / quick:.1f} times less")
