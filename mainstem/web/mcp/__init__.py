"""The Model Context Protocol: what this agent can do, for other people's agents. Needs the extra `mcp`.

Over HTTP at `/mcp`, and over stdio by `mainstem mcp`.
"""
