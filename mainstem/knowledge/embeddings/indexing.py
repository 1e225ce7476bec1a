"""What has no vectors yet gets them: passages that are new, and all of them when another model is named."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mainstem.knowledge.embeddings import Embedder, EmbeddingFailed, GetEmbedder
from mainstem.knowledge.progress import IndexProgress
from mainstem.stores.interruptible import StopSignal
from mainstem.stores.knowledge import Block, IndexWriter

AT_ONCE = 256
"""Passages, about, that are embedded and written in one go: what is held in memory, and what a killed run loses."""

LABEL = "embedding"

_FAILED = "Not all passages were embedded (%s): search goes by words for them. Index again to embed them."

_log = logging.getLogger(__name__)


def embed_missing(
    writer: IndexWriter,
    collection: str,
    roots: Sequence[Path],
    get_embedder: GetEmbedder,
    stop: StopSignal,
    report: Callable[[IndexProgress], None],
) -> None:
    """Embed what has no vectors of that model. When that fails, a warning says so: search goes by words for others."""
    try:
        embedder = get_embedder()
        blocks = writer.unembedded(collection, roots, embedder.name)
        total, done = sum(block.size for block in blocks), 0
        for group in _groups(blocks):
            stop.check()
            _embed(writer, embedder, group)
            done += sum(block.size for block in group)
            report(IndexProgress(LABEL, done, total, "passages"))
    except EmbeddingFailed as error:
        _log.warning(_FAILED, error)


def _embed(writer: IndexWriter, embedder: Embedder, blocks: Sequence[Block]) -> None:
    texts = [writer.texts(block) for block in blocks]
    vectors = embedder.embed([text for each in texts for text in each])
    starts = [sum(map(len, texts[:at])) for at in range(len(texts))]
    writer.put_vectors(
        embedder.name,
        [(block, vectors[at : at + len(each)]) for block, at, each in zip(blocks, starts, texts, strict=True)],
    )


def _groups(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if sum(each.size for each in group) >= AT_ONCE:
            yield group
            group = []
    if group:
        yield group
