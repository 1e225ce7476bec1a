"""Which models there are, and how a name becomes one. Each kind is imported when it is first asked for."""

import asyncio
import re
import threading
import weakref
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mainstem.models import langchain_provider, proxies
from mainstem.models.errors import NotReadyError, UnknownModelError
from mainstem.policy import Policy
from mainstem.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from mainstem.models.guard import Mask

DEFAULT_OPENAI_MODEL = "gpt-5.4-mini"
"""The model asked for when there is a key but neither a name nor a base URL."""

_NO_KEY = "set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server that needs no key"


class Available(NamedTuple):
    """One line of `mainstem models`; `why_not` is empty when the model is ready."""

    name: str
    description: str
    ready: bool
    why_not: str


class _Kind(NamedTuple):
    description: str
    make: Callable[[str, Settings], "BaseChatModel"]
    key: Callable[[str, Settings], Hashable]
    has_connections: bool = False


class _CachedModel(NamedTuple):
    model: "BaseChatModel"
    settings: Settings  # kept alive, so that its id() in a key stays its own


def load(name: str | None, settings: Settings) -> "BaseChatModel":
    """The model that `name` means: `extractive`, `openai:NAME`, `openai`, `scripted:FILE` or `PROVIDER:NAME`.

    With `None`, `settings.model`; with neither, `openai` when a key or a base URL is set, else `extractive`. Models
    are kept: the same name and settings give the same object (and one for each event loop, where it holds
    connections). A script starts over for each `Settings` object, and when its file changes. May read a file or
    import a library: in a coroutine, prefer `aload`.

    Raises `UnknownModelError`, `NotReadyError` (no key), `ScriptError`.
    """
    return _load(name, settings, _running_loop())


async def aload(name: str | None, settings: Settings) -> "BaseChatModel":
    """`load`, without blocking the event loop."""
    return await asyncio.to_thread(_load, name, settings, asyncio.get_running_loop())


async def disconnect() -> None:
    """Close the connections that the models of this event loop hold; the next `load` makes new ones."""
    for kept in _kept_by_loop.pop(asyncio.get_running_loop(), {}).values():
        close = getattr(kept.model, "aclose", None)
        if close is not None:
            await close()


def available(settings: Settings) -> list[Available]:
    """Every kind of model, and whether these settings can use it."""
    why_not = {"openai:NAME": proxies.why_not() if _has_openai(settings) else _NO_KEY}
    described = {shown: _KINDS[kind].description for kind, shown in _SHOWN.items()}
    described[_PROVIDER] = "Any provider with a package of LangChain's, such as anthropic:NAME or ollama:NAME."
    if not langchain_provider.is_installed():
        why_not[_PROVIDER] = langchain_provider.NEEDS
    return [Available(shown, said, not why_not.get(shown), why_not.get(shown, "")) for shown, said in described.items()]


_SHOWN = {"extractive": "extractive", "openai": "openai:NAME", "scripted": "scripted:FILE"}
_PROVIDER = "PROVIDER:NAME"


def form_of(name: str) -> str:
    """Under which name `available` lists the kind of the model `name`. Raises `UnknownModelError`."""
    kind, _ = _parse(name)
    return _SHOWN.get(kind, _PROVIDER)


def default(settings: Settings) -> str:
    """The model that answers when nobody names one."""
    return settings.model or ("openai" if _has_openai(settings) else "extractive")


def choosable(settings: Settings) -> list[str]:
    """The models that whoever asks from afar may choose, the default one first."""
    return list(dict.fromkeys((default(settings), "extractive", *settings.serve_models)))


def _load(name: str | None, settings: Settings, loop: asyncio.AbstractEventLoop | None) -> "BaseChatModel":
    from mainstem.models.guard.configured import settings_mask

    kind, argument = _parse(name or default(settings))
    about = _KINDS[kind] if kind in _KINDS else _of_provider(kind)
    mask, policies = settings_mask(settings), tuple(settings.policies)
    score = settings.score if any(policy.scores for policy in policies) else None
    key = (kind, about.key(argument, settings), mask, policies, score)
    with _lock:
        kept = _kept_by_loop.setdefault(loop, {}) if loop and about.has_connections else _kept
        if key not in kept:
            model = about.make(argument, settings)
            if mask is not None or policies:
                model = _guarded(model, mask, policies, score)
            kept[key] = _CachedModel(model, settings)
        return kept[key].model


