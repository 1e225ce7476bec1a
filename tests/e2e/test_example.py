"""The example for a server, beside one."""

import runpy
from pathlib import Path


async def test_the_example_watches_a_graph_on_a_server(our_server, capsys):
    example = runpy.run_path(str(Path(__file__).resolve().parents[2] / "examples" / "remote_server.py"))
    await example["main"](our_server.url, "agent")
    said = capsys.readouterr().out
    assert "screen\n" in said
    assert "\ndone\n" in said
    assert "broken" not in said
