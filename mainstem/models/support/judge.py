"""The verdict on a sentence and its passage, by rules that any reader can follow.

A sentence that stands in its passage to the letter is *supported*. Else, in English, in this order:

1. A number, date or name that neither passage nor question holds, and a denial that only one of the two makes:
   *unsupported*. What may be a name or only the first word of a sentence: *doubtful*.
2. The words that carry content, by their stems: half of them held is *supported*, a quarter *doubtful*, less
   *unsupported*. *Doubtful* are, too: a quotation with words slipped in that nobody said, or with one thing in the
   place of another; and an answer that stands farther from the question's words than another of its kind.

In other languages, or when passage and sentence are of two, words and capitals say too little to accuse: numbers that
are held and half of the words are *supported*, everything else is *doubtful*.
"""

import re
from functools import lru_cache
from itertools import pairwise

from mainstem.stores.knowledge.stop_words import STOP_WORDS
from mainstem.stream.events import Verdict

from ..extractive.sentences import split
from ..stemming import stem, stems, words
from .figures import WORDS, Figure, figures, held
from .names import Known, Name, names
from .nearness import RESTATED, better_partner
from .negation import agree
from .substitution import substituted
from .vocabulary import listed

SUPPORTED = 0.5
"""Share of a sentence's content words that its passage must hold to support it."""

DOUBTFUL = 0.25
"""Share below which it does not."""

SLIPPED = 2
"""Content words in a row, held by neither passage nor question, that are doubted within a quotation."""

QUOTED = 0.5
"""Share of a sentence's pairs of words that stand in the passage, above which it is a quotation."""

NEARLY_QUOTED = 0.7
"""The same, above which no other word is taken for one of the writer's own."""

FAR = 1 / 3
"""More than this share of the question's content words is missing beside such an answer, and stands elsewhere."""

ADDED = 2
"""Content words of an answer from above which it may say more than was asked, each part from where it stands."""

_WHOLE = 4
"""Words of a sentence from which on it is taken for a quotation where it stands in the passage."""
_BEGINS = r"(?:\A|\n|[.!?。！？।؟][\"'”’)\]]*\s)\s*(?:[-*+•>]\s+|\d{1,3}[.)]\s+)?"

_FEWEST_ASKED = 2
_LONG = 8
"""Content words of a sentence from which on a quotation is told from a paraphrase."""
_ENGLISH = 0.15
"""Share of function words below which a text of some length is not taken for English."""
_FEW = 5
"""Words that are too few to tell a language by."""
_MARK = re.compile(r"\[\^?\d[\d,;^ –-]*\]|【[^】]*】|[*`]|(?<!\w)_|_(?!\w)")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_NEAREST = 2
_NUMBERS = frozenset(map(stem, WORDS))


def judge(sentence: str, passage: str, question: str = "") -> Verdict:
    """Whether `passage` supports `sentence`; what `question` says itself may be said again.

    `passage`: with the headings that it stands under. Pure, and quick enough to run as each sentence ends.
    """
    sentence, passage = _plain(sentence), _plain(passage)
    if _is_there(sentence, passage):
        return "supported"
    if not english(sentence) or not english(passage):
        return _abroad(sentence, passage, question)
    share = _share(sentence, passage, question)
    if _false_figure(sentence, passage, question) or not agree(sentence, _nearest(sentence, passage)):
        return "unsupported"
    unknown = _unknown_names(sentence, _known_words(passage, question))
    if share < DOUBTFUL or any(name.sure for name in unknown):
        return "unsupported"
    if share < SUPPORTED or unknown or _slipped_in(sentence, passage, question):
        return "doubtful"
    if _joined_elsewhere(sentence, passage, question) or better_partner(sentence, passage, question):
        return "doubtful"
    if _quoted(sentence, passage) > NEARLY_QUOTED and substituted(sentence, passage, question):
        return "doubtful"
    return "supported"


def _is_there(sentence: str, passage: str) -> bool:
    """Whether it stands in the passage to the letter, as a sentence or a line of its own."""
    said = sentence.split()
    if len(said) < _WHOLE or not sentence.rstrip().endswith((".", "!", "?", "。", "！", "？", "।", "؟")):
        return False
    if " ".join(said) not in _spaced(passage):
        return False  # a pattern of a whole sentence is slow to build
    return bool(re.search(_BEGINS + r"\s+".join(map(re.escape, said)) + r"(?!\S)", passage))


# An answer cites a few passages many times: what is read of one is kept for the next sentence.
_kept = lru_cache(maxsize=256)


@_kept
def _plain(text: str) -> str:
    return _MARK.sub(" ", text)


@_kept
def _spaced(text: str) -> str:
    return " ".join(text.split())


@_kept
def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(text))


@_kept
def _sentences(passage: str) -> tuple[tuple[frozenset[str], str], ...]:
    """The sentences of a passage, each behind its stems."""
    return tuple((frozenset(stems(each)), each) for each in split(" ".join(passage.split())))


