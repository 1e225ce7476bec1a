"""Words as the default model sees them: pieces to stream, and stems to compare."""

import re
from functools import lru_cache

from mainstem.stores.knowledge.stop_words import STOP_WORDS

_PIECE = re.compile(r"\S+\s*|\s+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ENDINGS = ("ization", "ation", "ingly", "ement", "ness", "ment", "ing", "ion", "ed", "ly", "er", "e")
_FORMS = """
    lead led|teach taught|pay paid|buy bought|bring brought|sell sold|tell told|hold held|keep kept|lend lent|send sent|
    spend spent|build built|lose lost|meet met|win won|write wrote written|begin began begun|break broke broken|
    choose chose chosen|drive drove driven|give gave given|grow grew grown|know knew known|rise rose risen|run ran|
    speak spoke spoken|steal stole stolen|take took taken|fly flew flown|make made|sing sang sung|catch caught|
    sow sown|see saw seen|go went gone|come came|become became|get got gotten|find found|think thought|feel felt|
    fall fell fallen|eat ate eaten|drink drank drunk|swim swam swum|hide hid hidden|ride rode ridden|shake shook shaken|
    throw threw thrown|draw drew drawn|wear wore worn|freeze froze frozen|forget forgot forgotten|leave left|
    stand stood|understand understood|fight fought|shoot shot|deal dealt|mean meant|sleep slept|feed fed|hang hung|
    dig dug|strike struck|show shown|prove proven|seek sought|swear swore sworn|bend bent|burn burnt|learn learnt|
    child children|man men|woman women|mouse mice|foot feet|tooth teeth
"""
_BASES = {form: base for line in _FORMS.split("|") for base, *forms in [line.split()] for form in forms}
_SHORTEST_STEM = 3
_SHORTEST_PAST = 5
_PLURAL = re.compile(r"(?<=[sxz])es$|(?<=[cs]h)es$|(?<=[^siu])s$")


def word_pieces(text: str) -> list[str]:
    """`text` cut word by word, each with the white space that follows it; joined they are `text` again."""
    return _PIECE.findall(text)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A crude stem: enough for *indexing*, *indexed* and *indexes* to be the same word, and *led* and *lead*."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    word = _BASES.get(word, word)
    if word.endswith("ies") and len(word) > _SHORTEST_STEM + 1:
        return word[:-3] + "y"
    if len(word) > _SHORTEST_STEM:
        word = _PLURAL.sub("", word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def is_past(word: str) -> bool:
    """Whether a word looks like the past of a verb: *closed*, and *held*."""
    return (word.endswith("ed") and len(word) >= _SHORTEST_PAST) or word.lower() in _BASES


def words(text: str) -> list[str]:
    """The words and numbers of `text`, as written."""
    return _WORD.findall(text)


def stems(text: str) -> list[str]:
    """The stems of the words of `text` that carry content, in order, with repetitions."""
    return [stem(word) for word in words(text) if word.lower() not in STOP_WORDS]
