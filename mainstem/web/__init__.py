"""The HTTP door: `app.include_router(mainstem.web.router(my_graph))` in any FastAPI app, or `mainstem serve`."""

from ..stream.extras import extra

with extra("web"):
    from ..stores.users import User
    from .application import app
    from .auth.langgraph import langgraph_auth
    from .errors import Unauthenticated
    from .routes import router
    from .run_manager import RunManager

__all__ = ["RunManager", "Unauthenticated", "User", "app", "langgraph_auth", "router"]
