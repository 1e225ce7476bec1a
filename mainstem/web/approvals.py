"""`/approvals`: what waits for a person, with what led there."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from .problems import documented
from .route import routes_with
from .run_manager import RunManager


class Approval(BaseModel):
    """One request that waits for a decision, which `POST /threads/{thread_id}/resume` brings."""

    thread_id: str
    title: str
    since: str = Field(description="Since when it waits, ISO 8601.")
    interrupt_id: str
    request: Any = Field(description="With the words that a policy holds back, which the stream does not tell.")
    question: str = Field(description="What was asked of the model last.")
    answer: str = Field(description="What it had said until then.")
    policy: str | None = Field(description="The policy that holds words back; null where tools wait.")
    expires_at: str | None = Field(description="Until when it can be decided on, ISO 8601; null: for ever.")
    expired: bool = Field(description="Whether that is over: whatever is decided now is a rejection.")


class ApprovalList(BaseModel):
    """What waits, of the latest threads first."""

    approvals: list[Approval]


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
    routes.add_api_route("/approvals", approvals.listed, role="approve", responses=documented(404, 422, 503))
    return routes
