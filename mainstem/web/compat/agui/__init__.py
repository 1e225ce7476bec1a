"""`/ag-ui`: for whatever speaks AG-UI."""

from .door import router

__all__ = ["router"]
