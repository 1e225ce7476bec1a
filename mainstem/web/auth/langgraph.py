"""The same users under a LangGraph server: `"auth": {"path": "./graph/auth.py:auth"}` in langgraph.json."""

from collections.abc import Mapping
from typing import Any, cast

from langgraph_sdk import Auth

from mainstem.settings import Settings
from mainstem.stores.users import User
from mainstem.stream.errors import MainstemError

from ..errors import Unauthenticated
from .authenticate import Authenticate, plain
from .gate import Gate

OWNER = "owner"
"""The key of a thread's metadata that says whose it is."""

_READS = ("read", "search")


def langgraph_auth(authenticate: Authenticate | None = None, *, settings: Settings | None = None) -> Auth:
    """LangGraph's `Auth`, which knows users by `authenticate`, or as the settings say, and asks for the same roles.

    Threads and runs belong to the user in their metadata's `owner`, the store's namespaces begin with the user's id,
    and what has no rule is refused. Raises `MainstemError` where neither says how users are known.
    """
    settings = settings or Settings()
    gate, auth = Gate(settings, authenticate), Auth()
    if not gate.required:
        raise MainstemError("MAINSTEM_AUTH is not set: say how users are known, or leave auth out of langgraph.json.")

    async def known(headers: dict[bytes, bytes]) -> Auth.types.MinimalUserDict:
        try:
            user = await gate.user_of(plain(headers))
        except Unauthenticated as error:
            raise Auth.exceptions.HTTPException(status_code=401, detail=f"{error} {error.hint}") from None
        return {"identity": user.id, "permissions": sorted(user.roles), "is_authenticated": True}

    known.__annotations__["headers"] = dict
    auth.authenticate(known)
    auth.on(_denied)
    auth.on.assistants(_assistants)
    auth.on.threads(_threads)
    auth.on.store(_store)
    return auth


async def _denied(ctx: Auth.types.AuthContext, value: Any) -> bool:
    return _user(ctx).may("admin")


async def _assistants(ctx: Auth.types.AuthContext, value: Any) -> bool:
    return ctx.action in _READS or _user(ctx).may("admin")


async def _threads(ctx: Auth.types.AuthContext, value: Any) -> bool | Auth.types.FilterType:
    """Threads, and their runs."""
    user = _user(ctx)
    if ctx.action in _READS:
        return True if user.may("read") else _own(user) if user.may("ask", "approve") else False
    if ctx.action == "create_run":
        return _run(user, value)
    # who writes a thread's state by hand can write past an approval; to cancel a run is an update, too
    writes = ctx.action == "update" and not value.get("action")
    if not user.may("approve" if writes else "ask"):
        return False
    if ctx.action == "create" or (ctx.action == "update" and not user.may("admin")):
        _claim(user, value)
    return True if user.may("admin") else _own(user)


def _run(user: User, value: Any) -> bool | Auth.types.FilterType:
    """A run; one with a command, or with decisions in its config, answers what somebody was asked, or goes past it."""
    kwargs: dict[str, Any] = value.get("kwargs") or {}
    if not user.may("approve" if kwargs.get("command") or _decides(kwargs) else "ask"):
        return False
    if not user.may("admin"):
        _claim(user, value)
        return _own(user)
    if value.get("thread_id") is None:
        _claim(user, value)
    return True


def _decides(kwargs: Mapping[str, Any]) -> bool:
    """Whether a run brings what LangGraph keeps for itself, such as `__pregel_resume_map`, which holds decisions.

    Flags are none: a `RemoteGraph` in another graph passes them on.
    """
    config: Mapping[str, Any] = kwargs.get("config") or {}
    parts: tuple[Mapping[str, Any], ...] = (config, config.get("configurable") or {}, kwargs.get("context") or {})
    given = [(name, value) for part in parts for name, value in part.items()]
    return any(name.startswith("__pregel") and isinstance(value, dict | list) for name, value in given)


def _claim(user: User, value: Any) -> None:
    metadata = value.get("metadata")
    if not isinstance(metadata, dict):
        metadata = value["metadata"] = {}
    cast("dict[str, Any]", metadata)[OWNER] = user.id


async def _store(ctx: Auth.types.AuthContext, value: Any) -> bool:
    """The store: each user's namespaces are theirs alone."""
    user = _user(ctx)
    if not user.may("ask"):
        return False
    namespace = tuple(value.get("namespace") or ())
    if namespace[:1] != (user.id,):
        value["namespace"] = (user.id, *namespace)
    return True


def _own(user: User) -> Auth.types.FilterType:
    return {OWNER: user.id}


def _user(ctx: Auth.types.AuthContext) -> User:
    return User(ctx.user.identity, frozenset(ctx.permissions))
