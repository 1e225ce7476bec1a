"""What a sentence denies, and whether a passage denies the same."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from mainstem.stores.knowledge.stop_words import STOP_WORDS

from ..stemming import stem as crude
from ..stemming import words
from .vocabulary import listed

_NO_DENIAL = re.compile(
    r"\bnot (?:only|just|merely|to mention|least)\b|\bno (?:more|less|later|fewer|earlier|sooner|longer) than\b|"
    r"\bnot (?:(?:more|less|later|fewer|earlier) than|until)\b|\bwhether or not\b|\bif not\b|\bno\. ?\d|\bno doubt\b|"
    r"\bnothing but\b|\bwithout (?:doubt|question)\b|\bnone other\b|\bnever ?theless\b",
    re.IGNORECASE,
)
_DENIALS = listed("not no never none neither nor nobody nothing nowhere cannot without hardly scarcely barely")
_OPPOSITES = listed(
    """absent absence abolish abolished avoid avoids ban banned barred cease ceased ceases closed closes different
    disallow disallowed except excluded excluding excludes exempt fail failed fails failure few forbidden forbids
    forbade free halted ignore ignored ignores illegal impossible incapable instead lack lacked lacks lacking less
    little lost miss missed missing neglected omit omitted omits only optional prevent prevented prevents prohibit
    prohibited prohibits rarely refuse refused refuses reject rejected rejects seldom skip skipped skips stop stopped
    stops unless until vacant void waive waived zero empty rather limited otherwise beyond too"""
)
"""Words that say *not* in another way."""
_LASTING = listed("remain remained remains same still keep keeps kept stay stayed stays alone against")
"""Words that say *not* of a change: who stays does not leave. They deny nothing of their own verb."""
_NEGATING = re.compile(
    r"un(?!i[tvoqf]|der|til|less|cle)[a-z]{4,}|non-?[a-z]{4,}|dis[alorqb][a-z]{3,}|im(?:poss|perm|mob|mat|perf|pract)[a-z]+|"
    r"irr?e[gslv][a-z]+|il(?:leg|log|lic)[a-z]+|in(?:ac|ad|ap|cap|comp|corr|dep|eff|el|exp|suf|val|vis|vol)[a-z]+|"
    r"(?!(?:regard|neverthe|nonethe|un)less)[a-z]{3,}less\Z"
)
_CLAUSE = re.compile(r"[;:–—]|,\s|\b(?:but|although|though|while|whereas|and|which|because|however)\b", re.IGNORECASE)
_SCOPE = 4
"""Content words behind a denial that it is about."""
_HEAD = 2
"""The first of these, of which one must be said again: *had no comment on the price* denies no price."""


class Denial(NamedTuple):
    """The stems that a denial is about, in order."""

    scope: tuple[str, ...]


def denials(sentence: str) -> list[Denial]:
    """What `sentence` denies outright, with *not*, *no*, *never* and the like."""
    found: list[Denial] = []
    for clause in _CLAUSE.split(_NO_DENIAL.sub(" ", sentence)):
        said = words(clause)
        for place, word in enumerate(said):
            if _denies(word):
                behind = [bare_stem(each) for each in said[place + 1 :] if _content(each)]
                before = [bare_stem(each) for each in said[:place] if _content(each)]
                found.append(Denial(tuple(behind[:_SCOPE] or before[-_SCOPE:])))
    return found


def agree(sentence: str, said: Iterable[str]) -> bool:
    """Whether `sentence` and the nearest sentences of its passage deny the same; the nearest one comes first."""
    nearest = [each for each in said if each]
    if not nearest:
        return True
    mine, theirs = denials(sentence), denials(nearest[0])
    own = {word.lower() for word in words(sentence)}
    if mine:
        return any(_hints(each, own, lasting=True) for each in nearest) and all(_told(it, nearest, own) for it in mine)
    known = {word.lower() for word in words(nearest[0])}
    if theirs and not _hints(sentence, known, lasting=True):
        about = {bare_stem(word) for word in own}
        return not any(_meets(denial, about) and about & {*denial.scope[:_HEAD]} for denial in theirs)
    return True


def hints(text: str) -> bool:
    """Whether `text` denies something, outright or by a word such as *forbidden*."""
    return _hints(text, set(), lasting=False)


def _told(denial: Denial, nearest: list[str], own: set[str]) -> bool:
    """Whether what is denied is nowhere affirmed: said by a clause that denies nothing."""
    for each in nearest:
        if not _meets(denial, {bare_stem(word) for word in words(each)}):
            continue
        about = [
            clause for clause in _CLAUSE.split(each) if {bare_stem(word) for word in words(clause)} & set(denial.scope)
        ]
        return any(_hints(clause, own, lasting=False) for clause in about)
    return True


def _hints(text: str, own: set[str], *, lasting: bool) -> bool:
    """Whether `text` denies, outright or by a word such as *forbidden* that is not among the sentence's `own`."""
    if _NO_DENIAL.search(text):
        return True
    plain = [word.lower() for word in words(text)]
    other = [word for word in plain if word not in own]
    return any(map(_denies, plain)) or any(
        word in _OPPOSITES or (lasting and word in _LASTING) or _NEGATING.match(word) for word in other
    )


def _meets(denial: Denial, about: set[str]) -> bool:
    scope = set(denial.scope)
    return bool(scope) and len(scope & about) >= 0.5 * len(scope)


def _denies(word: str) -> bool:
    plain = word.lower().replace("’", "'")
    return plain in _DENIALS or plain.endswith("n't")


def _content(word: str) -> bool:
    return word.lower() not in STOP_WORDS and not _denies(word)


def bare_stem(word: str) -> str:
    """One stem for *covered* and *cover*: what a crude stem leaves may have an ending itself."""
    return crude(crude(word))