@_kept
def _pairs(text: str) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(word.lower() for word in words(text)))


@_kept
def _known_words(passage: str, question: str) -> Known:
    return Known(passage, question)


@_kept
def _figures(text: str) -> tuple[Figure, ...]:
    return tuple(figures(text))


@_kept
def english(text: str) -> bool:
    """Whether `text` can be taken for English: in Latin letters, and with its share of function words."""
    letters = [letter for letter in text if letter.isalpha()]
    if sum(letter > "\u024f" for letter in letters) > 0.3 * len(letters):
        return False
    found = words(text)
    known = sum(word.lower() in STOP_WORDS for word in found)
    return len(found) < _FEW or known >= _ENGLISH * len(found) or not _foreign(found)


def _foreign(found: list[str]) -> bool:
    """Whether words of English at all are missing: headlines and lists have few function words, too."""
    return any(word.lower() in _ELSEWHERE or (word.isalpha() and not word.isascii()) for word in found)


_ELSEWHERE = listed(
    """der die das und ist nicht ein eine mit von den dem im auf für le la les des et est une un dans pour qui que pas
    el los las y es en una por con del il di che è per non sono della het een van niet op zijn o os e em da do não uma
    och att det som en på är av i w na się nie jest z og er af til på kan ve bir bu da de"""
)


def _abroad(sentence: str, passage: str, question: str) -> Verdict:
    if _false_figure(sentence, passage, question):
        return "doubtful"
    wanted, there = _pieces(sentence), _pieces(f"{passage} {question}")
    return "supported" if len(wanted & there) >= SUPPORTED * len(wanted) else "doubtful"


def _pieces(text: str) -> set[str]:
    """Stems; and of scripts without spaces, which have no words to see, each two letters."""
    pairs = {run[i : i + 2] for run in _UNSPACED.findall(text) for i in range(len(run) - 1)}
    return pairs | set(stems(_UNSPACED.sub(" ", text)))


def _share(sentence: str, passage: str, question: str) -> float:
    wanted, there, asked = _stems(sentence), _stems(passage), _stems(question)
    own = wanted - asked
    if not wanted:
        return 1.0
    if own and not own & there:
        return 0.0  # it only says the question again, and something of its own
    return sum(_known(word, there) or word in asked for word in wanted) / len(wanted)


def _slipped_in(sentence: str, passage: str, question: str) -> bool:
    """Whether words in a row that are known to nobody stand in a sentence that else quotes the passage.

    Who says it in words of their own changes more than one place; who quotes, changes none.
    """
    said, there = stems(sentence), _stems(passage) | _stems(question)
    row = "".join("." if _known(word, there) else "?" for word in said)
    return len(said) >= _LONG and "?" * SLIPPED in row and _quoted(sentence, passage) > QUOTED


def _quoted(sentence: str, passage: str) -> float:
    """The share of a sentence's words that follow each other in the passage, too."""
    said, there = _pairs(sentence), _pairs(passage)
    return len(said & there) / (len(said) or 1)


def _joined_elsewhere(sentence: str, passage: str, question: str) -> bool:
    """Whether a sentence says the question again, with an answer that the passage gives in another sentence.

    Elsewhere is where far fewer of the question's words stand than in the sentence that has most of them.
    """
    asked, said = _stems(question), _stems(sentence)
    own = said - asked
    if not own or len(asked) < _FEWEST_ASKED or len(asked & said) < RESTATED * len(asked):
        return False
    there = [(len(asked & each), len(own & each)) for each, _ in _sentences(passage)]
    holding = [count for count, held in there if 2 * held >= len(own)]
    most, added = max(there, default=(0, 0))
    says_more = added and len(own) > ADDED
    return bool(holding) and not says_more and most - max(holding) > FAR * len(asked)


def _known(word: str, there: frozenset[str]) -> bool:
    return word in there or (len(word) > 4 and any(word[:5] == other[:5] for other in there)) or _is_number(word)


def _is_number(word: str) -> bool:
    return word[0].isdigit() or word in _NUMBERS  # numbers are compared by their values


def _false_figure(sentence: str, passage: str, question: str) -> bool:
    there = [*_figures(passage), *_figures(question)]
    return any(figure.asks and not held(figure, there) for figure in figures(sentence))


def _unknown_names(sentence: str, known: Known) -> list[Name]:
    unknown = [name for name in names(sentence) if name.text not in known]
    if len(unknown) > 1 and known.shortens([name.text for name in unknown]):
        return []
    return unknown


def _nearest(sentence: str, passage: str) -> list[str]:
    """The sentences of the passage that share most with this one, the nearest first."""
    wanted = _stems(sentence)
    shared = [(len(wanted & held), each) for held, each in _sentences(passage)]
    return [each for count, each in sorted(shared, key=lambda pair: -pair[0])[:_NEAREST] if count]
