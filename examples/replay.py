"""Record a run, close everything, and read it again: byte for byte, from any position."""

import asyncio

from mainstem import Session, Settings, events

SETTINGS = Settings(model="extractive")


async def record() -> tuple[str, list[bytes]]:
    async with Session(SETTINGS) as session:
        run = session.ask("What is a law?")
        return run.run_id, [line async for line in run.lines()]


async def replay(run_id: str) -> list[bytes]:
    async with Session(SETTINGS) as session:  # another process over the same home would do
        return [line async for line in session.lines(run_id)]


async def main() -> None:
    run_id, live = await record()
    again = await replay(run_id)
    print("the same bytes:", live == again)
    async with Session(SETTINGS) as session:
        async for event in session.replay(run_id, from_seq=len(live) - 2):
            print(event.seq, event.type)
    print(list(events.read_lines(again))[-1].status)


asyncio.run(main())
