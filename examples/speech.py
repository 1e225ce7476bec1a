"""A reader of your own: whole sentences for a voice, while a screen reads the same run word by word."""

import asyncio

from mainstem import Run, Session, Settings, events


async def speak(run: Run) -> None:
    """Hand each sentence to a voice as soon as it is whole. Words that are not the answer are not spoken."""
    answers: set[str] = set()
    async for event in run.shaped("sentence"):
        match event:
            case events.MessageStarted(answer=True):
                answers.add(event.message_id)
            case events.MessageDelta() if event.message_id in answers:
                print(f"🔊 {event.text.strip()}")
            case events.MessageSuperseded():
                print("🔊 Let me say that again.")


async def show(run: Run) -> None:
    """Show the words as they come. Both readers read one log; neither holds up the other, or the graph."""
    words = [event.text async for event in run.events() if isinstance(event, events.MessageDelta)]
    print(f"{len(words)} pieces on the screen")


async def main() -> None:
    async with Session(Settings(model="extractive")) as session:
        run = session.ask("How do I resume a dropped stream?")
        await asyncio.gather(speak(run), show(run))


asyncio.run(main())
