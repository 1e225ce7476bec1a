"""A store in memory for graphs that have none, as LangGraph's own server gives them one."""

from copy import copy
from typing import Any
from weakref import WeakKeyDictionary

from langgraph.pregel import Pregel
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore

_stores: WeakKeyDictionary[Any, BaseStore] = WeakKeyDictionary()


def with_store(graph: Pregel[Any, Any, Any, Any]) -> Pregel[Any, Any, Any, Any]:
    """`graph`, or a copy of it with a store: one for all runs of this graph, forgotten with it."""
    if graph.store is not None:
        return graph
    stored = copy(graph)  # not its own `copy`, which makes and validates it anew, for every run
    stored.store = _store_of(graph)
    return stored


def _store_of(graph: Pregel[Any, Any, Any, Any]) -> BaseStore:
    if graph not in _stores:
        _stores[graph] = InMemoryStore()
    return _stores[graph]
