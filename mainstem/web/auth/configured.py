"""The authentication that the settings name."""

import sys
from typing import cast

from mainstem.sessions import agents
from mainstem.sessions.agents.loading import attribute_at
from mainstem.settings import Settings
from mainstem.stores.opening import open_stores
from mainstem.stream.errors import MainstemError

from .authenticate import Authenticate, any_of
from .jwt import JwtAuthenticator
from .tokens import TokenAuthenticator


def configured(settings: Settings) -> Authenticate | None:
    """What MAINSTEM_AUTH names; None where nobody is asked who they are. Reads the disk.

    Raises `MainstemError` where it cannot be had, and `MissingExtra` without the packages of the extra `jwt`.
    """
    if settings.auth is None or callable(settings.auth):
        return settings.auth
    if ":" in settings.auth:
        return _named(settings.auth)
    ways: list[Authenticate] = []
    for name in settings.auth.split(","):
        if name.strip() == "jwt":
            ways.append(JwtAuthenticator(settings))
        else:
            ways.append(TokenAuthenticator(open_stores(settings, prune=False).tokens))
    return any_of(ways)


def _named(target: str) -> Authenticate:
    here = agents.at(target)
    if str(here.folder) not in sys.path:
        sys.path.insert(0, str(here.folder))
    found = attribute_at(here, target)
    if not callable(found):
        raise MainstemError(f"MAINSTEM_AUTH={target} is no callable: name a function as module:function.")
    return cast("Authenticate", found)
