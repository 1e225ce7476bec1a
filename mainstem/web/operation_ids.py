"""What operations are called in OpenAPI: clients that are generated from it name their functions so."""

import re
from collections.abc import Callable

from fastapi.routing import APIRoute


def operation_id(operation: str, path: str) -> Callable[[APIRoute], str]:
    """The id of a route: `startRun`, and `agentsStartRun` where an app includes its router at `/agents`."""
    segments = path.count("/")

    def named(route: APIRoute) -> str:
        words = re.findall(r"[A-Za-z0-9]+", route.path_format.rsplit("/", segments)[0])
        first, *rest = [*words, operation]
        return first + "".join(word[0].upper() + word[1:] for word in rest)

    return named


def summary(operation: str) -> str:
    """The id in words: `startRun` is "Start run"."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: f" {found[1].lower()}", operation).capitalize()
