"""`/documents`: what is there to answer from; take some in, take some out, and read what a citation points at."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from mainstem.knowledge import (
    IndexProgress,
    IndexReport,
    KnowledgeError,
    NotFound,
    Skipped,
    UnreadKind,
)
from mainstem.sessions.session import Session
from mainstem.stores.knowledge import BUNDLED, USER
from mainstem.stream.events import Error

from .problems import Problem, documented
from .route import routes_with
from .run_manager import RunManager
from .runs import SEES, wants_stream
from .schemas.documents import (
    Collection,
    DocumentList,
    DocumentSummary,
    PassageText,
    SkippedDocument,
    TableSummary,
    UnreadFiles,
)
from .schemas.uploads import LinesResponse, UploadEvent, UploadFailed, UploadIndexed, UploadProgress
from .sse import EventStream
from .uploads import StoredUploads, store_uploads, uploaded_files

AROUND = 600
"""Characters that are shown before and after a passage when nobody says otherwise."""


MAX_PASSAGE_CHARS = 100_000
"""Characters of a passage; what is beyond them is not shown."""

UploadOutcome = UploadProgress | UploadIndexed | UploadFailed


class DocumentOperations:
    """The operations on documents."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager
        self._work: set[asyncio.Task[None]] = set()

    async def listed(self) -> DocumentList:
        """What is indexed, by collection: `user` holds yours, `mainstem` the manual of this program."""
        session = await self._manager.documents.open()
        return DocumentList(
            collections=[
                await _collection(session, USER, self._manager.documents.listed),
                await _collection(session, BUNDLED, None),
            ]
        )

    async def add(self, request: Request) -> Response:
        """Take in the files of the field `files`; the answer is a stream of `progress`, and of `indexed` at the end.

        It comes as server-sent events where they are accepted, else as NDJSON. `skipped` names what cannot be read, and
        what was refused for its name, kind or size; where all of it was, that is the answer.
        """
        session = await self._manager.documents.open()
        self._manager.streams.check()
        folder = self._manager.documents.folder
        kept = await store_uploads(await uploaded_files(request), session.settings, folder)
        progress_queue: asyncio.Queue[UploadOutcome | None] = asyncio.Queue()
        task = asyncio.create_task(_index(session, folder, kept, progress_queue))  # goes on when the client leaves
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        kind = EventStream if wants_stream(request) else LineStream
        return kind(_pieces(progress_queue, kind), self._manager.streams, status=202)

    async def remove(self, document_id: str) -> Response:
        """Take a document out of the index, and delete it if it was uploaded."""
        session = await self._manager.documents.open()
        path = Path(await _path_of(session, document_id, self._manager.documents.listed))
        uploaded = self._manager.documents.is_upload(path)
        if not uploaded and any(path.is_relative_to(root) for root in session.settings.docs):
            raise Problem(409, "This document lies in a folder that is served.", hint="Take the file away there.")
        await session.library.forget(path, delete=uploaded)
        return Response(status_code=204)

    async def passage(
        self,
        document: Annotated[str, Query(min_length=1, max_length=1000, description="As a citation names it.")],
        start: Annotated[int, Query(ge=0, lt=2**31)] = 0,
        end: Annotated[int, Query(ge=0, lt=2**31)] = 0,
        around: Annotated[int, Query(ge=0, le=20_000)] = AROUND,
    ) -> PassageText:
        """The characters `start` to `end` of a document, and the text around them."""
        await self._manager.documents.open()
        end = min(max(start, end), start + MAX_PASSAGE_CHARS)
        first = max(0, start - around)
        page = await self._manager.documents.page(document, first, end - first + around)
        inner, outer = min(start, page.end) - page.start, min(end, page.end) - page.start
        return PassageText(
            document=page.document,
            before=page.text[:inner],
            text=page.text[inner:outer],
            after=page.text[outer:],
            start=page.start + inner,
            end=page.start + outer,
            total_chars=page.total_chars,
        )


class LineStream(EventStream):
    """The same stream as NDJSON; an empty line keeps it alive."""

    media_type = "application/x-ndjson"
    ping = b"\n"


async def _collection(session: Session, name: str, paths: list[Path] | None) -> Collection:
    library, home = session.library, session.settings.home
    documents = await library.documents(collection=name, paths=paths)
    tables = await library.tables(collection=name, paths=paths)
    skipped = await library.skipped(collection=name, paths=paths)
    unread = await library.unread(collection=name, paths=paths)
    return Collection(
        name=name,
        documents=[DocumentSummary.of(each, id_of(each.path, home)) for each in documents],
        tables=[TableSummary.of(each, id_of(each.path, home)) for each in tables],
        skipped=_left_out(skipped),
        unread=_unread(unread),
    )


