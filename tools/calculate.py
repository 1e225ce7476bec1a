"""Compute with numbers."""

import asyncio

from mainstem.stream.writer import stream_writer

from .arithmetic import evaluate
from .decorator import tool


@tool()
async def calculate(expression: str) -> str:
    """Compute an arithmetic expression, such as 12*(3+4) or round(sqrt(2), 3).

    Args:
        expression: Numbers, + - * / // % **, parentheses, abs ceil cos exp floor log max min round sin sqrt tan, pi, e.
    """
    writer = stream_writer()
    writer.progress(expression[:80], done=0, total=1, unit="expressions")
    value = await asyncio.to_thread(evaluate, expression)
    writer.progress(expression[:80], done=1, total=1, unit="expressions")
    return value
