"""The tools of other people's MCP servers. Needs the extra `mcp`."""
