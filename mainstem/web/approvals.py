"""`/approvals`: what waits for a person, with what led there."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from .problems import documented
from .route import routes_with
from .run_manager import RunManager
from .schemas.approvals import Approval, ApprovalList


class ApprovalOperations:
    """The operations on what waits."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager

    async def listed(
        self,
        thread: Annotated[str | None, Query(max_length=200, description="Only what waits in this thread.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> ApprovalList:
        """What waits for a decision in the threads that one may see."""
        found = await self._manager.approvals(limit, thread)
        return ApprovalList(approvals=[Approval(**asdict(each)) for each in found])


def router(manager: RunManager) -> APIRouter:
    """The routes."""
    approvals, routes = ApprovalOperations(manager), routes_with(manager, tags=["threads"])
    routes.add_api_route(
        "/approvals", approvals.listed, operation="listApprovals", role="approve", responses=documented(404, 422, 503)
    )
    return routes
