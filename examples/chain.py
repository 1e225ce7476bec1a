"""Watch a chain that is no graph: each of its runnables is a node, and branches are told apart by their path."""

import asyncio

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableParallel

from mainstem import events, watch
from mainstem.testing import ScriptedModel

poet = ScriptedModel(turns=["The sea is wide."]).with_config(run_name="poet")
critic = ScriptedModel(turns=["Too short."]).with_config(run_name="critic")
chain = ChatPromptTemplate.from_template("Write about {subject}.") | RunnableParallel(
    poem=poet | StrOutputParser(), review=critic | StrOutputParser()
)


async def main() -> None:
    run = watch(chain, {"subject": "the sea"}, answer_nodes={"poet"}, modes=["values"])
    async for event in run:
        match event:
            case events.MessageDelta():
                print(f"{'/'.join(event.ns)}: {event.text}")
            case events.Data():
                print(event.data)
    print((await run.result()).status)


asyncio.run(main())
