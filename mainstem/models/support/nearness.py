"""Whether an answer stands where its passage speaks of what was asked, or another of its kind does.

*The ferry was built in 1998 and rebuilt in 2011.* Both years are in the passage; only one stands near *rebuilt*. An
answer's place is worth the question's words that stand near it: most in the same sentence and close by, less in the
next one (*It was built …*), little elsewhere.
"""

from collections.abc import Iterable, Iterator

from ..stemming import stems
from .terms import Layout, lay_out

NEARER = 1.2
"""How many times as near as the answer another of its kind must be to the question's words."""

RESTATED = 0.5
"""Share of the question's content words that a sentence must say to be taken for an answer in a full sentence."""

ALONE = 5
"""Words up to which a piece of the passage is taken for the bare answer; a longer one says of what it speaks."""

_FEWEST_ASKED = 2
_HELD = 0.5
"""Share of an answer's stems that must stand together in the passage to be its place."""
_LONGEST = 8
_SAME, _NEXT, _FAR = 1.0, 0.35, 0.1
"""What a word of the question is worth beside the answer, in the next sentence, and anywhere else."""
_HALVED = 8
"""Words within a sentence over which half of the worth that depends on the distance is lost."""


def better_partner(sentence: str, passage: str, question: str) -> bool:
    """Whether the passage has something of the same kind nearer to the question's words than the answer is.

    A sentence that says more than the answer is not doubted for the rest: one part of it must be the answer.
    """
    asked, said = frozenset(stems(question)), frozenset(stems(sentence))
    own = said - asked
    if not own or len(asked) < _FEWEST_ASKED:
        return False
    there, text = lay_out(passage), lay_out(sentence)
    quoted = _stands_together(text, there)
    if quoted and len(text.words) > ALONE:
        return False
    if not quoted and len(asked & said) < RESTATED * len(asked):
        return False
    answers = list(_answers(sentence, asked, own))
    return bool(answers) and all(_beaten(there, kind, answer, asked, said) for kind, answer in answers)


def _stands_together(said: Layout, there: Layout) -> bool:
    """Whether the words of a sentence follow each other in the passage, too."""
    count = len(said.words)
    lead = next((place for place, each in enumerate(said.stems) if each), 0)
    begins = [place - lead for place in there.places.get(said.stems[lead], ())] if count else []
    return any(begin >= 0 and there.lower[begin : begin + count] == said.lower for begin in begins)


def _answers(sentence: str, asked: frozenset[str], own: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """The terms that the sentence adds to the question, each with its kind; all that it adds, if it adds more."""
    terms = [term for term in lay_out(sentence).terms if term.stems and not term.stems <= asked]
    yield from ((term.kind, term.stems) for term in terms)
    if not own <= {each for term in terms for each in term.stems}:
        yield "", own


def _beaten(there: Layout, kind: str, answer: frozenset[str], asked: frozenset[str], said: frozenset[str]) -> bool:
    forms = {there.form(word) for word in asked - answer} - answer - {""}
    if len(forms) < _FEWEST_ASKED:
        return False
    anchors = {form: len(there.places[form]) ** -0.5 for form in forms}  # a rarer word says more
    own = [(_worth(there, begin, end, anchors), begin) for begin, end in _places(there, answer)]
    if not own:
        return False
    mine = max(own)[0]
    near = {there.sentence[place] for form in forms for place in there.places[form]}
    if kind:
        others = _terms(there, kind, said | asked | answer, near)
    else:
        others = _words(there, said | asked, near - {there.sentence[begin] for worth, begin in own if worth == mine})
    return any(_worth(there, begin, end, anchors) > NEARER * mine for begin, end in others)


def _places(there: Layout, answer: frozenset[str]) -> list[tuple[int, int]]:
    """Where most of the answer's stems stand together."""
    found: list[tuple[float, int, int]] = []
    for begin in (place for word in answer for place in there.places.get(word, ())):
        end = begin + 1
        while end < min(len(there.stems), begin + _LONGEST) and _belongs(there, begin, end, answer):
            end += 1
        while not there.stems[end - 1]:
            end -= 1
        found.append((len(there.content(begin, end)) / len(answer), begin, end))
    most = max((share for share, _, _ in found), default=0)
    return [(begin, end) for share, begin, end in found if share == most >= _HELD]


def _belongs(there: Layout, begin: int, place: int, answer: frozenset[str]) -> bool:
    return there.sentence[place] == there.sentence[begin] and (not there.stems[place] or there.stems[place] in answer)


def _terms(there: Layout, kind: str, known: frozenset[str], near: set[int]) -> Iterator[tuple[int, int]]:
    for term in there.terms:
        if (
            term.kind == kind
            and there.sentence[term.begin] in near
            and not term.stems & known
            and not there.describes(term)
        ):
            yield term.begin, term.end


def _words(there: Layout, known: frozenset[str], near: set[int]) -> Iterator[tuple[int, int]]:
    """Words of the sentences `near`; of ordinary words, none is known to be of another kind than the answer."""
    for place, each in enumerate(there.stems):
        if each and each not in known and there.sentence[place] in near:
            yield place, place + 1


def _worth(there: Layout, begin: int, end: int, anchors: dict[str, float]) -> float:
    return sum(weight * _nearest(there, begin, end, there.places[word]) for word, weight in anchors.items())


def _nearest(there: Layout, begin: int, end: int, places: Iterable[int]) -> float:
    best = _FAR
    for place in places:
        apart = abs(there.sentence[place] - there.sentence[begin])
        if apart > 1 or begin <= place < end:
            continue
        distance = begin - place if place < begin else place - end + 1
        best = max(best, _NEXT if apart else _SAME / 2 * (1 + _HALVED / (_HALVED + distance)))
    return best
