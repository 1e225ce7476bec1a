"""A graph behind your own FastAPI app: runs, streams that can be resumed, threads, approvals.

    python fastapi_app.py
    curl -N localhost:8000/parcels/runs -H 'Accept: text/event-stream' -H 'Content-Type: application/json' \
        -d '{"question": "Where is my parcel?"}'
"""

import uvicorn
from fastapi import FastAPI
from langgraph.graph import START, MessagesState, StateGraph

from mainstem import web


async def reply(state: MessagesState) -> dict[str, list[tuple[str, str]]]:
    return {"messages": [("ai", "It left on Monday.")]}


graph = StateGraph(MessagesState).add_node("reply", reply).add_edge(START, "reply").compile()

app = FastAPI()
app.include_router(web.router(graph), prefix="/parcels")


@app.get("/")
async def home() -> dict[str, str]:
    return {"runs": "/parcels/runs", "described at": "/docs"}


if __name__ == "__main__":
    uvicorn.run(app, port=8000)
