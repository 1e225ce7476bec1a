"""Recorded provider streams: what is in them, what we receive of them, what is expected, and the comparison."""
