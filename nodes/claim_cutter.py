"""An answer that is still being written, cut into its claims: each is given once nothing that follows can change it."""

import re

from mainstem.models.citation_marks import leaves_code_open, marks, undecided

from .claims import Claim, Sentence, claims_of, without

_MAY_END = re.compile(r"[.!?\]】。！？؟।\n]")
_LOOKS = (3, 8, 40)
"""Characters behind what may end a sentence after which it is looked whether it did: not at each piece."""
_LONG = 2000
"""Characters of a paragraph from which on it is looked at less and less often."""
_OPENING = re.compile(r"[\"'“‘(\[*_`]*")
_MAY_BE_A_FENCE = re.compile(r"[ \t]*(?:`|~(?:~~|~?\Z))")
_LETTER = re.compile(r"[^\W\d_]")
_GAP = re.compile(r"\n[ \t]*\n\Z")


class ClaimCutter:
    """Takes the pieces of one answer. What `add` and `finish` return is, all together, `claims` of the whole answer."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._ended = 0  # where the latest sentence may have ended
        self._looks = len(_LOOKS)
        self._looked_at = 0
        self._text = ""
        self._begin = 0  # of the paragraph from where on the text is cut anew at each look
        self._given = 0  # sentences of it that were given

    @property
    def text(self) -> str:
        """The answer so far."""
        self._text += "".join(self._pieces)
        self._pieces.clear()
        return self._text

    def add(self, piece: str) -> list[Claim]:
        """Take the next piece; the claims that it settles. Costs next to nothing where no sentence ends."""
        self._pieces.append(piece)
        self._length += len(piece)
        for found in _MAY_END.finditer(piece):
            self._ended = self._length - len(piece) + found.start()
            self._looks = 0
        if self._looks == len(_LOOKS) or self._length - 1 < self._ended + _LOOKS[self._looks] or self._looked_just_now:
            return []
        self._looked_at = self._length
        while self._looks < len(_LOOKS) and self._length - 1 >= self._ended + _LOOKS[self._looks]:
            self._looks += 1
        return self._settled()

    def finish(self) -> list[Claim]:
        """The claims that are left, when no more pieces come."""
        part = self.text[self._begin :]
        return self._new(claims_of(part, list(marks(part))))

    @property
    def _looked_just_now(self) -> bool:
        """In a paragraph that has no end, each look costs more than the last: so they become seldom."""
        return self._length - self._looked_at < (self._length - self._begin - _LONG) // 16

    def _settled(self) -> list[Claim]:
        part = self.text[self._begin :]
        found = list(marks(part))
        sentences = claims_of(part, found)
        certain = _certain(part, without(part, found))
        begun = [one for one in sentences if _OPENING.match(part, one.start).end() < certain]  # type: ignore[union-attr]  # matches always
        claims = self._new(begun[:-1])
        self._begin_anew(part, begun)
        return claims

    def _new(self, sentences: list[Sentence]) -> list[Claim]:
        said = [claim for sentence in sentences[self._given :] for claim in sentence.claims]
        self._given = max(self._given, len(sentences))
        return [claim.moved(self._begin) for claim in said]

    def _begin_anew(self, part: str, begun: list[Sentence]) -> None:
        """Forget what stands before the last sentence, or before its paragraph: what is written there is settled."""
        if len(begun) < 2:
            return
        before, start = (one.start for one in begun[-2:])
        line = part.rfind("\n", 0, start) + 1
        if part[start].isalpha() and not leaves_code_open(part[:start]):
            self._begin += start
            self._given = 0
        elif before < line and _GAP.search(part, 0, line) and not any(True for _ in marks(part[line:start])):
            self._begin += line
            self._given = 0


def _certain(text: str, prose: str) -> int:
    """Up to where more text changes nothing: no mark, no code, no heading, list or table. `prose`: without marks."""
    decided = undecided(text)
    line = text.rfind("\n", 0, decided) + 1
    if _MAY_BE_A_FENCE.match(text, line) or not _LETTER.search(prose, line, decided):
        return line
    return decided
