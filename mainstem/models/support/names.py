"""The names in a sentence, and whether a text knows them: as written, shortened to initials, or as a people's name."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from mainstem.stores.knowledge.stop_words import STOP_WORDS

from ..extractive.spelling import is_one_slip
from ..stemming import stem
from .vocabulary import listed

_WORD = re.compile(r"[^\W\d_][\w&]*(?:[.'’-][^\W\d_]\w*)*")
_OPENERS = listed(
    """according additionally although another because besides consequently despite each either every everyone finally
    first furthermore given hence here however instead like meanwhile moreover nearly nobody none nothing overall people
    since several similarly someone something sometimes somewhat specifically therefore thus today together unlike
    unless usually various whereas whether within without yes yet almost along already always among anyone anything
    never not often perhaps rather still two three four five six seven eight nine ten one"""
)
_COMMON = listed("i mr mrs ms dr prof president king queen ok am pm bc ad ce bce")
_GENERIC = listed(
    """party church republic government army navy police council court office ministry department agency university
    college school museum library hospital company corporation group bank inc ltd plc llc co corp gmbh games cup
    championship league treaty agreement act prize award city county province state island islands river sea ocean
    mountain mountains street road airport station channel tv radio"""
)
"""What kind of thing a name names: *the Conservative Party*, where it says *the Conservatives*."""
_MONTHS = listed(
    """january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec"""
)
_FAMILY = re.compile(r"(?:a|ans?|ians?|ns?|ish|ese|ic|i|ers?|eans?|y|ia|ium|lands?|ch|ands|any|ey|e|ce|s|os?)?\Z")
_SHORTEST_FAMILY = 4
_PEOPLES = (
    {"french", "france"}, {"dutch", "netherlands", "holland"}, {"spanish", "spain", "spaniards"},
    {"polish", "poland", "poles"}, {"danish", "denmark", "danes"}, {"british", "britain", "uk", "england", "english"},
    {"american", "americans", "america", "usa", "us"}, {"swiss", "switzerland"}, {"greek", "greece", "greeks"},
    {"welsh", "wales"}, {"scottish", "scotland"}, {"irish", "ireland"}, {"turkish", "turkey", "turks"},
    {"swedish", "sweden", "swedes"}, {"finnish", "finland", "finns"}, {"german", "germany", "germans"},
)  # fmt: skip
_MASS = re.compile(r"(?:ing|tion|sion|ness|ment|ity|ance|ence|ship|ism|ly)\Z")
_VERB = re.compile(
    r"(?:is|was|has|had|can|will|did|does|would|could|and|who|later|also|'s|’s|won|took|gave|made|led|wrote|said|built|"
    r"became|began|left|went|came|ran|held|got|saw|kept|sent|sold|met|lost|paid|grew|\w+ed|\w{3,}s)\Z"
)


class Name(NamedTuple):
    """A capitalised word. `sure`: not perhaps the ordinary first word of a sentence."""

    text: str
    sure: bool


def names(sentence: str) -> list[Name]:
    """The names of a sentence in English; none where every word has a capital, as in a title."""
    found = list(_WORD.finditer(sentence))
    capital = [word for word in found if word[0][0].isupper()]
    if len(found) > 3 and len(capital) > 0.7 * len(found):
        return []
    return list(_names(sentence, found))


def _names(sentence: str, found: list[re.Match[str]]) -> Iterator[Name]:
    for place, word in enumerate(found):
        plain = fold(word[0])
        if not any(map(str.isupper, word[0])) or plain in STOP_WORDS | _COMMON | _MONTHS:
            continue
        if place and plain in _GENERIC and _is_name(found[place - 1][0]):
            continue
        if not _begins(sentence, word.start()) or not word[0][1:].islower():
            yield Name(word[0], sure=True)
        elif plain not in _OPENERS:
            after = found[place + 1] if place + 1 < len(found) else None
            if after and sentence[word.end() : after.start()] == " ":
                yield from _first(word[0], after[0])


def _is_name(word: str) -> bool:
    return word[0].isupper() and fold(word) not in STOP_WORDS


def _first(word: str, after: str) -> Iterator[Name]:
    """The first word of a sentence, which has its capital either way: a name before a name or a verb, perhaps."""
    named = after[0].isupper() and fold(after) not in STOP_WORDS | _COMMON
    if named or (_VERB.match(after) and not _MASS.search(word) and not word.endswith("s")):
        yield Name(word, sure=False)


def _begins(sentence: str, start: int) -> bool:
    before = sentence[:start].rstrip("\"'“‘«(*_ \t\n")
    return not before or before[-1] in ".!?:;–—|"


class Known:
    """The words of texts, to look up names in."""

    def __init__(self, *texts: str) -> None:
        text = "\n".join(texts)
        written = [word[0] for word in _WORD.finditer(text)]
        parts = ((word, _joined(word), *re.split(r"[-.'’]", word)) for word in written)
        self._words = {fold(part) for each in parts for part in each if part}
        self._stems = {stem(word) for word in self._words}
        self._initials = set(_initials(text))
        self._short = [word for word in written if word.isupper() and 2 <= len(word) <= 6]

    def __contains__(self, name: str) -> bool:
        parts = [part for part in re.split(r"[-'’.]", name) if part and part != "s"]
        return bool({fold(name), fold(_joined(name))} & self._words) or all(map(self._knows, parts))

    def _knows(self, part: str) -> bool:
        plain = fold(part)
        if plain in self._words or stem(plain) in self._stems or plain in STOP_WORDS:
            return True
        if plain.upper() in self._initials or (len(part) == 1 and any(word[0] == plain for word in self._words)):
            return True
        return any(akin(plain, other) or is_one_slip(plain, other) for other in self._words)

    def shortens(self, run: list[str]) -> bool:
        """Whether names that stand together are written here by their initials."""
        return "".join(word[0] for word in run).upper() in self._short


def akin(one: str, other: str) -> bool:
    """Whether two words name a land and its people: *Sweden*, *Swedish*."""
    if any(one in family and other in family for family in _PEOPLES):
        return True
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return same >= _SHORTEST_FAMILY and bool(_FAMILY.match(one[same:]) and _FAMILY.match(other[same:]))


def fold(word: str) -> str:
    """`word` in small letters without accents, and without the ending of a possessive."""
    plain = unicodedata.normalize("NFKD", word.lower().replace("’", "'").removesuffix("'s"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).rstrip(".")


def _joined(word: str) -> str:
    """`Mag-lev` and `F.C.C.` as *Maglev* and *FCC*."""
    return re.sub(r"(?<=\w)[-.](?=\w)|\.$", "", word)


def _initials(text: str) -> Iterator[str]:
    """The initials of capitalised words that follow each other, also over *of* and *the*."""
    for run in re.finditer(r"[A-Z]\w+(?:[ -](?:of |the |for |and )*[A-Z]\w+){1,6}", text):
        letters = [word[0] for word in re.findall(r"[A-Z]\w+", run[0])]
        yield from ("".join(letters[i:j]) for i in range(len(letters)) for j in range(i + 2, len(letters) + 1))
