"""A long document summarised, part by part, with an alert when first tokens come later than they did."""

import asyncio
from pathlib import Path

from mainstem import Session, Settings, events

CHAPTERS = {"The ferry": "It sails at seven in the morning.", "The quay": "It was built of stone in 1902."}
FOLDER = Path("book").absolute()


async def main() -> None:
    # telemetry counts first tokens; drift is told at the end of the run in which they come twice as late
    settings = Settings(docs=[FOLDER], model="extractive", telemetry="prometheus")
    async with Session(settings) as session:
        run = session.ask("Summarise harbour.md")
        async for event in run:
            match event:
                case events.Progress(unit="parts"):
                    print(f"{event.label}: {event.done:g} of {event.total or 0:g}")
                case events.Notice(rule="first-token-drift" | "error-rate") | events.Notice(kind="stall" | "budget"):
                    print("alert:", event.text)  # the logger mainstem.alerts has it, too
        print((await run.result()).text)


FOLDER.mkdir(exist_ok=True)
(FOLDER / "harbour.md").write_text("".join(f"# {title}\n\n{text}\n\n" for title, text in CHAPTERS.items()))
asyncio.run(main())
