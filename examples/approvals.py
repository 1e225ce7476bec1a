"""A tool call that a person decides about: the run ends as interrupted, and goes on with the decision."""

import asyncio

from mainstem import Session, Settings


async def main() -> None:
    async with Session(Settings(model="extractive")) as session:
        run = session.ask("Save a note: the port is 8080", thread="notes")
        result = await run.result()
        print(result.status)  # interrupted
        (asked,) = result.interrupts
        for call in asked.request["action_requests"]:
            print("asks for:", call["name"], call["args"])

        # A person decides here; the decisions have the shapes of LangChain's HITLResponse.
        decisions = {"decisions": [{"type": "approve"} for _ in asked.request["action_requests"]]}
        again = run.resume({asked.interrupt_id: decisions})
        print((await again.result()).text)


asyncio.run(main())
