"""Threads and runs over one graph and its checkpointer."""
