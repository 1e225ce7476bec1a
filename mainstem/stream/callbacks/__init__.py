"""Runs that are told by LangChain's callbacks: a listener, the tree of runs, a handler for `callbacks=[…]`."""
