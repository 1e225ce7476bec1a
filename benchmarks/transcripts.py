"""Recorded provider streams, replayed over TCP, against what an independent reader says of them.

    uv run python benchmarks/transcripts.py DIR

DIR holds `index.jsonl` (one recording a row: `file`, `kind`), `expected.jsonl` (openai-python's reading of the chat
streams) and the recordings. Each is served by `ScriptedProvider` and read by `mainstem.models.openai.chat.Chat`. A chat
stream must equal the oracle field by field; where the oracle is wrong, `HAND_CHECKED` says what was read instead, and
why. A Responses stream must equal its own last event. Everything else must end in a typed way.

The last line is `equal N of M`: M counts every chat row with a result in expected.jsonl and every Responses stream.
"""

import argparse
import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from langchain_core.messages import AIMessageChunk
from pydantic import SecretStr

from mainstem.models import ModelError
from mainstem.models.openai.chat import Chat
from mainstem.models.openai.json_values import mapping, mappings
from mainstem.models.openai.tool_calls import doubtful_calls
from mainstem.settings import Settings
from mainstem.testing import ScriptedProvider, WireScript, WireTurn, transcript

SECONDS = 30.0
"""After which a replay hangs, which counts as a crash."""

Said = dict[str, Any]
"""What a stream says: field → value, in the same words for both sides."""


# what is there


@dataclass
class Row:
    """One recording."""

    file: str
    kind: str
    oracle: Said | None = None
    """The row of expected.jsonl, when it has a result."""
    turn: WireTurn | None = None
    payloads: list[dict[str, Any]] = field(default_factory=list)
    unreadable: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is one of M."""
        return self.kind == "responses" or self.oracle is not None


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file; a line that holds none is named and passed over."""
    if not path.is_file():
        print(f"{path.name}: not there")
        return
    text = path.read_bytes().decode("utf-8", errors="replace")
    for number, line in enumerate(text.split("\n"), 1):  # not splitlines(): texts hold other line ends
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            print(f"{path.name}, line {number}: no JSON ({error})")
            continue
        if isinstance(row, dict) and isinstance(row.get("file"), str):
            yield row
        else:
            print(f"{path.name}, line {number}: names no file")


def rows_of(folder: Path) -> list[Row]:
    """Every recording of the index, and those that only expected.jsonl names."""
    rows = {row["file"]: Row(row["file"], str(row.get("kind"))) for row in lines_of(folder / "index.jsonl")}
    for expected in lines_of(folder / "expected.jsonl"):
        row = rows.setdefault(expected["file"], Row(expected["file"], "chat"))
        if mappings(expected.get("choices")) and row.kind == "chat":
            row.oracle = expected
    for number, row in enumerate(rows.values()):
        load(row, folder, number)
    return list(rows.values())


def load(row: Row, folder: Path, number: int) -> None:
    """Read the recording, to be played to whoever asks for its number."""
    try:
        turn = transcript(folder / row.file)
    except (OSError, ValueError) as error:
        row.unreadable = f"{type(error).__name__}: {error}"
        return
    row.turn = turn.model_copy(update={"when": f"^{number}$"})
    row.payloads = list(payloads_of("".join(step.raw for step in turn.steps)))