def id_of(path: str, home: Path) -> str:
    """What a document is called in addresses; its path is nobody's business.

    An upload is called the same by every server, wherever its home is.
    """
    place = Path(path)
    named = f"home:{place.relative_to(home).as_posix()}" if place.is_relative_to(home) else path
    return blake2b(named.encode(), digest_size=8).hexdigest()


async def _path_of(session: Session, document_id: str, paths: list[Path] | None) -> str:
    library, home = session.library, session.settings.home
    documents = await library.documents(collection=USER, paths=paths)
    every = [*documents, *await library.tables(collection=USER, paths=paths)]
    found = next((each.path for each in every if id_of(each.path, home) == document_id), None)
    if found is None:
        raise NotFound(f"There is no document {document_id!r} of yours. GET /documents lists them.")
    return found


async def _index(
    session: Session, folder: Path, kept: StoredUploads, progress_queue: "asyncio.Queue[UploadOutcome | None]"
) -> None:
    """Index what was uploaded; `progress_queue` gets what happens, and None at the end."""

    def tell(progress: IndexProgress) -> None:
        progress_queue.put_nowait(UploadProgress(type="progress", **asdict(progress)))

    try:
        report = await session.library.index([folder], progress=tell)
        progress_queue.put_nowait(_indexed(report, kept))
    except KnowledgeError as error:
        failed = Error(type=type(error).__name__, message=str(error))
        progress_queue.put_nowait(UploadFailed(type="failed", error=failed, skipped=_refused(kept)))
    finally:
        progress_queue.put_nowait(None)


def _indexed(report: IndexReport, kept: StoredUploads) -> UploadIndexed:
    return UploadIndexed(
        type="indexed",
        indexed=report.indexed,
        unchanged=report.unchanged,
        removed=report.removed,
        passages=report.passages,
        tables=report.tables,
        seconds=report.seconds,
        skipped=[*_left_out(report.skipped), *_refused(kept)],
        partly=_left_out(report.partly),
        unread=_unread(report.unread),
    )


def _left_out(files: Iterable[Skipped]) -> list[SkippedDocument]:
    return [SkippedDocument(document=Path(each.path).name, reason=each.reason) for each in files]


def _unread(kinds: Iterable[UnreadKind]) -> list[UnreadFiles]:
    return [UnreadFiles(suffix=each.suffix, files=each.files) for each in kinds]


def _refused(kept: StoredUploads) -> list[SkippedDocument]:
    return [SkippedDocument(document=name, reason=str(problem.detail)) for name, problem in kept.refused]


async def _pieces(
    progress_queue: "asyncio.Queue[UploadOutcome | None]", kind: type[EventStream]
) -> AsyncGenerator[bytes]:
    while (outcome := await progress_queue.get()) is not None:
        line = outcome.model_dump_json().encode()
        yield line + b"\n" if kind is LineStream else b"event: %b\ndata: %b\n\n" % (outcome.type.encode(), line)


def router(manager: RunManager) -> APIRouter:
    """The routes."""
    documents = DocumentOperations(manager)
    routes, uploads = routes_with(manager, tags=["documents"]), routes_with(manager, tags=["documents"], upload=True)
    routes.add_api_route(
        "/documents", documents.listed, operation="listDocuments", role=SEES, responses=documented(404, 503)
    )
    routes.add_api_route(
        "/documents/passage", documents.passage, operation="getPassage", role=SEES, responses=documented(404, 422, 503)
    )
    routes.add_api_route(
        "/documents/{document_id}",
        documents.remove,
        operation="deleteDocument",
        role="ask",
        methods=["DELETE"],
        status_code=204,
        responses=documented(404, 409, 422, 503),
    )
    uploads.add_api_route(
        "/documents",
        documents.add,
        operation="uploadDocuments",
        role="ask",
        methods=["POST"],
        status_code=202,
        response_class=LinesResponse,
        response_model=UploadEvent,
        responses={202: STREAM_RESPONSE, **documented(400, 404, 408, 413, 415, 422, 503, 507)},
        openapi_extra=UPLOAD,
    )
    every = APIRouter()
    for part in (routes, uploads):
        every.include_router(part)
    return every


STREAM_RESPONSE: dict[str, Any] = {
    "description": "Progress as it comes.",
    "content": {EventStream.media_type: {"schema": {"$ref": f"#/components/schemas/{UploadEvent.__name__}"}}},
}

UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                    "required": ["files"],
                }
            }
        },
    }
}
"""What FastAPI cannot see, because the files are read by hand: with a limit, and as they come."""
