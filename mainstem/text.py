"""Text for people: what models, documents and graphs say, made safe for a terminal and short."""

import json
from math import floor, log10
from typing import Any

_COMMANDS = (*range(32), *range(127, 160))
_REORDERING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_HIDDEN = {code: None for code in (*_COMMANDS, *_REORDERING) if chr(code) not in "\n\t"}


QUOTED = {"extractive": "quoted, no model"}
"""What people should read in place of the name of a model that is none."""


def label_of(model: str) -> str:
    """The model that wrote an answer, for people; empty when unknown."""
    return QUOTED.get(model) or short(one_line(model), 40)


def dollars(cost: float) -> str:
    """An amount in US dollars: small ones with two digits that say something, `$0.000027`."""
    if cost <= 0:
        return f"${cost:g}"
    digits = 4 if cost >= 0.01 else min(20, 1 - floor(log10(cost)))
    return f"${cost:.{digits}f}"


def printable(text: str) -> str:
    """`text` without what commands a terminal or reorders its lines: models and documents may say anything."""
    return text.translate(_HIDDEN)


def escaped(text: str) -> str:
    """JSON with every character that cannot be seen written as `\\u…`: the same value, which commands no terminal."""
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def exact(value: Any) -> str:
    """`value` as JSON to be decided on: nothing in it is hidden or reordered where it is shown."""
    return escaped(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def one_line(text: str) -> str:
    """`text` as one printable line."""
    return " ".join(printable(text).split())


def last_line(text: str) -> str:
    """The last line of `text` that says something."""
    lines = printable(text).strip().splitlines()
    return one_line(lines[-1]) if lines else ""


def short(text: str, width: int) -> str:
    """`text`, cut to `width` characters."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def counted(number: int, noun: str) -> str:
    """`1 passage`, `2 passages`: for nouns whose plural only takes an s."""
    return f"{number} {noun if number == 1 else noun + 's'}"


def short_arguments(args: dict[str, Any], width: int = 60) -> str:
    """A call's arguments in short."""
    shown = (f"{key}={json.dumps(value, ensure_ascii=False, default=str)}" for key, value in args.items())
    return short(one_line(", ".join(shown)), width)


def failure_text(kind: str, message: str, hint: str = "") -> str:
    """What went wrong: with its hint; without one, with the error's class before what is no sentence for people."""
    if hint:
        return f"{message} {hint}"
    is_sentence = message[:1].isupper() and message.endswith(".") and " " in message
    return message if is_sentence or message.startswith(kind) else f"{kind}: {message}"
