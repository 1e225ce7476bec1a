"""The app of `mainstem serve`: the routes, and the page at `/`."""

from collections.abc import Collection

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from mainstem import __version__
from mainstem.sessions.session import Session

from .auth.authenticate import Authenticate
from .origins import OriginCheck
from .page_files import Page
from .problems import handle
from .routes import routes
from .run_manager import RunManager
from .swagger import docs


def app(
    session: Session | None = None,
    *,
    manager: RunManager | None = None,
    hosts: Collection[str] | None = None,
    auth: Authenticate | None = None,
) -> FastAPI:
    """A FastAPI app over `session`, or over the working folder's agent; `hosts`: the names it may be called by.

    `auth`: how users are known, as `router` takes it; a `manager` of your own has it already.
    """
    manager = manager or RunManager(session or Session(), auth=auth)
    made = FastAPI(
        title="Mainstem",
        version=__version__,
        docs_url=None,  # ours has a policy
        redoc_url=None,
        exception_handlers={HTTPException: handle, RequestValidationError: handle, Exception: handle},
    )
    made.add_middleware(OriginCheck, hosts=hosts)
    made.include_router(routes(manager))
    made.add_route("/docs", docs, include_in_schema=False)
    made.mount("/", Page(), name="page")
    return made
