"""Whether a passage supports a sentence that cites it: numbers, names and negation compared apart from words."""

from .checker import Check, Checker
from .judge import judge

__all__ = ["Check", "Checker", "judge"]
