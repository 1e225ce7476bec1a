"""An MCP server as somebody else would write it; run as a program, it speaks over its standard input and output."""

import asyncio
import os

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

READS = ToolAnnotations(read_only_hint=True)


def files(notes):
    server = MCPServer("files")

    @server.tool(annotations=READS)
    async def read(name: str, context: Context) -> str:
        """Read a note."""
        await context.report_progress(1, 2, f"reading {name}")
        if name not in notes:
            raise ToolError(f"there is no note {name}")
        return notes[name]

    @server.tool()
    async def write(name: str, text: str) -> str:
        """Write a note. All of it."""
        notes[name] = text
        return "written"

    @server.tool(annotations=READS)
    async def leave() -> str:
        """End the server in the middle of a call."""
        os._exit(3)

    return server


if __name__ == "__main__":
    asyncio.run(files({"fish": "Salmon.", "key": os.environ.get("NOTES_KEY", "")}).run_stdio_async())