def _guarded(model: "BaseChatModel", mask: "Mask | None", policies: tuple[Policy, ...], score: Any) -> "BaseChatModel":
    from mainstem.models.guard import Mask, guarded
    from mainstem.models.guard.configured import wrong_policies

    try:
        return guarded(model, mask or Mask(()), policies=policies, score=score)
    except ValueError as error:
        raise wrong_policies(error) from None


FORMS = "extractive, openai:NAME, scripted:FILE, or PROVIDER:NAME of a package of LangChain's"
"""How models are named."""

_OPENAI = re.compile(r"(gpt|chatgpt|o\d)[\w.-]*$", re.IGNORECASE)
"""What names of OpenAI's own models look like."""


def _parse(name: str) -> tuple[str, str]:
    kind, _, argument = name.strip().partition(":")
    known = kind in _KINDS or (kind.replace("_", "").isalnum() and argument)
    if not known or (kind == "extractive" and argument) or (kind == "scripted" and not argument):
        meant = f" Did you mean openai:{name.strip()}?" if _OPENAI.match(name.strip()) else ""
        raise UnknownModelError(f"There is no model {name!r}.{meant} Use {FORMS}.")
    return kind, argument


def _has_openai(settings: Settings) -> bool:
    return bool(settings.openai_api_key or settings.openai_base_url)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _extractive(argument: str, settings: Settings) -> "BaseChatModel":
    from mainstem.models.extractive import ExtractiveModel

    return ExtractiveModel()


def _no_key(argument: str, settings: Settings) -> Hashable:
    return None


def _scripted(argument: str, settings: Settings) -> "BaseChatModel":
    from mainstem.models.scripted.model import ScriptedModel
    from mainstem.models.scripted.script import Script, load_script

    script = load_script(argument, Script)
    return ScriptedModel(turns=script.turns, repeat=script.repeat, model_name=f"scripted:{Path(argument).name}")


def _script_key(argument: str, settings: Settings) -> Hashable:
    path = Path(argument)
    return (path.absolute(), path.stat().st_mtime_ns if path.exists() else 0, id(settings))


def _openai(argument: str, settings: Settings) -> "BaseChatModel":
    if not _has_openai(settings):
        raise NotReadyError(f"openai:{argument or 'NAME'} needs a key: {_NO_KEY}.")
    if reason := proxies.why_not():
        raise NotReadyError(reason)
    from mainstem.models.openai.chat import Chat

    return Chat.from_settings(argument or ("" if settings.openai_base_url else DEFAULT_OPENAI_MODEL), settings)


def _openai_key(argument: str, settings: Settings) -> Hashable:
    from mainstem.models.timeouts import Timeouts

    secret = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    return (argument, secret, settings.openai_base_url, settings.openai_api, settings.coalesce, Timeouts.of(settings))


def _argument(argument: str, settings: Settings) -> Hashable:
    return argument


def _of_provider(provider: str) -> _Kind:
    def make(argument: str, settings: Settings) -> "BaseChatModel":
        return langchain_provider.load(langchain_provider.Named(provider, argument))

    return _Kind("", make, _argument, has_connections=True)


_KINDS = {
    "extractive": _Kind(
        "The default without a key: quotes your documents word by word, computes and queries; no model, no network.",
        _extractive,
        _no_key,
    ),
    "openai": _Kind(
        "A model of OpenAI or of any compatible server (Ollama, vLLM, llama.cpp); without NAME, the server's first.",
        _openai,
        _openai_key,
        has_connections=True,
    ),
    "scripted": _Kind("Plays the JSON script FILE: for tests and demonstrations.", _scripted, _script_key),
}

_lock = threading.Lock()
_kept: dict[Hashable, _CachedModel] = {}
_kept_by_loop: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, _CachedModel]] = (
    weakref.WeakKeyDictionary()
)
