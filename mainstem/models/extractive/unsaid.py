"""What a question says, and nothing of what would be quoted: a name, a number, that something is *not* so, a word.

*When did the Sandpiper reach Oslo?* is answered by no sentence about the Sandpiper and Bergen, however near it is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mainstem.models.extractive.expected import asking_words, expected
from mainstem.models.extractive.quotes import Quote
from mainstem.models.extractive.rewording import reworded
from mainstem.models.extractive.spelling import is_one_slip
from mainstem.models.stemming import stem, stems, words
from mainstem.models.support.figures import figures, held
from mainstem.models.support.names import Known, fold, names
from mainstem.models.support.negation import denials, hints
from mainstem.stores.knowledge.stop_words import STOP_WORDS

SHORT = 4
"""Words of a question up to which its nouns are all to be said; of longer ones, people have put some in other words.

Measured on XQuAD, SQuAD 2 and questions about folders (`docs/explanation/quality.md`).
"""

NAMED = 3
"""Words of a question about a name up to which a quote must say the name and another of them."""

_ALIKE = 5
"""Letters by which words are one: *migrate* and *migration*."""

NEARLY_ALL = 0.8
"""Share of a very short question that a passage must hold for its words to stand in several sentences."""

_LIFE = frozenset(map(stem, ("born", "birth", "die", "died", "death")))
_LIVED = re.compile(r"\(\D{0,40}\d{3,4}[^()]{0,20}[-–—][^()\d]{0,20}\d{3,4}\D{0,10}\)")
"""The years of a life, behind a name: *(1277-1347)*."""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

_POINTS = re.compile(r"\b(?:them|they|these|those|it|its|which|such)\b", re.IGNORECASE)

_COUNTS = 3
"""Up to here a number of a question mostly counts what is asked for: *What two rivers …?*"""

_LIGHT = """
    kind type sort form name call title term word country city town state nation place area region group people person
    man woman member leader company organization become happen occur take locate situated year month day date time
    number amount percentage total part way thing example another consider know think believe make main notable famous
    mean refer describe find see say exist one two three first original current ever always usual general actual modern
    early late recent several many various different certain particular exact goal role result purpose cause reason
    size money per down away back together cover include try help else start begin end work
"""
_SAYS_LITTLE = frozenset(map(stem, _LIGHT.split()))
"""Words that ask for a kind of answer, or turn the question; the answer *Paris* to *Which city …?* says no *city*."""


def is_scattered(question: str, fitting: Sequence[Quote], passages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the nouns of a very short question stand in no one sentence that could answer it, or above it.

    A test at the end of one page, and an alarm on another, do not say when the alarm is tested.
    """
    nouns = telling(question) - reworded(question)
    if best_coverage(passages) >= NEARLY_ALL or len(content(question)) > NAMED:
        return False
    return not any(all(is_said(word, own(quote)) for word in nouns) for quote in fitting)


def own(quote: Quote, above: str | None = None) -> str:
    """A sentence with what stands above it, and around it too where it only points at what it speaks of."""
    beside = quote.about if _POINTS.search(quote.text) else quote.above if above is None else above
    return f"{quote.text} {beside}"


def says(wanted: str, there: Iterable[str]) -> bool:
    """Whether a stem is one of `there`, or begins as one does."""
    begun = wanted[:_ALIKE] if len(wanted) >= _ALIKE else ""
    return any(wanted == other or (begun and other[:_ALIKE] == begun) for other in there)


def lacks_a_name(question: str, texts: Sequence[str]) -> bool:
    """Whether one of its names stands in none of the texts, as it is written or with one slip."""
    first = words(question)[:1]
    asked = [name.text for name in names(question) if name.text not in first]
    known = [(Known(text), {fold(word) for word in words(text)}) for text in texts] if asked else []
    return any(not any(_knows(name, *each) for each in known) for name in asked)


def _knows(name: str, known: Known, written: set[str]) -> bool:
    return name in known or any(is_one_slip(fold(name), word) for word in written)


