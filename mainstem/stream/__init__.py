"""The event vocabulary and the one consumer. Knows LangGraph, and nothing of any agent."""
