"""The page and the routes under a LangGraph server, below `/mainstem`: `"http": {"app": "./graph/door.py:app"}`.

Runs, threads, resuming and cancelling are the server's own, reached in-process through `RemoteGraph`; its own routes
keep their paths.
"""

from fastapi import FastAPI
from langgraph.pregel.remote import RemoteGraph
from langgraph_sdk import get_client

from mainstem import web
from mainstem.session import Session

desk = web.Desk(Session(graph=RemoteGraph("agent", client=get_client())), documents=True)
app = FastAPI(title="Mainstem", openapi_url=None, lifespan=lambda _: desk)
app.mount("/mainstem", web.app(desk=desk))