def lacks_a_number(question: str, texts: Sequence[str]) -> bool:
    """Whether one of its numbers stands in none of the texts; small ones count what is asked for."""
    written = " ".join(word for word in question.split() if any(map(str.isdigit, word)))
    asked = [figure for figure in figures(written) if figure.value > _COUNTS]
    there = [figures(re.sub(r"[-_/.](?=\D|\d{1,2}\b)", " ", text)) + figures(text) for text in texts] if asked else []
    return any(not any(held(figure, each) for each in there) for figure in asked)


def lacks_a_year(question: str, said: Sequence[Quote]) -> bool:
    """Whether no quote, with what stands around and above it, says a year of the question.

    The subscription for 2026 is none for 2027, however much else of the question a sentence holds.
    """
    return not set(_YEAR.findall(question)) <= {year for quote in said for year in _YEAR.findall(around(quote))}


def lacks_a_denial(question: str, said: Sequence[Quote]) -> bool:
    """Whether it denies, and no quote does."""
    return bool(denials(question)) and not any(hints(quote.text) for quote in said)


def is_of_something_else(question: str, said: Sequence[Quote]) -> bool:
    """Whether no quote has a name *and* another word of a short question.

    Each sentence about Ada Bell names some year; *When was Ada Bell born?* is answered by one that speaks of birth.
    """
    asked = set(stems(question)) - asking_words(question)
    named = set(map(stem, capitals(question)))
    others = asked - named
    if not (expected(question) and named and others) or len(asked) > NAMED:
        return False
    is_of_a_life = not others.isdisjoint(_LIFE)
    there = [(stems(around(quote)), is_of_a_life and _LIVED.search(quote.text)) for quote in said]
    return not any(_any_of(named, each) and (lived or _any_of(others, each)) for each, lived in there)


def _any_of(wanted: Iterable[str], there: Sequence[str]) -> bool:
    return any(says(word, there) for word in wanted)


def shares_one_word(question: str, said: Sequence[Quote]) -> bool:
    """Whether all quotes, with what stands around and above them, say but one of four or more words of the question."""
    asked = content(question)
    return len(asked) >= SHORT and sum(any(is_said(word, around(quote)) for quote in said) for word in asked) < 2


def lacks_a_word(question: str, said: Sequence[Quote]) -> bool:
    """Whether no quote, with what stands around and above it, says a noun of a short question.

    Of one about a name, which others do other things to, no quote says a verb of it either.
    """
    if len(content(question)) > SHORT:
        return False
    return any(not any(is_said(word, around(quote)) for quote in said) for word in telling(question))


def content(question: str) -> set[str]:
    """Its words without those that any question has, and those that ask for a measure."""
    asking = asking_words(question)
    return {word for word in words(question) if word.lower() not in STOP_WORDS and stem(word) not in asking}


def telling(question: str) -> set[str]:
    """The words that an answer says as the question does: its names and nouns, and the verbs of one about a name."""
    asked = content(question)
    is_of_a_name = bool(capitals(question)) and len(asked) <= NAMED
    return {word for word in asked if stem(word) not in _SAYS_LITTLE} - (set() if is_of_a_name else reworded(question))


def best_coverage(passages: Sequence[Mapping[str, Any]]) -> float:
    """The share of the question that the best passage holds."""
    return max((float(each.get("coverage") or 0.0) for each in passages), default=0.0)


def capitals(question: str) -> list[str]:
    """The question's words with a capital, and its numbers; its first word has a capital anyway."""
    written = words(question)[1:]
    return [word for word in written if (word[0].isupper() or word[0].isdigit()) and word.lower() not in STOP_WORDS]


def is_said(word: str, there: str) -> bool:
    """Whether a text says a word, in any form, or with one slip."""
    return says(stem(word), stems(there)) or any(is_one_slip(word.lower(), other.lower()) for other in words(there))


def around(quote: Quote) -> str:
    """A sentence with what stands above and around it."""
    return f"{quote.text} {quote.about}"
