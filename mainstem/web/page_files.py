"""The page: the files of `mainstem/web/page/`, under a policy that lets no script in from elsewhere."""

import mimetypes
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from .auth.access import access

for _ending in (".js", ".mjs"):  # some machines call them text/plain, which no browser runs
    mimetypes.add_type("text/javascript", _ending)

HOME = Path(__file__).parent / "page"

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class Page(StaticFiles):
    """The static files, at `/` or at any prefix: they refer to each other and to the routes relatively."""

    access = access("anyone")
    """What the program is made of is told to anyone."""

    def __init__(self) -> None:
        super().__init__(directory=HOME, html=True, check_dir=False)
        self.config_checked = True

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file at `path`, with the policy."""
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response
