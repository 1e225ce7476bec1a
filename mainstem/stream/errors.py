"""What can go wrong in a stream.

    MainstemError
    ├── SourceError        what was given to `watch` cannot be watched, or could not be reached
    │   └── StreamCut      its stream ended before its run did
    ├── ContextError       the graph takes no such context
    ├── JournalError       the journal cannot be read or written
    │   └── UnknownRun     no run of that id is in the journal
    ├── UnknownPrice       a budget in US dollars cannot be held
    ├── WrongInput         the graph cannot store what it was given
    │   └── WrongFeedback  what is said of a run says nothing, or too much
    ├── WrongThreadId      an id that no thread can have
    └── ThreadError
        ├── ThreadBusy       another run has the thread
        ├── LeaseLost        another process goes on with the run
        ├── DecisionPending  it waits for a person's decision
        ├── DamagedThread    what is stored of it cannot be read
        ├── ThreadsUnreachable  no thread can be read or written
        └── UnknownThread    no thread of that id

`describe` turns any exception, also a server's report of one, into the `Error` that events carry.
"""

from collections.abc import Mapping
from typing import Any, cast

from .events import Error


class MainstemError(Exception):
    """Base of all errors of this package; `hint` says what to do next."""

    hint = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class SourceError(MainstemError):
    """What was given to `watch` cannot be watched, or could not be reached."""


class StreamCut(SourceError):
    """A stream that ended before its run did: a server that was stopped, or a proxy that lost patience."""

    hint = "See whether the server runs, and what its thread says: the run may be over there, or go on."


class ContextError(MainstemError):
    """The graph takes no such context."""


class JournalError(MainstemError):
    """The journal cannot be read or written."""


class UnknownRun(JournalError):
    """No run of that id is in the journal."""


class ThreadError(MainstemError):
    """A thread cannot be used as asked."""


class ThreadBusy(ThreadError):
    """Another run has the thread."""

    hint = "Wait for that run to end, stop it, or use another thread."


class LeaseLost(ThreadError):
    """This process was taken for dead: another one goes on with its runs, and nothing more is written here."""

    hint = "Follow the run again, from the last event that came: it goes on in another process."


class DecisionPending(ThreadError):
    """The thread waits for a person's decision; a new question would drop what waits."""

    hint = "Decide on it first, or ask in another thread."

    def __init__(self, message: str, *, interrupts: Mapping[str, Any], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.interrupts = dict(interrupts)
        """What waits: the requests, by interrupt id."""


class DamagedThread(ThreadError):
    """What is stored of the thread cannot be read."""

    hint = "Ask in another thread: nothing can be added to this one."


class ThreadsUnreachable(ThreadError):
    """No thread can be read or written: a disk, a file or a database is in the way."""


class WrongInput(MainstemError):
    """The graph cannot store what it was given: a message that is none, or a value that a reducer refuses."""

    hint = 'A message is {"role": "user", "content": "text"}; other keys take what the graph\'s state says.'


class WrongFeedback(WrongInput):
    """What is said of a run says nothing, or too much."""


class WrongThreadId(MainstemError):
    """An id that no thread can have: it would not fit into an address, or not onto a line."""

    hint = "Use letters, digits, dashes and dots, or leave it out: a new thread gets an id."


class UnknownPrice(MainstemError):
    """A budget in US dollars for a model whose price is not known."""

    hint = (
        "Set MAINSTEM_PRICES='{\"NAME\": [0.5, 1.5]}' (US dollars for a million tokens of input and of output), "
        "or limit tokens by MAINSTEM_BUDGET_TOKENS."
    )


class UnknownThread(ThreadError):
    """No thread of that id."""

    hint = "`mainstem threads` lists the threads there are."


HINTS = {
    "database is locked": "Another process is writing: wait for it or stop it, then try again.",
    "database or disk is full": "Free some space on the disk, then try again: nothing that was stored is lost.",
    "No space left on device": "Free some space on the disk, then try again: nothing that was stored is lost.",
    "SSE reconnection": "The server is gone: see whether it runs. The thread holds what its last step wrote.",
    "malformed": "The file is damaged: move it away, a new one is begun.",
}
"""What to do about errors of libraries, which say what happened but not that."""


def _hint(message: str) -> str:
    return next((hint for said, hint in HINTS.items() if said in message), "")


_HIDDEN = ("An internal error occurred", "execution failed")  # what servers say of any exception of a graph
_LOOK_THERE = "The server keeps the reason to itself: look at its log."


_ASK_FOR_LESS = "Ask for less, or allow more time."


def _late(error: Any) -> str:
    idle = " without progress" if error.kind == "idle" else ""
    return f"It took longer than {error.timeout:g} seconds{idle} and was given up."


def describe(error: Any) -> Error:
    """`error` as events carry it: an exception, a server's `{error, message}`, or a bare string."""
    if isinstance(error, BaseException):
        data = error.args[0] if type(error).__name__ == "RemoteException" and error.args else None
        if isinstance(data, Mapping):
            return describe(cast("Mapping[str, Any]", data))
        if type(error).__name__ == "NodeTimeoutError":
            return Error(type="NodeTimeoutError", message=_late(error), hint=_ASK_FOR_LESS)
        message = str(error) or type(error).__name__
        hint = str(getattr(error, "hint", "") or "") or _hint(message)
        return Error(type=type(error).__name__, message=message, hint=hint)
    if isinstance(error, Mapping):
        error = cast("Mapping[str, Any]", error)
        message = str(error.get("message") or "")
        hint = _LOOK_THERE if message.endswith(_HIDDEN) else ""
        return Error(type=str(error.get("error") or "Error"), message=message, hint=hint)
    name, _, rest = str(error).partition("(")
    if name.isidentifier() and rest.endswith(")"):
        return Error(type=name, message=rest[:-1].strip("'\""))
    return Error(type="Error", message=str(error))
