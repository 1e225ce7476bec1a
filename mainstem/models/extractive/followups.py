"""Questions that say too little by themselves, as *and in 2022?* does, and what they take over."""

import re

from mainstem.models.stemming import stems, words
from mainstem.stores.knowledge.stop_words import STOP_WORDS

_CONNECTORS = frozenset({"and", "or", "but", "also", "only", "just"})
_ABOUT = re.compile(r"^(?:so\s+)?(?:what|how)\s+about\b", re.IGNORECASE)
_BACK = "it its he him his she her hers they them their theirs that this those these one ones same"
_PRONOUNS = frozenset(_BACK.split())
_EXPLETIVE = re.compile(r"\bit(?:'s|\s+is)?\s+\w+\s+(?:to|that)\b", re.IGNORECASE)
_AUXILIARIES = "is are was were do does did can could should would will has have had may might must"
_VERBS = frozenset(_AUXILIARIES.split())
_FEW_WORDS = 2


def in_context(question: str, before: str) -> str:
    """The question with the words that it takes over from what was asked before."""
    return f"{question} {' '.join(_carried(question, before))}".strip() if leans(question) else question


def leans(question: str) -> bool:
    """Whether a question says too little by itself: a new topic must not be mixed with the one before."""
    asked = words(question.lower())
    content = stems(question)
    if not content or asked[0] in _CONNECTORS or _ABOUT.match(question):
        return bool(asked)
    return _points_back(question, asked, content) or _is_fragment(asked, content)


def _points_back(question: str, asked: list[str], content: list[str]) -> bool:
    """Whether a pronoun stands for something that the question itself has not named: *What does it cost?*"""
    at = next((at for at, word in enumerate(asked) if word in _PRONOUNS), None)
    if at is None or _EXPLETIVE.search(question):
        return False
    return len(content) < _FEW_WORDS or not stems(" ".join(asked[:at]))


def _is_fragment(asked: list[str], content: list[str]) -> bool:
    """Whether it is no whole question: *in 2022?* and *which year?* are none; *What is a law?* is, and `ttft`."""
    if len(content) >= _FEW_WORDS or not _VERBS.isdisjoint(asked):
        return False
    return asked[0] in STOP_WORDS or content[0].isdigit()


def _carried(question: str, before: str) -> list[str]:
    known = set(stems(question))
    # a number of the new question replaces the old one: "and in 2022?" is no longer about 2023
    has_number = any(word.isdigit() for word in words(question))
    return [
        word
        for word in words(before)
        if (found := stems(word)) and found[0] not in known and not (has_number and word.isdigit())
    ]
