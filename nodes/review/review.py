"""Review the files that are named, as one answer of findings."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.runtime import Runtime

from mainstem.models import ModelError, NotReadyError, aload
from mainstem.models.extractive import ExtractiveModel
from mainstem.settings import Settings
from mainstem.stream.errors import MainstemError
from mainstem.stream.writer import stream_writer

from ..channels import message_channel
from ..context import Context, run_settings
from .files import SUFFIXES, source_files
from .findings import Finding
from .findings_model import FindingsModel
from .reviewer import Reviewer

NEEDS_A_MODEL = "A review needs a language model: set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server."


class ReviewState(TypedDict):
    """The paths that are reviewed, and the review."""

    messages: Annotated[list[AnyMessage], message_channel()]
    paths: list[str]


async def review(state: ReviewState, runtime: Runtime[Context]) -> dict[str, Any]:
    """The findings, as they come, also each as a custom part. Raises `NotReadyError` without a language model."""
    settings, writer = run_settings(runtime), stream_writer(runtime)
    await _check(settings)
    files = await asyncio.to_thread(source_files, [Path(path) for path in state["paths"]])
    if not files:
        raise MainstemError(f"There is no source file in {', '.join(state['paths'])}.", hint=f"Those are {_KINDS}.")
    done = 0

    def note(file: Path) -> None:
        nonlocal done
        done += 1
        writer.progress(file.name, done=done, total=len(files), unit="files")

    def tell(finding: Finding) -> None:
        runtime.stream_writer({"finding": asdict(finding)})

    writer.progress("reviewing", done=0, total=len(files), unit="files")
    reviewer = Reviewer(files, settings, note)
    said = await FindingsModel(reviewer=reviewer, tell=tell).ainvoke(state.get("messages") or "Review.")
    if len(reviewer.failed) == len(files):
        raise ModelError(f"No file could be reviewed: {next(iter(reviewer.failed.values()))}")
    return {"messages": [said]}


async def _check(settings: Settings) -> None:
    if isinstance(await aload(settings.model, settings), ExtractiveModel):
        raise NotReadyError(NEEDS_A_MODEL)


_KINDS = " ".join(SUFFIXES)
