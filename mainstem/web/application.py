"""The app of `mainstem serve`: the routes, and the page at `/`."""

from collections.abc import Collection

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from mainstem import __version__
from mainstem.session import Session

from .desk import Desk
from .guard import Guard
from .problems import handle
from .routes import routes
from .static import Page
from .swagger import docs


def app(session: Session | None = None, *, desk: Desk | None = None, hosts: Collection[str] | None = None) -> FastAPI:
    """A FastAPI app over `session`, or over the working folder's agent; `hosts`: the names it may be called by."""
    desk = desk or Desk(session or Session())
    made = FastAPI(
        title="Mainstem",
        version=__version__,
        docs_url=None,  # ours has a policy
        redoc_url=None,
        exception_handlers={HTTPException: handle, RequestValidationError: handle, Exception: handle},
    )
    made.add_middleware(Guard, hosts=hosts)
    made.include_router(routes(desk))
    made.add_route("/docs", docs, include_in_schema=False)
    made.mount("/", Page(), name="page")
    return made
