"""Which role a route asks for. A route that declares none cannot be added."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from mainstem.stores.users import Role, User

from ..errors import NotAllowed, Unauthenticated

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

RouteRole = Role | Literal["anyone", "user"]
"""What a route declares: a role, `user` (whoever signed in), or `anyone` (nothing of anybody's is told there)."""


@dataclass(frozen=True)
class Access:
    """Who may use a route: whoever has one of the roles, or is an admin."""

    roles: tuple[RouteRole, ...]

    def check(self, user: User) -> None:
        """Return when the user may. Raises `Unauthenticated`, `NotAllowed`."""
        if "anyone" in self.roles:
            return
        if not user.id and not user.roles:
            raise Unauthenticated("This server asks who you are.")
        if "user" not in self.roles and user.roles.isdisjoint((*self.roles, "admin")):
            raise not_allowed(*self.roles)


class DeclaringRoutes(Protocol):
    """Where routes are added that say what they are called, and which role they ask for."""

    def add_api_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        operation: str,
        role: RouteRole | tuple[RouteRole, ...],
        **more: Any,
    ) -> None:
        """Add an operation for whoever has `role`, or one of several; `operation` is its id, as in `operation_id`."""


def access(role: RouteRole | tuple[RouteRole, ...]) -> Access:
    """The access that a route declares by one role, or by several of which one will do."""
    return Access((role,) if isinstance(role, str) else role)


def open_to_anyone(endpoint: Endpoint) -> Endpoint:
    """Declares of a route beside the router's that it tells nothing of anybody's."""
    vars(endpoint)["access"] = access("anyone")
    return endpoint


def not_allowed(*roles: str) -> NotAllowed:
    """The error of a user who lacks these roles."""
    return NotAllowed(f"This needs the role {' or '.join(roles)}.")
