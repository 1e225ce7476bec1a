"""Test doubles for what streams: a scripted model, and a scripted provider that makes every fault over real TCP."""

from mainstem.models.scripted.model import ScriptedModel
from mainstem.testing.check import check as check_graph
from mainstem.testing.faults import FAULTS
from mainstem.testing.provider import ScriptedProvider, closed_port
from mainstem.testing.script import Style, WireScript, WireTurn
from mainstem.testing.threaded import ThreadedProvider
from mainstem.testing.transcripts import transcript
from mainstem.testing.trials import Trial
from mainstem.testing.wire import Request

__all__ = [
    "FAULTS",
    "Request",
    "ScriptedModel",
    "ScriptedProvider",
    "Style",
    "ThreadedProvider",
    "Trial",
    "WireScript",
    "WireTurn",
    "check_graph",
    "closed_port",
    "transcript",
]
