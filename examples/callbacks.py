"""The same events from code that only takes LangChain's `callbacks`, in plain synchronous Python."""

from langchain_core.prompts import ChatPromptTemplate

from mainstem import CallbackRun, laws
from mainstem.testing import ScriptedModel

model = ScriptedModel(turns=["The sea is wide.", "And it is deep."])  # any LangChain chat model
chain = ChatPromptTemplate.from_template("Write about {subject}.") | model


def library(subject: str, callbacks: list) -> str:
    """Stands for code that you cannot change: it asks a model twice, and streams nothing to you."""
    config = {"callbacks": callbacks}
    return " ".join(chain.invoke({"subject": subject}, config=config).text for _ in range(2))


with CallbackRun(name="library") as run:
    print(library("the sea", [run]))

for event in run.events:
    print(event.seq, event.type, event.node or "")
print(run.result().status)
print(laws.check(run.events))
