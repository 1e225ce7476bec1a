"""`/docs`: the routes for people, by Swagger UI, under a policy that lets in that one script and no other."""

import re
from base64 import b64encode
from hashlib import sha256

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import HTMLResponse

from .auth.access import open_to_anyone
from .page_files import HEADERS

SCRIPTS = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.17.14/"
"""Where Swagger UI comes from: one version of it, for whatever comes from there may call every route."""

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@open_to_anyone
async def docs(_: Request) -> HTMLResponse:
    """Swagger UI over `openapi.json`, which lies beside it."""
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title="Mainstem",
        swagger_js_url=f"{SCRIPTS}swagger-ui-bundle.js",
        swagger_css_url=f"{SCRIPTS}swagger-ui.css",
        swagger_favicon_url="icon.svg",
    )
    html = bytes(page.body).decode()
    return HTMLResponse(html, headers=HEADERS | {"Content-Security-Policy": policy(html)})


def policy(html: str) -> str:
    """The page's policy, with Swagger UI's files and the scripts that stand in `html` as they are, by their hashes."""
    hashes = (b64encode(sha256(script.encode()).digest()).decode() for script in _INLINE.findall(html))
    own = " ".join(f"'sha256-{each}'" for each in hashes)
    return (
        f"default-src 'none'; script-src {SCRIPTS}swagger-ui-bundle.js {own}; connect-src 'self'; "
        f"style-src {SCRIPTS}swagger-ui.css 'unsafe-inline'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
