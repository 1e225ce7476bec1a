"""The users of `mainstem serve` under a LangGraph server: `"auth": {"path": "./graph/auth.py:auth"}`."""

from mainstem import web

auth = web.langgraph_auth()
