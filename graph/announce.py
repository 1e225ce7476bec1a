"""Nodes that say for themselves when they begin and end, for readers whom the graph does not tell (behind a server)."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, cast

from langgraph.runtime import Runtime

from mainstem.stream.writer import nodes_are_told, stream_writer

Given = TypeVar("Given")
Written = TypeVar("Written")
Node = Callable[[Given, Runtime[Any]], Awaitable[Written]]


def announced(node: "Node[Given, Written]") -> "Node[Given, Written]":
    """`node`, writing a custom part when it begins and when it has ended well."""

    @wraps(node)
    async def announcing(given: Given, runtime: Runtime[Any]) -> Written:
        if nodes_are_told.get():
            return await node(given, runtime)
        writer = stream_writer(runtime)
        writer.write("node.started")
        written = await node(given, runtime)
        keys = list(cast("dict[str, Any]", written)) if isinstance(written, dict) else None
        writer.write("node.finished", wrote=keys)
        return cast("Written", written)

    return announcing
