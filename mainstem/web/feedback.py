"""`/runs/{id}/feedback`: what people say of a run, kept beside it."""

from typing import Any

from fastapi import APIRouter

from .problems import documented
from .route import routes_with
from .run_manager import RunManager
from .runs import SEES
from .schemas.feedback import FeedbackList, FeedbackRequest, FeedbackSummary


class FeedbackOperations:
    """The operations on what is said of a run."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager

    async def say(self, run_id: str, body: FeedbackRequest) -> FeedbackSummary:
        """Say something of a run: a score, a label or an explanation. Its events stay as they are.

        Where users sign in, the annotator is the user, whoever the body names.
        """
        await self._manager.open()
        await self._manager.runs.check_own(run_id)
        said: dict[str, Any] = {**body.model_dump(), "annotator": self._manager.gate.user.id or body.annotator}
        return FeedbackSummary.of(await self._manager.session.feedback(run_id, **said))

    async def listed(self, run_id: str) -> FeedbackList:
        """What was said of a run, oldest first."""
        await self._manager.runs.record(run_id)
        found = await self._manager.session.journal.feedback(run_id)
        return FeedbackList(feedback=[FeedbackSummary.of(each) for each in found])


def router(manager: RunManager) -> APIRouter:
    """The routes."""
    feedback, routes = FeedbackOperations(manager), routes_with(manager, tags=["runs"])
    path, add = "/runs/{run_id}/feedback", routes.add_api_route
    told = documented(400, 404, 408, 413, 422, 503)
    add(path, feedback.say, operation="giveFeedback", role="ask", methods=["POST"], status_code=201, responses=told)
    add(path, feedback.listed, operation="listFeedback", role=SEES, responses=documented(404, 422, 503))
    return routes
