"""`/ag-ui`: for whatever speaks AG-UI."""

from .protocol import AgUi

__all__ = ["AgUi"]
