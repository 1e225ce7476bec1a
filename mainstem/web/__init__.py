"""The HTTP door: `app.include_router(mainstem.web.router(my_graph))` in any FastAPI app, or `mainstem serve`."""

from .application import app
from .desk import Desk
from .routes import router

__all__ = ["Desk", "app", "router"]
