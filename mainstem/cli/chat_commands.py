"""What can be typed in `mainstem chat` beside questions: `/help`, `/docs`, `/model`, `/edit`, `/retry`, `/quit`."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import typer

from mainstem.text import QUOTED, counted, one_line

from .failures import CommandError, line_of, say
from .run_player import RunPlayer

if TYPE_CHECKING:
    from mainstem.sessions.threads.messages import ThreadMessage
    from mainstem.stream.transcript import Result

_COMMAND = re.compile(r"/([a-z]+)(?:\s+(.*))?")

HELP = {
    "/help": "show this",
    "/docs": "list the documents and tables that are indexed",
    "/model [NAME]": "say which model answers, or let another one",
    "/edit [QUESTION]": "ask the last question again, in other words",
    "/retry": "ask the last question again",
    "/quit": "leave; Ctrl-D does, too",
}


class ChatThread:
    """One conversation in one thread, played by `player`. `retype` lets the person change a text; None: nobody can."""

    def __init__(
        self, player: RunPlayer, thread: str, tags: Mapping[str, str], retype: Callable[[str], str] | None = None
    ) -> None:
        self._player = player
        self._session = player.session
        self._thread = thread
        self._tags = tags
        self._retype = retype
        self._model: str | None = None
        self._commands: Mapping[str, Callable[[str], Result | None]] = {
            "help": self._help,
            "docs": self._docs,
            "model": self._choose_model,
            "edit": self._edit,
            "retry": self._retry,
            "quit": self._quit,
        }

    def greet(self) -> None:
        """Say who answers from what, and how to go on."""
        docs = ", ".join(path.name for path in self._session.settings.docs)
        asked = f"Ask about {docs or 'your documents'}; {self._answering()}" if self._session.bundled else "Ask"
        say(f"{asked}. /help lists commands, Ctrl-D leaves.")

    def take(self, line: str) -> "Result | None":
        """Ask a question or run a command; returns what came of a run. Raises `EOFError` to leave."""
        from mainstem.knowledge import KnowledgeError
        from mainstem.models import ModelError
        from mainstem.stream.errors import MainstemError

        found = _COMMAND.fullmatch(line)
        if found is None:
            return self._ask(line)
        command = self._commands.get(found[1])
        try:
            if command is None:
                raise CommandError(f"There is no command /{found[1]}: /help lists them.")
            return command((found[2] or "").strip())
        except (CommandError, KnowledgeError, MainstemError, ModelError) as error:
            say(line_of(error))
            return None

    def _ask(self, question: str, checkpoint_id: str | None = None) -> "Result":
        context = {"model": self._model} if self._model else None
        return self._player.play(
            lambda: self._session.ask(
                question, thread=self._thread, tags=self._tags, context=context, checkpoint_id=checkpoint_id
            )
        )

    def _help(self, said: str) -> None:
        for command, what in HELP.items():
            typer.echo(f"  {command:<18}{what}", err=True)

    def _docs(self, said: str) -> None:
        paths, library = self._session.settings.docs or None, self._session.library
        documents = self._player.call(library.documents(paths=paths))
        tables = self._player.call(library.tables(paths=paths))
        for document in documents:
            typer.echo(f"  {one_line(document.document)}  {counted(document.passages, 'passage')}", err=True)
        for table in tables:
            typer.echo(f"  {one_line(table.name)}  {counted(table.rows, 'row')}", err=True)
        for each in self._player.call(library.skipped(paths=paths)):
            typer.echo(f"  {one_line(each.path)}  not read: {one_line(each.reason)}", err=True)
        if not documents and not tables:
            say("Nothing is indexed yet: the first question does that, and so does mainstem index PATH.")

    def _choose_model(self, said: str) -> None:
        from mainstem.models import available, load

        if not self._session.bundled:
            raise CommandError("This graph chooses its model itself.")
        if said:
            load(said, self._session.settings)
            self._model = said
        say(f"{self._answering()}.")
        if not said:
            names = ", ".join(each.name for each in available(self._session.settings) if each.ready)
            say(f"/model NAME lets another one: {names}.")

    def _answering(self) -> str:
        from mainstem.models import default

        model = self._model or default(self._session.settings)
        return f"{model} answers ({QUOTED[model]})" if model in QUOTED else f"{model} answers"

    def _retry(self, said: str) -> "Result":
        last = self._last()
        return self._ask(last.text, self._before(last))

    def _edit(self, said: str) -> "Result":
        last = self._last()
        if not said and self._retype is None:
            raise CommandError("Write the question behind /edit.")
        try:
            question = said or (self._retype(last.text).strip() if self._retype else "")
        except KeyboardInterrupt:
            say("")  # the line that was being typed ends there
            question = ""
        if not question:
            raise CommandError("The question is empty, and the one before stays.")
        return self._ask(question, self._before(last))

    def _before(self, message: "ThreadMessage") -> str:
        return self._player.call(self._session.fork(self._thread, message.message_id))

    def _last(self) -> "ThreadMessage":
        from mainstem.stream.errors import UnknownThread

        try:
            messages = self._player.call(self._session.messages(self._thread))
        except UnknownThread:
            messages = []
        asked = [message for message in messages if message.role == "user" and not message.steering]
        if not asked:
            raise CommandError("Nothing was asked yet.")
        return asked[-1]

    def _quit(self, said: str) -> None:
        raise EOFError
