"""`/metrics`: what this process has measured, as Prometheus reads it; no threads, no users, no words."""

from typing import Any

from fastapi import APIRouter, Response

from .problems import Problem, documented
from .route import routes_with
from .run_manager import RunManager

_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "Prometheus's text format.", "content": {"text/plain": {}}}
}


class MetricsOperations:
    """The operation that tells what was measured."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager

    async def metrics(self) -> Response:
        """What was measured since the process began, in Prometheus's text format."""
        if "prometheus" not in self._manager.session.settings.telemetry_kinds:
            raise Problem(404, "Nothing is measured here.", hint="Start the server with MAINSTEM_TELEMETRY=prometheus.")
        from mainstem.stream.telemetry.outlet import outlet
        from mainstem.stream.telemetry.prometheus import CONTENT_TYPE, prometheus_text

        return Response(prometheus_text(outlet({"prometheus"}).counted.series()), media_type=CONTENT_TYPE)


def router(manager: RunManager) -> APIRouter:
    """The routes."""
    routes = routes_with(manager, tags=["about"])
    responses = {**_TEXT, **documented(404)}
    tell = MetricsOperations(manager).metrics
    routes.add_api_route(
        "/metrics", tell, operation="getMetrics", role="read", response_class=Response, responses=responses
    )
    return routes
