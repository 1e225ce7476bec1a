"""What the agent is: its `State`, its `Context`, and the compiled graph that langgraph.json names."""

from nodes.state import Context, InputState, State

__all__ = ["Context", "InputState", "State"]
