"""Whether a question asks which tables, or which documents, there are, and nothing else."""

import re
from dataclasses import dataclass

from mainstem.models.stemming import stem, stems, words

_COMMON = "list show give name tell available indexed exist have know see"


@dataclass(frozen=True)
class _Listed:
    nouns: frozenset[str]
    """What is asked for, one of which the question has."""
    asking: frozenset[str]
    """The stems of all words that it may have."""
    opening: re.Pattern[str]
    """How it begins."""

    def is_asked_for(self, question: str) -> bool:
        """Whether `question` asks which there are, of all there are."""
        named = self.nouns.intersection(words(question.lower()))
        return bool(named and self.opening.match(question.strip())) and self.asking.issuperset(stems(question))


def _listed(nouns: str, asking: str, openers: str, defined: str) -> _Listed:
    """`openers`: the nouns that may begin the question; `defined`: what asks for their meaning behind *what*."""
    opening = re.compile(
        rf"(?:please\s+)?(?:(?:can|could)\s+you\s+)?(?:list|show|give|name|tell|which|what(?!{defined})|how\s+many|"
        rf"(?:are|is)\s+there|do\s+(?:you|i|we)\s+have|{openers})\b",
        re.IGNORECASE,
    )
    return _Listed(frozenset(nouns.split()), frozenset(map(stem, f"{_COMMON} {asking}".split())), opening)


_TABLES = _listed(
    "tables datasets spreadsheets",
    "table dataset spreadsheet csv data query ask",
    openers="tables|datasets|spreadsheets",
    defined=r"\s+are\s+tables",
)
_DOCUMENTS = _listed(
    "documents docs files sources papers pages",
    "document doc file source paper page read",
    openers="documents|docs|files|sources",
    defined=r"\s+are\s+\w+\W*\Z",
)


def asks_for_tables(question: str) -> bool:
    """*List the tables*, *which tables are there?*, but not *What is a table?* nor *list the tables about sales*."""
    return _TABLES.is_asked_for(question)


def asks_for_documents(question: str) -> bool:
    """*What documents do you have?*, but not *What is a document?* nor *Which files are about ships?*."""
    return _DOCUMENTS.is_asked_for(question)
