"""The outputs of notebooks that a run is shown in: Jupyter's, and marimo's."""

import asyncio
import importlib
import sys
from dataclasses import dataclass, field, fields
from typing import Any

from ..stream.transcript import Result

Bundle = dict[str, str]
"""What is shown, by its media type."""


def jupyter() -> Any:
    """The shell of the Jupyter kernel that this is; None elsewhere."""
    # Code that runs in a notebook's kernel finds IPython imported; importing it here would cost everyone else.
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) is not None else None


def marimo() -> Any:
    """The module of the marimo notebook that this is; None elsewhere."""
    module: Any = sys.modules.get("marimo")
    return module if module is not None and module.running_in_notebook() else None


def begin(content: Bundle) -> Any:
    """Begin one output; returns what updates it. IPython is there only in the kernel's environment."""
    if (module := marimo()) is not None:
        output = MarimoOutput(module)
        output.update(content, raw=True)
        return output
    display: Any = importlib.import_module("IPython.display").display
    return display(content, raw=True, display_id=True)


def begin_widget(widget: Any) -> None:
    """Show a widget."""
    importlib.import_module("IPython.display").display(widget)


class MarimoOutput:
    """The output of a marimo cell, with the method of IPython's."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def update(self, content: Bundle, *, raw: bool) -> None:
        """Show this instead."""
        self._module.output.replace(self._module.Html(content["text/html"]))


@dataclass(frozen=True, eq=False)
class ShownResult(Result):
    """What came of a run that a notebook shows: as a cell's last line it is not shown there once more."""

    shown: Bundle = field(default_factory=dict[str, str], repr=False)
    cell: int | None = field(default=None, repr=False)
    """The number of the cell that shows it."""

    def _ipython_display_(self) -> None:
        if self.cell != _cell():
            begin(self.shown)

    def _mime_(self) -> tuple[str, str]:
        # a cell of marimo shows its last line in place of what was shown before
        return "text/html", self.shown["text/html"]


def shown(result: Result, content: Bundle) -> ShownResult:
    """`result`, which the cell that runs now shows as `content`."""
    told = {each.name: getattr(result, each.name) for each in fields(Result)}
    return ShownResult(**told, shown=content, cell=_cell())


def _cell() -> int | None:
    return getattr(jupyter(), "execution_count", None)


class Interrupted(asyncio.CancelledError):
    """A cell that was interrupted: the notebook says so in a line, the run's output says the rest."""

    def _render_traceback_(self) -> list[str]:
        return ["Interrupted: the run was stopped, and what it said is kept."]
