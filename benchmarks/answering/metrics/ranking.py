"""How well what is relevant is ranked: nDCG and recall over whole documents, and over sections."""

import math
import re
from collections.abc import Mapping, Sequence

from benchmarks.answering.asking import Asked
from benchmarks.answering.suite import Measure, Reply

CUT = 10
"""Places that nDCG looks at; a tool that returns fewer has its own limit for a cut."""

PAGES = 3
"""Pages that recall looks at."""


def documents(asked: Asked) -> list[Measure]:
    """nDCG and recall of the files, each at its best passage's place."""
    ranked = [(_files(reply), case.gold) for case, reply in asked]
    return [
        Measure(f"ndcg@{CUT}", [ndcg(found, gold) for found, gold in ranked]),
        Measure(f"recall@{CUT}", [recall(found[:CUT], list(gold)) for found, gold in ranked]),
        _returned(asked),
    ]


def sections(asked: Asked) -> list[Measure]:
    """Recall of whole pages among the first few, and of the sections themselves among all that was returned."""
    pages = [(_paths(reply), [file for file, _ in case.gold]) for case, reply in asked]
    headed = [(case.gold, reply) for case, reply in asked if any(heading for _, heading in case.gold)]
    measures = [Measure(f"recall@{PAGES}", [recall_of_paths(found[:PAGES], gold) for found, gold in pages])]
    if headed:
        measures.append(Measure("section recall", [_section_recall(gold, reply) for gold, reply in headed]))
    return [*measures, _returned(asked)]


def ndcg(found: Sequence[str], grades: Mapping[str, float]) -> float:
    """nDCG of a ranking against the grades of what is relevant, with linear gain."""
    gained = sum(grades.get(name, 0.0) / math.log2(at + 2) for at, name in enumerate(found[:CUT]))
    best = sum(grade / math.log2(at + 2) for at, grade in enumerate(sorted(grades.values(), reverse=True)[:CUT]))
    return gained / best if best else 0.0


def recall(found: Sequence[str], wanted: Sequence[str]) -> float:
    """Share of `wanted` that was found."""
    return len(set(found) & set(wanted)) / len(set(wanted)) if wanted else 0.0


def recall_of_paths(found: Sequence[str], wanted: Sequence[str]) -> float:
    """Share of the wanted files among the paths found."""
    files = set(wanted)
    return sum(any(ends_in(path, file) for path in found) for file in files) / len(files) if files else 0.0


def ends_in(path: str, file: str) -> bool:
    """Whether `path` is `file`, below some folder."""
    return path == file or path.endswith("/" + file.lstrip("/"))


def _section_recall(gold: Sequence[tuple[str, str]], reply: Reply) -> float:
    hits = [
        any(ends_in(one["path"], file) and _under(one, heading) for one in reply.passages) for file, heading in gold
    ]
    return sum(hits) / len(hits)


def _under(passage: Mapping[str, object], heading: str) -> bool:
    slug = _slug(heading)
    return not slug or slug in _slug(str(passage.get("heading") or ""))


def _slug(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower()).strip("-")


def _paths(reply: Reply) -> list[str]:
    return list(dict.fromkeys(str(passage["path"]) for passage in reply.passages))


def _files(reply: Reply) -> list[str]:
    return [path.rpartition("/")[2] for path in _paths(reply)]


def _returned(asked: Asked) -> Measure:
    return Measure("passages returned", [float(len(reply.passages)) for _, reply in asked])
