"""The benchmarks, by name: each module measures one thing and hands back its section of the page."""

from collections.abc import Callable
from importlib import import_module

from benchmarks.bench import Bench
from benchmarks.section import Section

NAMES = ("fleet", "burst", "paced", "guard", "answers", "memory", "doors", "threads", "journal", "cold", "shelf")

QUICK = ("fleet", "burst", "paced", "guard", "threads", "journal", "cold", "shelf")
"""Those that are done in a few seconds each."""


def measure(name: str) -> Callable[[Bench], Section]:
    """What measures the benchmark of that name."""
    return import_module(f"benchmarks.measures.{name}").measure
