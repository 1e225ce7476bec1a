"""Source code: cut where functions and classes begin, each found by its name.

Python is parsed (and never run). Of other languages, a line without indent that begins with a word that declares
something begins a section, which goes on to the next such line: that is simple, and wrong only in where it cuts.
"""

import ast
import re
import warnings
from collections.abc import Iterator

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats.extract import Extract, Heading
from mainstem.knowledge.files.formats.text import decode

_LONG_LINES = 1_000
"""Characters of a line, on average, from which on code is held to be made by a program for a program."""

_MAX_SYMBOLS = 20_000
_DECLARES = re.compile(
    r"^(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|pub(?:\([^)\n]{0,40}\))?|unsafe"
    r"|extern|override|sealed|open|data|partial|inline|virtual|declare|local|suspend)[ \t]+)*"
    r"(?:(?:class|interface|enum|struct|trait|impl|module|namespace|object|record|protocol|extension|type|union|def|fn"
    r"|fun|func|function\*?|sub|proc|macro_rules!|mod|create[ \t]+(?:or[ \t]+replace[ \t]+)?(?:table|view|function|"
    r"procedure|index|trigger|type))\b[ \t]*(?:\([^)\n]{0,200}\)[ \t]*)?(?P<name>[A-Za-z_$][\w$.:<>, ]{0,80})?"
    r"|(?:const|let|var|val)[ \t]+(?P<bound>[A-Za-z_$][\w$]{0,80})[ \t]*(?::[^=\n]{0,200})?=[^\n]{0,200}(?:=>|function)"
    r"|[A-Za-z_][\w:<>,*&\[\] \t]{0,120}?[ \t*&](?P<called>[A-Za-z_~][\w:~]{0,80})[ \t]*"
    r"\((?:[^;\n]{0,400}\{[ \t]*$|[^;\n]{0,400}(?=\n\{)))",
    re.MULTILINE | re.IGNORECASE,
)
_COMMENT = re.compile(r"[ \t]*(?://|#|/\*|\*|--|@|\[)")
_NOT_NAMES = frozenset({"if", "for", "while", "switch", "return", "else", "catch", "when", "match", "elif", "in"})


def read(data: bytes, kind: str) -> Extract:
    """The text of a source file, `python` or other `code`. Raises `Unreadable` for code made by a program."""
    text = decode(data)
    if len(text) > 10 * _LONG_LINES and len(text) > _LONG_LINES * (text.count("\n") + 1):
        raise Unreadable("minified code is not read (its lines are too long to be anyone's)")
    symbols = _python(text) if kind == "python" else _declared(text)
    return Extract(text, symbols[:_MAX_SYMBOLS], lines=True, by_line=True)


def _python(text: str) -> list[Heading]:
    """Functions and classes by their names, methods below their class; of what does not parse, as of other code."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _declared(text)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return [Heading(starts[line - 1], level, name) for line, level, name in _symbols(tree, 1)]


def _symbols(tree: ast.Module | ast.ClassDef, level: int) -> Iterator[tuple[int, int, str]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield first, level, f"class {node.name}" if isinstance(node, ast.ClassDef) else f"{node.name}()"
            if isinstance(node, ast.ClassDef) and level < 3:
                yield from _symbols(node, level + 1)


def _declared(text: str) -> list[Heading]:
    headings: list[Heading] = []
    for match in _DECLARES.finditer(text):
        name = (match["name"] or match["bound"] or match["called"] or "").strip(" {<:,")
        if name and name.split()[0].lower() not in _NOT_NAMES and match[0].split()[0].lower() not in _NOT_NAMES:
            headings.append(Heading(_with_comment(text, match.start()), 1, name))
    return headings


def _with_comment(text: str, start: int) -> int:
    """Where the comment begins that stands right above the line at `start`, or that line itself."""
    while start > 0:
        above = text.rfind("\n", 0, start - 1) + 1
        if not _COMMENT.match(text, above, start):
            break
        start = above
    return start
