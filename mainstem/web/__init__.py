"""The HTTP door: `app.include_router(mainstem.web.router(my_graph))` in any FastAPI app, or `mainstem serve`."""

from ..stream.extras import extra

with extra("web"):
    from .application import app
    from .routes import router
    from .run_manager import RunManager

__all__ = ["RunManager", "app", "router"]
