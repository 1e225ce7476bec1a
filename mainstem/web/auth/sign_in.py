"""`/sign-in`, `/sign-out` and `/me`: the page's cookie, and who one is."""

from fastapi import APIRouter, Request, Response

from ..problems import Problem, documented
from ..route import routes_with
from ..run_manager import RunManager
from ..schemas.users import Me, SignIn
from . import cookie


class SignInOperations:
    """The operations on who one is."""

    def __init__(self, manager: RunManager) -> None:
        self._gate = manager.gate

    async def sign_in(self, body: SignIn, request: Request, response: Response) -> Me:
        """Keep the token as a cookie that only this server is sent and no script can read."""
        if not self._gate.required:
            raise Problem(404, "This server asks nobody who they are.")
        _check_page(request)
        await self._gate.rates.sign_in(request.client.host if request.client else "")
        token = body.token.get_secret_value().strip()
        if not cookie.fits(token):
            raise Problem(422, "This is no token.", hint="Paste all of it: mainstem token create shows it once.")
        user = await self._gate.sign_in(token)
        cookie.give(response, request, token, _base(request))
        return Me(id=user.id, roles=sorted(user.roles), authentication=True)

    async def sign_out(self, request: Request) -> Response:
        """Forget the cookie. The token counts until it is revoked."""
        _check_page(request)
        response = Response(status_code=204)
        cookie.take(response, request, _base(request))
        return response

    async def me(self) -> Me:
        """Who one is, and what one may do."""
        user = self._gate.user
        return Me(id=user.id, roles=sorted(user.roles), authentication=self._gate.required)


def _check_page(request: Request) -> None:
    if cookie.from_another_page(request):
        raise Problem(403, "This comes from another page.", hint="Sign in at the page of this server.")


def _base(request: Request) -> str:
    return request.url.path.rpartition("/")[0]


def router(manager: RunManager) -> APIRouter:
    """The routes."""
    who, routes = SignInOperations(manager), routes_with(manager, tags=["users"])
    add = routes.add_api_route
    add(
        "/sign-in",
        who.sign_in,
        operation="signIn",
        role="anyone",
        methods=["POST"],
        responses=documented(401, 403, 404, 413, 422, 429),
    )
    add(
        "/sign-out",
        who.sign_out,
        operation="signOut",
        role="anyone",
        methods=["POST"],
        status_code=204,
        responses=documented(403),
    )
    add("/me", who.me, operation="getCurrentUser", role="user", responses=documented(401))
    return routes
