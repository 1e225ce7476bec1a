"""The kinds of things that are masked: one module a kind."""
