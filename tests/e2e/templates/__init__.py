"""Graphs of the shapes that well-known projects have, written anew: what runs there must run here."""

from openai import Timeout

OWN_CLIENT = Timeout(60)
"""Gives a model an HTTP client of its own; LangChain's shared one stays bound to the first test's event loop."""
