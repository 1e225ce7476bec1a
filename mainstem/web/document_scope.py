"""Which documents are whose: those that the server was started with are everybody's, uploads are their user's."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from mainstem._bundled_agent import bundled_agent
from mainstem.knowledge import DocumentPage, NotFound
from mainstem.sessions.session import Session
from mainstem.stores.knowledge import BUNDLED, USER

from .auth.gate import Gate
from .problems import Problem
from .uploads import folder


class DocumentScope:
    """The documents of the users that `gate` knows, of one manager; `opened`: opens its session.

    `shown`: whether the session's documents are what its graph answers from; None: when it is the bundled agent.
    """

    def __init__(
        self, session: Session, gate: Gate, opened: Callable[[], Awaitable[Session]], *, shown: bool | None
    ) -> None:
        self._session = session
        self._gate = gate
        self._opened = opened
        self._shown = shown
        self._divided = gate.required

    @property
    def available(self) -> bool:
        """Whether the documents of the session are what its graph answers from.

        Those that a server's graph answers from are no user's, and so not to be seen where there are users.
        """
        if self._shown is None or self._divided:
            return self._session.bundled and self._shown is not False
        return self._shown

    async def open(self) -> Session:
        """The session, open, whose documents may be read. Raises `Problem` where there are none, `KnowledgeError`."""
        session = await self._opened()
        if not self.available:
            raise Problem(404, f"{session.source.name} answers from no documents of this server.")
        await session.library.ensure_readable()
        return session

    @property
    def folder(self) -> Path:
        """Where the user's uploads are kept."""
        return self._folder(self._gate.user.id)

    @property
    def listed(self) -> list[Path] | None:
        """Below which paths the user's request may look; None: everywhere."""
        if not self._divided or self._gate.user.may("admin"):
            return None
        return [*self._session.settings.docs, self.folder]

    @property
    def read(self) -> list[Path] | None:
        """Below which paths a passage is looked for; None: everywhere."""
        return self.listed if self._divided else self._session.settings.docs or None

    async def of_user(self, user_id: str) -> list[Path] | None:
        """What a run of the user answers from: what the server was started with, and what they uploaded.

        Where there is neither, it is the manual; None: as the settings say.
        """
        if not self._divided or not self._session.bundled:
            return None
        mine, docs = self._folder(user_id), self._session.settings.docs
        if user_id and await self._session.library.holds(USER, paths=[mine]):
            return [*docs, mine]
        return docs or [bundled_agent() / "docs"]

    async def page(self, document: str, start: int, length: int) -> DocumentPage:
        """Part of a document of the user's, else of the manual. Raises `NotFound`, which names no paths."""
        library = self._session.library
        with suppress(NotFound):
            return await library.read(document, start=start, length=length, paths=self.read)
        with suppress(NotFound):
            return await library.read(document, start=start, length=length, collection=BUNDLED)
        raise NotFound(f"There is no document {document!r} here, or there are several of that name.")

    def is_upload(self, path: Path) -> bool:
        """Whether the file was uploaded: it is deleted when it is taken out of the index."""
        uploads = self._folder("")
        return path.parent == uploads or (self._divided and path.parent.parent == uploads)

    def _folder(self, user_id: str) -> Path:
        uploads = folder(self._session.settings)
        # an id may have any characters
        return uploads / blake2b(user_id.encode(), digest_size=12).hexdigest() if user_id else uploads
