"""From which checkpoint of its thread a run goes on: a fork, or the end of an earlier branch."""

from dataclasses import replace

from ...stream.run_options import RunOptions
from ..threads.branches import RESUMED
from .recorded_request import RecordedRequest


def from_checkpoint(options: RunOptions, checkpoint_id: str | None) -> RunOptions:
    """The options of a run that goes on from a checkpoint of its thread; None: from the latest.

    What resumes the run goes on from its own end, so the options that it was made with stay as they are.
    """
    if checkpoint_id is None:
        return options
    configurable = {**options.config["configurable"], "checkpoint_id": checkpoint_id}
    return replace(options, config={**options.config, "configurable": configurable})


def resumed_at(options: RunOptions, checkpoint_id: str | None) -> RunOptions:
    """The options of a run that goes on with what waits at the end of a branch; None: of the latest."""
    return options if checkpoint_id is None else _on_earlier_branch(from_checkpoint(options, checkpoint_id))


def gone_on_at(options: RunOptions, checkpoint_id: str | None, request: RecordedRequest) -> RunOptions:
    """The options of a run of another process, gone on with from a checkpoint; None: from the thread's latest."""
    options = from_checkpoint(options, checkpoint_id)
    return _on_earlier_branch(options) if request.checkpoint_id and request.given is None else options


def _on_earlier_branch(options: RunOptions) -> RunOptions:
    return replace(options, config={**options.config, "metadata": {**options.config.get("metadata", {}), **RESUMED}})
