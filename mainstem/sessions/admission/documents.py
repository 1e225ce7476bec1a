"""The documents that a run of the bundled agent answers from, indexed before it looks for them."""

from ...knowledge import IndexProgress
from ...knowledge.index_cache import prepare
from ...settings import active
from ...stream.events import Progress
from ...stream.run_options import Emit


async def index_documents(emit: Emit) -> None:
    """Index what the settings of the run name and has changed, and the bundled docs; `emit` is told how far it is."""

    def tell(progress: IndexProgress) -> None:
        if not progress.unchanged:
            emit(Progress(label=progress.label, done=progress.done, total=progress.total, unit=progress.unit))

    await prepare(active(), tell)
