"""Check the user's input before anything is spent on it."""

from langchain_core.messages import HumanMessage, RemoveMessage
from langgraph.runtime import Runtime

from mainstem.models.pictures import has_picture
from mainstem.stream.writer import stream_writer

from .context import Context, run_settings
from .masking import masked
from .state import State, Update

TITLE_CHARS = 80
"""Characters of a thread's title."""

RENEWED_EVERY = 10
"""Turns after which the summary is written again, so that reading a thread goes back no further than that."""


async def screen(state: State, runtime: Runtime[Context]) -> Update:
    """Refuse an empty or an overlong question; else begin the turn."""
    question = state["messages"][-1] if state["messages"] else None
    turn: Update = {"halted": "", "citations": []}
    if cited := state.get("citations"):
        turn["sources"] = list(dict.fromkeys(citation["document"] for citation in cited))
    if not isinstance(question, HumanMessage):
        return turn
    max_chars = run_settings(runtime).max_question_chars
    if reason := _objection(question, max_chars):
        halted = stream_writer(runtime).halt("policy", reason, rule="question")
        # A refused question leaves no trace: the thread must not be too long for every later turn.
        return {**turn, "halted": halted, "messages": [RemoveMessage(id=str(question.id))]}
    asked = await masked(question, run_settings(runtime))
    if asked is not question:
        turn["messages"] = [asked]  # of a client that gave it to the graph itself: a session masks before
    turn["turns"] = state.get("turns", 0) + 1
    if turn["turns"] % RENEWED_EVERY == 0 and (summary := state.get("summary")):
        turn["summary"] = summary
    if not state.get("title"):
        turn["title"] = " ".join(asked.text.split())[:TITLE_CHARS]
    return turn


def _objection(question: HumanMessage, max_chars: int) -> str:
    text = question.text
    if not text.strip():
        if has_picture(question):
            return "The question is a picture without a word: write what you want to know of it."
        return "The question is empty: write what you want to know."
    if len(text) > max_chars:
        taken = f"at most {max_chars:,} are taken"
        return f"The question has {len(text):,} characters; {taken}. Shorten it, or index it as a file."
    return ""
