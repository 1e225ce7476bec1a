"""A run of the agent, judged by the laws."""

from mainstem import laws

ANSWER = {"call_model"}


async def watched(session, run, thread):
    """The run's events, checked against every law that the record lets us check."""
    said = [event async for event in run]
    messages = (await session.state(thread)).values["messages"]
    again = [data async for data in run.lines()]
    report = laws.check(said, messages=messages, replay=again, answer_nodes=ANSWER)
    assert report.ok, str(report)
    return said, await run.result(), messages


def of(said, kind):
    return [event for event in said if isinstance(event, kind)]
