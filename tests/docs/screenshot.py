"""Draw what `mainstem ask -v` shows on a terminal, for the README: `python tests/docs/screenshot.py`.

It runs the bundled agent and keeps what the terminal view writes when the run is over: the steps with their times,
the answer, its citations and the numbers. Nothing is drawn by hand.
"""

import asyncio
import io
import re
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI

from mainstem import Session, Settings
from mainstem.views import terminal

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "How do I resume a dropped stream?"
COMMAND = f'uv run mainstem ask -v "{QUESTION}"'

# Without the web font: the picture needs nothing from outside.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


async def show(console: Console) -> None:
    with tempfile.TemporaryDirectory() as home:
        async with Session(Settings(home=Path(home), model="extractive", docs=[])) as session:
            await terminal.show(session.ask(QUESTION, thread="reading-list"), console)


def picture() -> str:
    """The terminal after the run, as SVG."""
    console = Console(record=True, file=io.StringIO(), width=104, color_system="truecolor", force_terminal=False)
    asyncio.run(show(console))
    return console.export_svg(title=COMMAND, theme=MONOKAI, code_format=FORMAT, unique_id="ask")


if __name__ == "__main__":
    (ROOT / "docs" / "images" / "ask.svg").write_text(picture(), encoding="utf-8")
