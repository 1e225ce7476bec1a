"""What the agent is: its `State`, its `Context`, and the compiled graph that langgraph.json names."""

from nodes.context import Context
from nodes.state import InputState, State

__all__ = ["Context", "InputState", "State"]
