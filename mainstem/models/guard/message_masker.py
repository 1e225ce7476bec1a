"""Masking a model's message that is still being written: its words, its reasoning, and the calls it writes."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk

from .json_masker import JsonMasker
from .mask import Mask
from .masker import Masker
from .placeholders import Placeholders
from .whole_message import AS_IT_IS, JSON_FIELDS, LOGPROBS, TEXT_BLOCKS, mask_fields

_WORDS = ("content",)
_KEPT = (
    *("content", "additional_kwargs", "response_metadata", "usage_metadata", "id", "name"),
    *("tool_call_chunks", "chunk_position"),
)

Path = tuple[Any, ...]
"""Where a text stands in a message: keys, and of lists the block."""


class MessageMasker:
    """One message, from its first chunk to its last.

    Each text that LangChain joins is one text here: the words, also of several blocks, the reasoning, the arguments of
    each call, and every other string by its place. Probabilities of tokens are left out, for they spell the words.
    """

    def __init__(self, mask: Mask, placeholders: Placeholders) -> None:
        self._mask = mask
        self._placeholders = placeholders
        self._texts: dict[Path, Masker | JsonMasker] = {}
        self._calls: dict[Any, JsonMasker] = {}
        self._blocks: dict[Path, _Indexed] = {}
        self._last_call: Any = None
        self._last_words: Path = _WORDS

    def push(self, chunk: AIMessageChunk) -> AIMessageChunk:
        """What may be shown of a chunk: the chunk itself, where that is all of it."""
        changed = self._changed(chunk)
        return _with(chunk, changed) if changed else chunk

    def words(self, text: str) -> str:
        """What may be shown of more words that come as a string."""
        return self._words(text, _WORDS)

    def finish(self, chunk: AIMessageChunk) -> AIMessageChunk:
        """The same for the last chunk, with the rest of all texts."""
        made = shown = self.push(chunk)
        for index, masker in self._calls.items():
            if rest := masker.finish():
                call = tool_call_chunk(args=rest, index=index if isinstance(index, int) else None)
                made += AIMessageChunk(content="", tool_call_chunks=[call])
        for path, masker in self._texts.items():
            if rest := masker.finish():
                made = _joined(made, _nested(self._last_words if path == _WORDS else path, rest))
        if made is not shown:
            _keep_extra(made, chunk)
        return made

    def _changed(self, chunk: AIMessageChunk) -> dict[str, Any]:
        """The fields of a chunk of which not everything may be shown as it is."""
        fields: dict[str, Any] = {}
        content = self._content(chunk.content)
        if content != chunk.content:
            fields["content"] = content
        if chunk.additional_kwargs:
            extra = self._value(chunk.additional_kwargs, ("additional_kwargs",))
            fields |= {"additional_kwargs": extra} if extra != chunk.additional_kwargs else {}
        if chunk.tool_call_chunks:
            calls = [self._call(call) for call in chunk.tool_call_chunks]
            fields |= {"tool_call_chunks": calls} if calls != chunk.tool_call_chunks else {}
        if LOGPROBS in chunk.response_metadata:
            kept = {key: value for key, value in chunk.response_metadata.items() if key != LOGPROBS}
            fields["response_metadata"] = kept
        return fields

    def _content(self, content: Any) -> Any:
        if isinstance(content, str):
            return self._words(content, _WORDS) if content else content
        return [self._block(block, place) for place, block in enumerate(content)]

    def _block(self, block: Any, place: int) -> Any:
        if isinstance(block, str):
            return self._words(block, _WORDS)
        path = (*_WORDS, self._indexed(block, _WORDS))
        if block.get("type") not in TEXT_BLOCKS or not isinstance(block.get("text"), str):
            return self._item(block, _WORDS)
        others = self._item({key: value for key, value in block.items() if key != "text"}, _WORDS)
        return {**block, **others, "text": self._words(block["text"], (*path, "text"))}

    def _words(self, text: str, path: Path) -> str:
        self._last_words = path
        return self._at(_WORDS, Masker).push(text)

    def _value(self, value: Any, path: Path) -> Any:
        if isinstance(value, str):
            return self._text(value, path) if value and path[-1] not in AS_IT_IS else value
        if isinstance(value, Mapping):
            items = cast("Mapping[Any, Any]", value).items()
            return {key: self._value(item, (*path, key)) for key, item in items}
        if isinstance(value, list):
            return [self._item(item, path) for item in cast("list[Any]", value)]
        return value

    def _item(self, item: Any, path: Path) -> Any:
        """One of a list: what bears an index goes on in later chunks, everything else is whole."""
        index = cast("dict[str, Any]", item).get("index") if isinstance(item, dict) else None
        if index is None:
            return mask_fields(item, self._mask, self._placeholders)
        return self._value(item, (*path, self._indexed(item, path)))

    def _indexed(self, block: Any, path: Path) -> "_Indexed":
        """The block that this one adds to; its type is that of the first."""
        known = _Indexed(block.get("index"), block.get("type"))
        return self._blocks.setdefault((*path, known.index), known)

    def _text(self, text: str, path: Path) -> str:
        return self._at(path, JsonMasker if path[-1] in JSON_FIELDS else Masker).push(text)

    def _at(self, path: Path, kind: Callable[[Mask, Placeholders], Masker | JsonMasker]) -> Masker | JsonMasker:
        if path not in self._texts:
            self._texts[path] = kind(self._mask, self._placeholders)
        return self._texts[path]

    def _call(self, call: Any) -> Any:
        index = call.get("index")
        self._last_call = call.get("id") or self._last_call if index is None else index
        if not call.get("args"):
            return call
        if self._last_call not in self._calls:
            self._calls[self._last_call] = JsonMasker(self._mask, self._placeholders)
        return {**call, "args": self._calls[self._last_call].push(call["args"])}


class _Indexed(NamedTuple):
    """A block of a list that later chunks add to."""

    index: Any
    type: Any


def _nested(path: Path, text: str) -> dict[str, Any]:
    """The fields of a message that has a text at one place, and nothing else."""
    value: Any = text
    for step in reversed(path):
        if isinstance(step, _Indexed):
            value = [{key: item for key, item in step._asdict().items() if item is not None} | value]
        else:
            value = {step: value}
    return value


def _joined(chunk: AIMessageChunk, fields: dict[str, Any]) -> AIMessageChunk:
    if not chunk.content and isinstance(fields.get("content"), list):
        return chunk.model_copy(update=fields)
    return chunk + AIMessageChunk(**cast("Any", {"content": "", **fields}))


def _with(chunk: AIMessageChunk, fields: dict[str, Any]) -> AIMessageChunk:
    if "tool_call_chunks" not in fields:
        return chunk.model_copy(update=fields)
    kept = {name: getattr(chunk, name) for name in _KEPT}
    made = AIMessageChunk(**{**kept, **fields})  # what follows from the arguments is made from them anew
    _keep_extra(made, chunk)
    return made


def _keep_extra(made: AIMessageChunk, chunk: AIMessageChunk) -> None:
    if made.model_extra is not None:
        made.model_extra.update(chunk.model_extra or {})
