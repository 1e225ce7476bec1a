"""OpenAI's list of models: the agent itself, and the models that it may be asked to use."""

import time
from typing import Any

from ..protocol import RunAccess, ServedModels
from .errors import NoModel


def chosen_model(name: str, served: ServedModels) -> str | None:
    """The model that `name` asks for; None for the agent's own. Raises `Problem` where there is none of that name."""
    names = ModelOperations.names(served)
    if name not in names:
        raise NoModel(404, f"There is no model {name!r}.", hint=f"Models to choose: {', '.join(names)}.")
    return None if name == names[0] else name


class ModelOperations:
    """The operations on models."""

    def __init__(self, runs: RunAccess) -> None:
        self._runs = runs
        self._began = int(time.time())

    @staticmethod
    def names(served: ServedModels) -> list[str]:
        """The agent, by its graph's name, and its models."""
        return list(dict.fromkeys((served.name, *served.models)))

    async def models(self) -> dict[str, Any]:
        """The agent, by its name, and the models that it may be asked to use instead of its own."""
        return {"object": "list", "data": [self._model(name) for name in self.names(await self._runs.served())]}

    async def model(self, name: str) -> dict[str, Any]:
        """One of the models."""
        if name not in self.names(await self._runs.served()):
            raise NoModel(404, f"There is no model {name!r}.", hint="GET /v1/models lists them.")
        return self._model(name)

    def _model(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": self._began, "owned_by": "mainstem"}
