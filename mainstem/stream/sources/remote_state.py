"""A thread as a LangGraph server tells of it."""

from collections.abc import Mapping
from typing import Any, cast

from langgraph.types import Interrupt, PregelTask, StateSnapshot


async def state_of(graph: Any, config: Mapping[str, Any]) -> StateSnapshot:
    """The state of a thread that a `RemoteGraph` keeps on its server: the latest, or that of the config's checkpoint.

    Empty for a thread that the server does not know, as a checkpointer's is.
    `RemoteGraph.aget_state` asks for the latest as a checkpoint that has no id, which not every server answers.
    """
    from langgraph_sdk.errors import NotFoundError  # only who has a RemoteGraph has paid for importing the client

    where = config["configurable"]
    if where.get("checkpoint_id"):
        return cast("StateSnapshot", await graph.aget_state(config))
    try:
        return _snapshot(await graph.client.threads.get_state(where["thread_id"]))
    except NotFoundError:
        return _snapshot({})


def _snapshot(told: Mapping[str, Any]) -> StateSnapshot:
    tasks = tuple(_task(each) for each in told.get("tasks") or ())
    return StateSnapshot(
        values=told.get("values") or {},
        next=tuple(told.get("next") or ()),
        config={"configurable": dict(told.get("checkpoint") or {})},
        metadata=cast("Any", told.get("metadata")),
        created_at=told.get("created_at"),
        parent_config=None,
        tasks=tasks,
        interrupts=tuple(asked for task in tasks for asked in task.interrupts),
    )


def _task(told: Mapping[str, Any]) -> PregelTask:
    asked = tuple(Interrupt(each["value"], each["id"]) for each in told.get("interrupts") or ())
    error = told.get("error")
    return PregelTask(told["id"], told["name"], (), Exception(error) if error else None, asked)
