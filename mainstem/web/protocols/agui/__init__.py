"""`/ag-ui`: for whatever speaks AG-UI."""

from .routes import router

__all__ = ["router"]