def payloads_of(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a stream's `data:` lines, read here once more and without our models."""
    for event in re.split(r"\r?\n\r?\n", text):
        found = [line[5:].lstrip(" ") for line in re.split(r"\r?\n", event) if line.startswith("data:")]
        try:
            payload = json.loads("\n".join(found))
        except ValueError:
            continue
        if isinstance(payload, dict):
            yield payload


# what we hear


class Heard(NamedTuple):
    """One stream through our model."""

    message: AIMessageChunk
    error: str
    """The typed end of a stream that failed."""
    crash: str


async def listen(model: Chat, number: int) -> Heard:
    """Ask for recording `number`. Whatever our model raises that is not its own error is a crash."""
    message, error = AIMessageChunk(content=""), ""
    try:
        async with asyncio.timeout(SECONDS):
            async for chunk in model.astream(str(number)):
                message = message + chunk
    except ModelError as failure:
        error = f"{type(failure).__name__}: {failure}"
    except Exception as failure:  # noqa: BLE001 - that nothing else comes out is what is measured
        return Heard(message, "", f"{type(failure).__name__}: {failure}")
    return Heard(message, error, "")


def ours(heard: Heard) -> Said:
    """What our message says, in the words of the comparison."""
    message, doubtful = heard.message, doubtful_calls(heard.message)
    about = message.response_metadata
    said: Said = {
        "content": message.text,
        "refusal": message.additional_kwargs.get("refusal") or "",
        "finish_reason": about.get("finish_reason"),
        "status": "failed" if heard.error else about.get("status"),
        "tool_calls": [
            call(one["id"], one["name"], doubtful.get(str(one["id"]), one["args"])) for one in message.tool_calls
        ],
        "usage": counts(message.usage_metadata or {}, _OURS),
    }
    for other in mappings(message.additional_kwargs.get("other_choices")):
        said[f"choice {other['index']}"] = {
            "content": other["content"],
            "finish_reason": other["finish_reason"],
            "tool_calls": [call(one["id"], one["name"], one["args"]) for one in other["tool_calls"]],
        }
    return said


def call(identity: Any, name: Any, args: Any) -> Said:
    """One tool call; arguments that are JSON count as what they mean."""
    if isinstance(args, str):
        with suppress(ValueError):  # cut off: then the letters count
            args = json.loads(args or "{}")
    return {"id": identity or None, "name": name, "args": args}


_OURS = {
    "input": ("input_tokens",),
    "output": ("output_tokens",),
    "total": ("total_tokens",),
    "cached": ("input_token_details", "cache_read"),
    "reasoning": ("output_token_details", "reasoning"),
}
_CHAT = {
    "input": ("prompt_tokens",),
    "output": ("completion_tokens",),
    "total": ("total_tokens",),
    "cached": ("prompt_tokens_details", "cached_tokens"),
    "reasoning": ("completion_tokens_details", "reasoning_tokens"),
}
_RESPONSES = {
    "input": ("input_tokens",),
    "output": ("output_tokens",),
    "total": ("total_tokens",),
    "cached": ("input_tokens_details", "cached_tokens"),
    "reasoning": ("output_tokens_details", "reasoning_tokens"),
}


def counts(usage: Any, names: Mapping[str, tuple[str, ...]]) -> Said:
    """Token counts; one that is not stated is left out."""
    found: Said = {}
    for name, path in names.items():
        value: Any = usage
        for key in path:
            value = mapping(value).get(key)
        if isinstance(value, int):
            found[name] = value
    return found


# what is expected


def by_oracle(row: Row) -> Said:
    """What expected.jsonl says of a chat stream."""
    oracle = row.oracle or {}
    said: Said = {"usage": counts(oracle.get("usage"), _CHAT)}
    for choice in mappings(oracle.get("choices")):
        made = [call(o.get("id"), o.get("name"), o.get("arguments")) for o in mappings(choice.get("tool_calls"))]
        one = {"content": choice.get("content") or "", "finish_reason": choice.get("finish_reason"), "tool_calls": made}
        if choice.get("index"):
            said[f"choice {choice['index']}"] = one
        else:
            said |= {**one, "refusal": choice.get("refusal") or ""}
    if oracle.get("error"):
        said["status"] = "failed"
    return said


ENDS = {"response.completed": "completed", "response.incomplete": "incomplete", "response.failed": "failed"}


def by_last_event(row: Row) -> Said:
    """What a Responses stream says of itself: the event that ends it (the first, where two were recorded as one)."""
    end = next((one for one in row.payloads if one.get("type") in ENDS), None)
    if end is None:
        return {"status": "failed" if any(one.get("type") == "error" for one in row.payloads) else None}
    response = mapping(end.get("response"))
    if ENDS[end["type"]] == "failed":
        return {"status": "failed"}
    parts = [part for item in mappings(response.get("output")) for part in _parts(item)]
    return {
        "content": "".join(str(part.get("text") or "") for part in parts if part.get("type") == "output_text"),
        "tool_calls": [made for item in mappings(response.get("output")) if (made := _call_of(item))],
        "usage": counts(response.get("usage"), _RESPONSES),
        "status": ENDS[end["type"]],
    }


def _parts(item: dict[str, Any]) -> list[dict[str, Any]]:
    return mappings(item.get("content")) if item.get("type") == "message" else []


def _call_of(item: dict[str, Any]) -> Said | None:
    if item.get("type") == "function_call":
        return call(item.get("call_id"), item.get("name"), item.get("arguments"))
    if item.get("type") == "custom_tool_call":  # LangChain's name for the one argument of a free-form call
        return call(item.get("call_id"), item.get("name"), {"__arg1": item.get("input")})
    return None


# where the oracle is wrong: checked by hand, told by what is in the recording and not by its name


class Correction(NamedTuple):
    """A kind of recording that the oracle misreads, and what stands there instead."""

    why: str
    read: Callable[[Row, Said], Said]
    """The fields that the oracle has wrong, as they are; empty when this is no such recording."""


def deltas(row: Row) -> Iterator[dict[str, Any]]:
    """The deltas of the first choice."""
    for payload in row.payloads:
        for choice in mappings(payload.get("choices")):
            if not choice.get("index"):
                yield mapping(choice.get("delta"))


def glued_calls(row: Row, oracle: Said) -> Said:
    """Cerebras sends whole calls under one index, and each is a call of its own."""
    sent = [mapping(one.get("function")) for delta in deltas(row) for one in mappings(delta.get("tool_calls"))]
    whole = [(one.get("name"), _object(one.get("arguments"))) for one in sent]
    if len(whole) <= len(oracle.get("tool_calls", [])) or not all(name and args is not None for name, args in whole):
        return {}
    return {"tool_calls": [call(None, name, args) for name, args in whole]}


def _object(text: Any) -> dict[str, Any] | None:
    try:
        value = json.loads(text or "{}")
    except (TypeError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def listed_content(row: Row, oracle: Said) -> Said:
    """Mistral and others mix strings and lists of typed parts in `content`; the text parts are the text."""
    contents = [delta.get("content") for delta in deltas(row)]
    if not any(isinstance(content, list) for content in contents):
        return {}
    texts = [
        one if isinstance(one, str) else "".join(str(part.get("text") or "") for part in mappings(one))
        for one in contents
        if one
    ]
    return {"content": "".join(texts)}


def stated_usage(row: Row, oracle: Said) -> Said:
    """Usage was stated, under `x_groq` or before chunks that have none; the oracle keeps only the last chunk's."""
    stated = [mapping(one.get("usage")) or mapping(mapping(one.get("x_groq")).get("usage")) for one in row.payloads]
    last = next(filter(None, reversed(stated)), None)
    return {} if oracle["usage"] or last is None else {"usage": counts(last, _CHAT)}


HAND_CHECKED = (
    Correction("the oracle glues whole calls that share an index into one", glued_calls),
    Correction("the oracle loses the text parts of a content that is a list", listed_content),
    Correction("the oracle loses a usage that no later chunk repeats, or that stands in x_groq", stated_usage),
)


# the comparison


class Verdict(NamedTuple):
    """How one recording compares."""

    differences: list[str]
    justified: list[str]


def compare(row: Row, heard: Heard) -> Verdict:
    """Hold what was heard against what is expected."""
    if row.unreadable or heard.crash:
        return Verdict([row.unreadable or f"crash: {heard.crash}"], [])
    expected = by_last_event(row) if row.kind == "responses" else by_oracle(row)
    said, justified = ours(heard), []
    for correction in HAND_CHECKED if row.kind == "chat" else ():
        for name, value in correction.read(row, expected).items():
            if differs(said.get(name), expected.get(name)) and not differs(said.get(name), value):
                justified.append(f"{name}: ours {short(said[name])}, oracle {short(expected[name])} ({correction.why})")
                expected[name] = value
    wrong = [name for name, value in expected.items() if differs(said.get(name), value)]
    return Verdict([f"{n}: ours {short(said.get(n))}, expected {short(expected[n])}" for n in wrong], justified)


def differs(one: Any, expected: Any) -> bool:
    """Whether they differ; an id or a detail that the expectation does not state may be anything."""
    if isinstance(expected, list) and isinstance(one, list):
        return len(one) != len(expected) or any(map(differs, one, expected))
    if isinstance(expected, dict) and isinstance(one, dict) and {"id", "name"} <= expected.keys():
        return any(one.get(key) != value for key, value in expected.items() if key != "id" or value)
    if isinstance(expected, dict) and isinstance(one, dict):
        if not expected:
            return bool(one)
        return any(differs(one.get(key), value) for key, value in expected.items())
    return one != expected


def short(value: Any) -> str:
    """`value` in one line of the report."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 160 else f"{text[:78]} … {text[-78:]}"


def ended(row: Row, heard: Heard) -> str:
    """How a recording ended that there is nothing to compare with."""
    if row.unreadable or heard.crash:
        return f"unreadable, {row.unreadable}" if row.unreadable else f"CRASH, {heard.crash}"
    if heard.error:
        return f"typed error, {heard.error}"
    reason = heard.message.response_metadata.get("finish_reason")
    return f"ended, finish_reason {reason}" if reason else "truncated, no finish_reason"


# the run


async def replay(rows: list[Row]) -> list[Heard]:
    """Every recording through our model, one after the other."""
    script = WireScript(turns=[row.turn for row in rows if row.turn])
    async with ScriptedProvider(script, pace="max") as provider:
        models = {api: model_at(provider.base_url, api) for api in ("chat", "responses")}
        heard: list[Heard] = []
        for number, row in enumerate(rows):
            model = models["responses" if row.kind == "responses" else "chat"]
            heard.append(await listen(model, number) if row.turn else Heard(AIMessageChunk(content=""), "", ""))
        for model in models.values():
            await model.aclose()
    return heard


def model_at(base_url: str, api: str) -> Chat:
    settings = Settings(_env_file=None, openai_base_url=base_url, openai_api=api, openai_api_key=SecretStr("none"))
    return Chat.from_settings("recorded", settings)


def report(rows: list[Row], heard: list[Heard]) -> bool:
    """Print each difference, and the figures; whether nothing differs."""
    equal, total, by_hand, others, crashed = 0, 0, 0, Counter[str](), 0
    for row, said in zip(rows, heard, strict=True):
        crashed += bool(said.crash)
        if not row.counts:
            others[ended(row, said).partition(",")[0]] += 1
            print(f"{row.file}: {ended(row, said)}")
            continue
        verdict = compare(row, said)
        total, equal = total + 1, equal + (not verdict.differences)
        by_hand += bool(verdict.justified) and not verdict.differences
        for line in verdict.differences:
            print(f"{row.file}: DIFFERS {line}")
        for line in verdict.justified:
            print(f"{row.file}: justified {line}")
    print()
    print(f"{len(rows)} recordings, {crashed} crashed")
    print("not compared: " + (", ".join(f"{count} {how}" for how, count in others.items()) or "none"))
    print(f"of the equal ones, {by_hand} by a hand-checked expectation (justified above)")
    print(f"equal {equal} of {total}")
    return 0 < total == equal and not crashed


def main() -> int:
    parser = argparse.ArgumentParser(description="Replay recorded provider streams, and compare.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="holds index.jsonl, expected.jsonl and the recordings")
    rows = rows_of(parser.parse_args().folder)
    return 0 if report(rows, asyncio.run(replay(rows))) else 1


if __name__ == "__main__":
    sys.exit(main())
