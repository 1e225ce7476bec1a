"""Which documents a summary is asked of, by their names, and which subject in them. Pure functions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from mainstem.knowledge import Document
from mainstem.models.stemming import stems

from .request import SummaryRequest

_LEADS = re.compile(
    r"^(?:(?:all|everything|the|this|that|these|those|my|our|your|of|entire|whole|complete|full)\s+)+", re.IGNORECASE
)
_MANY = re.compile(
    r"(?:all|everything|documents|files|papers|folder|collection|articles|reports|texts|pages|notes|meetings|docs"
    r"|library|directory|them|these)$",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"(?:it|this|that|document|file|paper|article|report|text|page|meeting|transcript|conversation|discussion|session"
    r"|interview|book|story|answer|sources?|contents?|talk|call|e-?mail|letter)$",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"^(?:the\s+)?(?:whole\s+)?(?:discussions?|conversations?|debates?|talks?|decisions?|conclusions?|opinions?|views?"
    r"|parts?|sections?|chapters?|points?|arguments?|what(?:\s+\w+){1,2})$",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"\s+(?:(?:says?|said)\s+)?(?:about|regarding|concerning|on|of|(?:with\s+a\s+)?focus(?:s?ing|s?ed)?\s+on)\s+",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"\s+(?:in|from|of|within|according to)\s+", re.IGNORECASE)
_KINDS = ("file", "document", "folder")
_FILE_NAME = re.compile(r"\S\.[A-Za-z]\w{0,4}$|^\S*[/\\]\S*$")


@dataclass(frozen=True)
class Meant:
    """The documents that are meant, and what is asked about in them: empty for all that they say."""

    documents: tuple[Document, ...]
    focus: str = ""
    named: bool = True
    """Whether the question names them: else these are all, to be searched for the focus."""


@dataclass(frozen=True)
class Unresolved:
    """No document is meant by `name`, or more than one might be."""

    name: str


def meant(request: SummaryRequest, documents: Sequence[Document], sources: Sequence[str]) -> Meant | Unresolved:
    """What `request` asks a summary of, among `documents`; `sources`: names of those that the last answer cited."""
    target = _bare(request.target)
    for find in (_called, partial(_pointed_at, sources)):
        if found := find(target, documents):
            return Meant(found, request.focus)
        for whole, part in _halves(target):
            if _points_at(part.removeprefix("what ")) == "many":
                continue  # *all documents about X*: what X is called by chance is not asked about
            if found := find(_bare(whole), documents):
                return Meant(found, _subject(part))
    if not target or _FILE_NAME.search(target) or _points_at(target):
        return Unresolved(target)
    return Meant(tuple(documents), _subject(target), named=False)


def _halves(target: str) -> Iterator[tuple[str, str]]:
    """What may be a document and what may be asked about in it: *X about Y*, *Y in X*."""
    for joint in (_JOINT, _WITHIN):
        for cut in joint.finditer(target):
            before, after = target[: cut.start()], target[cut.end() :]
            yield before, after
            yield after, before


def _called(target: str, documents: Sequence[Document]) -> tuple[Document, ...]:
    """The documents that go by this name; empty where none does, or more than one by chance."""
    name, _, noun = target.rpartition(" ")
    name = name.removeprefix("the ") if _ONE.match(noun) or _MANY.match(noun) else ""  # *the docs folder*
    return (
        _by_path(target, documents)
        or _by_words(target, documents)
        or (_by_path(name, documents) or _by_words(name, documents) if name else ())
    )


def _by_path(target: str, documents: Sequence[Document]) -> tuple[Document, ...]:
    """By its name or path, or an end or the stem of it; or all below a folder of that name."""
    wanted = target.lower().replace("\\", "/").removeprefix("./").strip("/")
    if not wanted:
        return ()
    for fits in (_ends, _is_called, _lies_below):
        if found := tuple(each for each in documents if fits(f"/{each.path}".lower().replace("\\", "/"), wanted)):
            return found if len(found) == 1 or fits is _lies_below else ()
    return ()


def _ends(path: str, wanted: str) -> bool:
    return path.endswith(f"/{wanted}")


def _is_called(path: str, wanted: str) -> bool:
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0] == wanted


def _lies_below(path: str, wanted: str) -> bool:
    return f"/{wanted}/" in path


def _points_at(target: str) -> str:
    """`one`, `many` or `any` where the target only points: *the whole meeting*, *all documents*, nothing."""
    if not target:
        return "any"
    noun = _LEADS.sub("", target)
    return "many" if _MANY.match(noun) else "one" if _ONE.match(noun) else ""


def _pointed_at(sources: Sequence[str], target: str, documents: Sequence[Document]) -> tuple[Document, ...]:
    """The last answer's sources for *it* and for nothing; without any, the only document, or all."""
    how = _points_at(target.removeprefix("what "))  # *what it says about X*
    cited = tuple(each for each in documents if each.document in sources)
    every = tuple(documents)
    return {"one": cited or every * (len(every) == 1), "any": cited or every, "many": every}.get(how, ())


def _by_words(target: str, documents: Sequence[Document]) -> tuple[Document, ...]:
    """The one document whose name, without suffix and numbers, has the target's words, its folder's perhaps too."""
    if _points_at(target.removeprefix("what ")) == "many":
        return ()  # *all documents* is not the one that is called documents.md
    wanted = _words(target)
    found: list[Document] = []
    for each in documents:
        folder, _, base = each.document.rpartition("/")
        name = _words(base.rpartition(".")[0] or base)
        whole = wanted <= name and 2 * len(wanted) >= len(name)
        if wanted and name and (whole or name <= wanted <= name | _words(folder)):
            found.append(each)
    return (found[0],) if len(found) == 1 else ()


@lru_cache(maxsize=10_000)
def _words(name: str) -> frozenset[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\W]+", " ", name)
    return frozenset(stem for stem in stems(spaced) if not stem.isdigit())


def _subject(part: str) -> str:
    """What a part of the target names beside *the discussion*; empty where it names nothing else."""
    part = _bare(part)
    joint = _JOINT.search(part)
    if joint and _TALK.match(part[: joint.start()]):
        part = part[joint.end() :]
    return "" if _TALK.match(part) else part


def _bare(target: str) -> str:
    """Without quotation marks, and without the noun before a name: *the file notes.md*."""
    target = target.strip(" \t\"'“”‘’`?!,:").rstrip(".")
    noun, _, name = target.removeprefix("the ").partition(" ")
    if noun.lower() in _KINDS and _FILE_NAME.search(name):
        return _bare(name)
    return target
