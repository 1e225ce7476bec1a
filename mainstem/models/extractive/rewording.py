"""The words of a question that an answer often says in other words: its verbs, and the kind of thing that it asks for.

*When does the lease expire?* is answered by where it *ends*, *What pitch is it tuned to?* by a number; *What is the
notice period for interns?* is answered by nothing that speaks of others.
"""

from mainstem.models.stemming import is_past, words
from mainstem.stores.knowledge.stop_words import STOP_WORDS

_ARTICLES = frozenset("the a an my your his her its our their this that these those".split())  # noqa: SIM905
_BE = frozenset(("is", "are", "was", "were"))
_DO = frozenset("do does did can could will would should may must might has have had".split())  # noqa: SIM905
_LINKS = frozenset(
    """of in on at for from by with about into between during under over after before as than per and or if against up
    out because when while until""".split()  # noqa: SIM905
)
_BEFORE_VERBS = frozenset(("who", "to", "not", "that"))
_BEFORE_KINDS = frozenset(("what", "which"))


def reworded(question: str) -> frozenset[str]:
    """These words, as they are written; a name is never one of them."""
    written = words(question)
    lower = [word.lower() for word in written]
    helper = next((at for at, word in enumerate(lower) if word in _BE | _DO), None)
    return frozenset(
        word
        for at, word in enumerate(written)
        if at and word[0].islower() and lower[at] not in STOP_WORDS and _is_reworded(lower, at, helper)
    )


def _is_reworded(lower: list[str], at: int, helper: int | None) -> bool:
    word, before = lower[at], lower[at - 1]
    if before in _ARTICLES | _LINKS:
        return False
    if is_past(word) or before in _BEFORE_VERBS | _BEFORE_KINDS or (before in _DO and lower[at - 2] == "who"):
        return True
    ends = at + 1 == len(lower) or lower[at + 1] in _LINKS | _ARTICLES
    has_helper = helper is not None and helper < at - 1 and lower[helper] in _DO
    return ends and (helper is None or has_helper)
