"""Users of a server, and what each of them has begun there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mainstem.web.auth.access import Access

PEOPLE = {
    "owner": ("ask", "approve"),
    "plain": (),
    "asker": ("ask",),
    "approver": ("approve",),
    "reader": ("read",),
    "reviewer": ("read", "approve"),
    "colleague": ("ask", "read"),
    "admin": ("admin",),
}
"""Roles by the name that a person signs in with."""

UNKNOWN_RUN, UNKNOWN_THREAD, UNKNOWN_DOCUMENT = "0" * 32, "unknown", "0" * 16
HI = {"messages": [{"role": "user", "content": "hi"}]}


async def authenticate(headers):
    from mainstem.web import User

    name = headers.get("authorization", "").removeprefix("Bearer ")
    return User(name, frozenset(PEOPLE[name])) if name in PEOPLE else None


def signed(name: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"} if name else {}


@dataclass(frozen=True)
class Ids:
    """What a request names."""

    run: str = UNKNOWN_RUN
    thread: str = UNKNOWN_THREAD
    document: str = UNKNOWN_DOCUMENT
    name: str = "unknown.md"

    def in_path(self, path: str) -> str:
        known = {"{run_id}": self.run, "{thread_id}": self.thread, "{chat}": self.thread}
        known |= {"{document_id}": self.document, "{name:path}": "agent", "{rest:path}": "x"}
        for part, value in known.items():
            path = path.replace(part, value)
        assert "{" not in path, f"{path}: say here what stands in its place"
        return path


@dataclass(frozen=True)
class Door:
    """One method of a route."""

    method: str
    path: str
    roles: tuple[str, ...]
    """As it declares; empty: it declares none."""

    @property
    def public(self) -> bool:
        return "anyone" in self.roles

    def lets_in(self, person: str) -> bool:
        theirs = PEOPLE[person]
        return self.public or "user" in self.roles or bool({*self.roles, "admin"} & set(theirs))


def doors_of(routes: Any) -> Iterator[Door]:
    """Every method of every route, those of included routers and of mounts too."""
    for route in routes:
        if inner := getattr(route, "original_router", None):
            yield from doors_of(inner.routes)
            continue
        found = access_of(route)
        methods = getattr(route, "methods", None) or ({"WS"} if hasattr(route, "dependant") else {"GET"})
        for method in sorted(set(methods) - {"HEAD"}):
            yield Door(method, route.path, found.roles if found else ())


OF_FASTAPI = {"/openapi.json"}
"""It describes the program, as /docs does; FastAPI adds it itself."""


def doors(client: Any) -> list[Door]:
    """Every door of a client's app."""
    return [door for door in doors_of(client.app.routes) if door.path not in OF_FASTAPI]


def access_of(route: Any) -> Access | None:
    """What a route has declared; None where it has not."""
    for part in (route, getattr(route, "endpoint", None), getattr(route, "app", None)):
        found = getattr(part, "access", None)
        if isinstance(found, Access):
            return found
    return None
