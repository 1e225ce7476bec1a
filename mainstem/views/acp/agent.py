"""An ACP agent over a session: an editor's sessions are threads."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import uuid4

from mainstem import __version__
from mainstem.sessions.approvals import ApprovalRequest, Decision, PendingCall, approve, reject, response
from mainstem.sessions.session import Session
from mainstem.sessions.threads.messages import ThreadMessage, questions_and_answers
from mainstem.stream.errors import MainstemError
from mainstem.stream.events import NodeFinished
from mainstem.stream.extras import extra
from mainstem.stream.run import Run
from mainstem.stream.transcript import Result

from .translate import TranslatorState, session_updates, shown_call, stop_reason

with extra("acp"):
    import acp
    from acp import schema

CANCELLED = "The user cancelled this."
"""What the model is told when nobody decides."""

LISTED = 50
"""Sessions that are listed."""


class EditorAgent:
    """Answers an editor's prompts; asks there before calls that need approval."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._client: acp.Client | None = None
        self._running: dict[str, Run] = {}
        self._known: set[str] = set()
        """Sessions that were begun or loaded here."""
        self._cancelled: set[str] = set()
        """Sessions whose prompt was cancelled while it asked about a call."""

    def on_connect(self, conn: acp.Client) -> None:
        """The editor is there."""
        self._client = conn

    async def initialize(
        self, protocol_version: int, client_capabilities: Any = None, client_info: Any = None, **more: Any
    ) -> acp.InitializeResponse:
        """Say what this agent can do."""
        can = schema.AgentCapabilities(
            load_session=True,
            prompt_capabilities=schema.PromptCapabilities(embedded_context=True),
            session_capabilities=schema.SessionCapabilities(list=schema.SessionListCapabilities()),
        )
        return acp.InitializeResponse(
            protocol_version=min(protocol_version, acp.PROTOCOL_VERSION),
            agent_capabilities=can,
            agent_info=schema.Implementation(name="mainstem", title="Mainstem", version=__version__),
        )

    async def new_session(self, cwd: str, **more: Any) -> acp.NewSessionResponse:
        """A new thread, which begins with its first prompt."""
        session_id = str(uuid4())
        self._known.add(session_id)
        return acp.NewSessionResponse(session_id=session_id)

    async def load_session(self, cwd: str, session_id: str, **more: Any) -> acp.LoadSessionResponse:
        """Say again what was said in a thread. Raises `RequestError` where there is none."""
        for message in questions_and_answers(await self._messages(session_id)):
            said = acp.update_user_message_text if message.role == "user" else acp.update_agent_message_text
            await self._tell(session_id, said(message.text))
        return acp.LoadSessionResponse()

    async def list_sessions(
        self, cwd: str | None = None, cursor: str | None = None, **more: Any
    ) -> schema.ListSessionsResponse:
        """The latest threads."""
        threads = await self._session.threads(LISTED)
        return schema.ListSessionsResponse(
            sessions=[
                schema.SessionInfo(
                    session_id=each.thread_id, cwd=cwd or "/", title=each.title, updated_at=each.updated_at or None
                )
                for each in threads
            ]
        )

    async def prompt(self, session_id: str, prompt: Sequence[Any], **more: Any) -> acp.PromptResponse:
        """Answer, with all that an approved call brings.

        Raises `RequestError` for a run that failed, and for a session that was neither begun here nor is a thread.
        """
        if session_id not in self._known:
            await self._messages(session_id)
        state = TranslatorState()
        self._cancelled.discard(session_id)
        result = await self._followed(session_id, self._session.ask(_question(prompt), thread=session_id), state)
        while result.status == "interrupted":
            decisions = await self._decided(session_id, result, state)
            if decisions is None:
                return acp.PromptResponse(stop_reason="end_turn")
            run = self._session.resume(session_id, decisions, named=True)
            state = TranslatorState(calls=state.calls)
            result = await self._followed(session_id, run, state)
        if result.status == "failed":
            raise acp.RequestError(-32603, result.error.sentence if result.error else "The run failed.")
        cancelled = session_id in self._cancelled
        return acp.PromptResponse(stop_reason="cancelled" if cancelled else stop_reason(result))

    async def cancel(self, session_id: str, **more: Any) -> None:
        """Stop what goes on in a thread."""
        if run := self._running.get(session_id):
            run.request_stop()

    async def _messages(self, session_id: str) -> list[ThreadMessage]:
        try:
            messages = await self._session.messages(session_id)
        except MainstemError as error:
            raise acp.RequestError(-32002, _line(error)) from error
        self._known.add(session_id)
        return messages

    async def _followed(self, session_id: str, run: Run, state: TranslatorState) -> Result:
        self._running[session_id] = run
        try:
            async for event in run:
                for update in session_updates(event, state):
                    await self._tell(session_id, update)
                if session_id in self._cancelled and isinstance(event, NodeFinished):
                    run.request_stop()  # the calls are rejected, so that nothing waits in the thread: no more is wanted
            return await run.result()
        finally:
            self._running.pop(session_id, None)

    async def _decided(self, session_id: str, result: Result, state: TranslatorState) -> dict[str, Any] | None:
        """What the user says to each interrupt; None where one asks for what an editor cannot answer."""
        decisions = dict[str, Any]()
        for interrupt in result.interrupts:
            asked = ApprovalRequest.parse(interrupt.request)
            if asked is None:
                line = f"The graph asks something that is answered elsewhere: mainstem resume {session_id}"
                await self._tell(session_id, acp.update_agent_message_text(line))
                return None
            keys = [f"{interrupt.interrupt_id}:{number}" for number in range(len(asked.calls))]
            said = [await self._ask(session_id, key, call, state) for key, call in zip(keys, asked.calls, strict=True)]
            decisions[interrupt.interrupt_id] = response(said)
        return decisions

    async def _ask(self, session_id: str, key: str, call: PendingCall, state: TranslatorState) -> Decision:
        if session_id in self._cancelled:
            return reject(CANCELLED)
        for update in shown_call(key, call.name, call.args, state):
            await self._tell(session_id, update)
        options = [schema.PermissionOption(option_id="approve", name="Approve", kind="allow_once")]
        if call.may_last:
            name = "Approve in this thread"
            options.append(schema.PermissionOption(option_id="always", name=name, kind="allow_always"))
        options.append(schema.PermissionOption(option_id="reject", name="Reject", kind="reject_once"))
        shown = schema.ToolCallUpdate(tool_call_id=key, title=str(call), raw_input=call.args)
        answer = await self._editor.request_permission(session_id, shown, options)
        if answer.outcome.outcome == "cancelled":
            self._cancelled.add(session_id)
        option = getattr(answer.outcome, "option_id", None)
        decided = option in ("approve", "always")
        status = "completed" if decided else "failed"
        await self._tell(session_id, acp.update_tool_call(key, status=status))
        if option == "always":
            return approve(in_thread=True)
        return approve() if decided else reject(None if option == "reject" else CANCELLED)

    async def _tell(self, session_id: str, update: Any) -> None:
        await self._editor.session_update(session_id, update)

    @property
    def _editor(self) -> acp.Client:
        assert self._client is not None, "nothing is asked before an editor is there"  # noqa: S101
        return self._client


def _question(prompt: Sequence[Any]) -> str:
    """A prompt as a question: its texts, and what the editor embeds or links."""
    return "\n\n".join(filter(None, map(_text, prompt)))


def _text(block: Any) -> str:
    if block.type == "text":
        return block.text
    if block.type == "resource_link":
        return f"[{block.name}]({block.uri})"
    resource = getattr(block, "resource", None)
    text = getattr(resource, "text", None)
    return f"{getattr(resource, 'uri', '')}:\n{text}" if text else ""


def _line(error: MainstemError) -> str:
    return f"{error} {error.hint}".strip()


async def serve_editor(session: Session, reading: Any = None, writing: Any = None) -> None:
    """Serve the editor that started this process, until it closes its end; other streams: `reading`, `writing`."""
    async with session:
        await acp.run_agent(cast("Any", EditorAgent(session)), writing, reading)
