"""The options that commands share, and what becomes of them."""

import json
import sys
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from . import consent
from .completion import thread_ids
from .failures import UsageError

if TYPE_CHECKING:
    from mainstem.settings import Settings


class Format(StrEnum):
    """How a run is shown."""

    LIVE = "live"
    TEXT = "text"
    JSON = "json"


DocsOption = Annotated[
    list[Path] | None,
    typer.Option("--docs", metavar="PATH", help="Answer from this file or folder only; may be repeated."),
]
ThreadOption = Annotated[
    str | None,
    typer.Option(
        "--thread", metavar="ID", help="Go on with this thread; default: a new one.", autocompletion=thread_ids
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="M", help="extractive, openai:NAME, scripted:FILE or PROVIDER:NAME."),
]
TagsOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="K=V", help="Mark the run, to tell costs apart; may be repeated."),
]
TagFilterOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="K=V", help="Only runs that bear this tag; may be repeated."),
]
TagsGivenOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="K=V", help="Give every run of this user this tag; may be repeated."),
]
ContextOption = Annotated[
    str | None,
    typer.Option("--context", metavar="JSON", help="The graph's run-scoped context; default: its schema's defaults."),
]
FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="Default: live on a terminal, else text. json: one event a line."),
]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="On a terminal, every step and call instead of one line.")
]
HomeOption = Annotated[
    Path | None, typer.Option("--home", metavar="DIR", help="Folder of index and threads; default: .mainstem.")
]


_ORIGIN = "It comes from the environment or from .env."
_LIST = """write it as a JSON list of texts, for example %s='["one", "two"]'"""
_LISTS = ("MAINSTEM_DOCS", "MAINSTEM_FALLBACKS")
_PRICES = """write it as a JSON object of US dollars per million tokens: %s='{"my-model": [0.5, 1.5]}'"""
_VARIANTS = """write it as a JSON list of variants: %s='[{"name": "mini", "share": 0.1, "settings": {…}}]'"""
_SERVERS = """write it as a JSON object of servers: %s='{"files": {"command": "npx", "args": ["…"]}}'"""
_WRITTEN = {**dict.fromkeys(_LISTS, _LIST), "MAINSTEM_PRICES": _PRICES, "MAINSTEM_MCP": _SERVERS}
_UNREADABLE = {**_WRITTEN, "MAINSTEM_VARIANTS": _VARIANTS}
_HIDDEN = ("MAINSTEM_MCP",)
"""Settings that hold keys: what was written is not shown."""


def settings_of(
    *, home: Path | None = None, docs: list[Path] | None = None, model: str | None = None, auth: str | None = None
) -> "Settings":
    """The settings: what was given as options, the rest from the environment. Raises `UsageError` when one is bad."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from mainstem.settings import Settings, guarded_dotenv

    for path in docs or ():
        if not path.exists():
            raise UsageError(f"--docs {path}: there is no such file or folder.")
    given: dict[str, Any] = {"home": home, "docs": docs, "model": model, "auth": auth}
    consent.settle_trust(guarded_dotenv(Path()))
    try:
        return Settings(**{key: value for key, value in given.items() if value})
    except ValidationError as error:
        raise UsageError(*(_complaint(dict(each)) for each in error.errors())) from None
    except SettingsError as error:
        name = "MAINSTEM_" + str(error).split('"')[1].upper()  # error parsing value for field "docs" from …
        raise UsageError(f"{name} cannot be used: {_UNREADABLE.get(name, _LIST) % name}. {_ORIGIN}") from None


def _complaint(error: dict[str, Any]) -> str:
    name = str(error["loc"][0]).upper()
    name = name if name.startswith(("MAINSTEM_", "OPENAI_")) else f"MAINSTEM_{name}"
    if error["type"] == "unexpected_keyword_argument":
        *where, key = error["loc"]
        return f"{name} cannot be used: it has no {key!r}. There are: {', '.join(_keys_of(str(where[0])))}. {_ORIGIN}"
    if error["type"] == "dataclass_type":
        return f"""{name} cannot be used: write it as a JSON object, for example {name}='{{"cost": 2}}'. {_ORIGIN}"""
    wanted = _WRITTEN[name] % name if name in _WRITTEN else error["msg"].removeprefix("Value error, ").rstrip(".")
    within = "".join(f"[{part!r}]" for part in error["loc"][1:])
    written = name if name in _HIDDEN else f"{name}{within}={error['input']!r}"
    return f"{written} cannot be used: {wanted}. {_ORIGIN}"


def _keys_of(setting: str) -> list[str]:
    """What may stand in a setting that is an object, or a list of them."""
    from mainstem.budget import Budget
    from mainstem.policy import Policy

    made = Policy if setting == "policies" else Budget
    return [field.name for field in fields(made) if field.name not in ("judge", "finds")]


def settings_there(home: Path | None) -> "Settings":
    """`settings_of` a home that is only looked at. Raises `UsageError` where `home` was named and is not there."""
    if home is not None and not home.is_dir():
        raise UsageError(f"--home {home}: there is no such home. `mainstem index` or `mainstem ask` makes one.")
    return settings_of(home=home)


def settings_options(
    home: Path | None, docs: list[Path] | None = None, model: str | None = None, context: str | None = None
) -> list[str]:
    """The options that give another command the same settings."""
    found = ["--home", str(home)] if home else []
    found += ["--context", context] if context else []
    for path in docs or ():
        found += ["--docs", str(path)]
    return [*found, "--model", model] if model else found


def thread_of(thread: str | None) -> str | None:
    """The thread that was named, if one was. Raises `UsageError` for a name that names nothing."""
    if thread is not None and not thread.strip():
        raise UsageError("--thread is empty: name a thread, or leave the option out for a new one.")
    return thread


def tags_of(tags: list[str] | None) -> dict[str, str]:
    """`["team=finance"]` as a dict. Raises `UsageError`."""
    found: dict[str, str] = {}
    for tag in tags or ():
        key, sign, value = tag.partition("=")
        if not sign or not key:
            raise UsageError(f"--tag {tag}: write it as KEY=VALUE.")
        found[key] = value
    return found


def context_of(context: str | None) -> dict[str, Any] | None:
    """The context that was given, if one was. Raises `UsageError`."""
    given = None if context is None else json_of("--context", context)
    if given is not None and not isinstance(given, dict):
        raise UsageError('--context is no JSON object: write it as {"name": value}.')
    return cast("dict[str, Any] | None", given)


def format_of(shown: Format | None) -> Format:
    """The format that was asked for, or the one that suits where the output goes."""
    return shown or (Format.LIVE if sys.stdout.isatty() else Format.TEXT)


def json_of(option: str, text: str) -> Any:
    """The JSON value of an option. Raises `UsageError`."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(f"{option} is not JSON: {error}.") from None
