"""Approvals: what a run asks a person, what may be decided, and whether decisions answer it.

The shapes are LangChain's `HITLRequest` and `HITLResponse`; who reads or makes one does it by these names.
"""

from .answers import WrongDecision, check_decisions, check_response
from .request import ApprovalRequest, PendingCall, pending_interrupts, refuse_all, requests_of, summary
from .shapes import (
    DECISION_KINDS,
    RESPONSE_SCHEMA,
    Decision,
    HITLRequest,
    HITLResponse,
    approve,
    edit,
    edited_call,
    refusal_message,
    reject,
    respond,
    response,
)

__all__ = [
    "DECISION_KINDS",
    "RESPONSE_SCHEMA",
    "ApprovalRequest",
    "Decision",
    "HITLRequest",
    "HITLResponse",
    "PendingCall",
    "WrongDecision",
    "approve",
    "check_decisions",
    "check_response",
    "edit",
    "edited_call",
    "pending_interrupts",
    "refusal_message",
    "refuse_all",
    "reject",
    "requests_of",
    "respond",
    "response",
    "summary",
]
