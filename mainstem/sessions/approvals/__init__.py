"""Approvals: what a run asks a person, what may be decided, and whether decisions answer it.

The shapes are LangChain's `HITLRequest` and `HITLResponse`; who reads or makes one does it by these names.
"""

from ...stream.hitl import (
    DECISION_KINDS,
    RESPONSE_SCHEMA,
    Decision,
    DecisionKind,
    DecisionRecord,
    HITLRequest,
    HITLResponse,
    answer_message,
    approve,
    edit,
    edited_call,
    expired,
    flag_of,
    is_for_thread,
    recorded,
    refusal_message,
    reject,
    respond,
    response,
    seconds_left,
)
from .answers import WrongDecision, check_decisions, check_response
from .request import ApprovalRequest, PendingCall, pending_interrupts, refuse_all, requests_of, summary

__all__ = [
    "DECISION_KINDS",
    "RESPONSE_SCHEMA",
    "ApprovalRequest",
    "Decision",
    "DecisionKind",
    "DecisionRecord",
    "HITLRequest",
    "HITLResponse",
    "PendingCall",
    "WrongDecision",
    "answer_message",
    "approve",
    "check_decisions",
    "check_response",
    "edit",
    "edited_call",
    "expired",
    "flag_of",
    "is_for_thread",
    "pending_interrupts",
    "recorded",
    "refusal_message",
    "refuse_all",
    "reject",
    "requests_of",
    "respond",
    "response",
    "seconds_left",
    "summary",
]
