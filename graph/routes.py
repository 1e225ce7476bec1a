"""The page and the routes under a LangGraph server, below `/mainstem`: `"http": {"app": "./graph/routes.py:app"}`.

Runs, threads, resuming and cancelling are the server's own, reached through `RemoteGraph`: in-process under LangGraph's
servers, at MAINSTEM_SERVER_URL under others. Its own routes keep their paths.
"""

from fastapi import FastAPI
from langgraph.pregel.remote import RemoteGraph
from langgraph_sdk import get_client
from starlette.responses import RedirectResponse
from starlette.routing import Route

from mainstem import Session, Settings, web

settings = Settings()
token = settings.server_token
headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else None
graph = RemoteGraph("agent", client=get_client(url=settings.server_url, headers=headers))
manager = web.RunManager(Session(settings, graph=graph), documents=True)
app = FastAPI(title="Mainstem", openapi_url=None, lifespan=lambda _: manager)
app.mount("/mainstem", web.app(manager=manager))
app.router.routes.append(Route("/mainstem", RedirectResponse("mainstem/")))  # LangGraph's servers add no slash
