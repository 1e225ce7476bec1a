"""A question behind what was found for it, as our own agent puts it to a model."""

from langchain_core.messages import HumanMessage, SystemMessage

from mainstem.models.retrieved import Retrieved, rendered


class GroundedQuestion(HumanMessage):
    """What stands before its question was found, and is nobody's question.

    No client can send one: whoever writes such a block into a message of theirs is taken to have said all of it.
    """


def grounded(question: str, found: Retrieved) -> GroundedQuestion:
    """The message of a question and what was found for it."""
    return GroundedQuestion(content=rendered(found, question))


class SystemWithTheirs(SystemMessage):
    """What the system says, with what a client told as the system: policies look at that as at what people say."""

    theirs: str = ""
