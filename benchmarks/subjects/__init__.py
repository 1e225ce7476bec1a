"""The subjects, by name. Each is imported only in the process that measures it."""

from importlib import import_module

from benchmarks.subjects.base import Subject

WHERE = {
    "raw httpx": "raw:RawHttpx",
    "openai SDK": "raw:OpenaiSdk",
    "ChatOpenAI": "raw:ChatOpenai",
    "ainvoke": "langgraph:AInvoke",
    "astream v2": "langgraph:AStream",
    "astream v2, settled": "langgraph:AStreamSettled",
    "astream v2, settled, TLS": "langgraph:AStreamTls",
    "astream v2, SSE": "langgraph:AStreamSse",
    "astream_events v2": "langgraph:EventsV2",
    "astream_events v3": "langgraph:EventsV3",
    "ag-ui-langgraph": "ag_ui:AgUi",
    "assistant-stream": "assistant:Assistant",
    "langgraph dev": "dev_server:DevServer",
    "mainstem, their model": "ours:OverChatOpenai",
    "mainstem, their model, settled": "ours:OverChatOpenaiSettled",
    "mainstem, fast(their model)": "ours:OverFast",
    "mainstem, fast(their model), settled": "ours:OverFastSettled",
    "mainstem, fast(their model), settled, TLS": "ours:OverFastTls",
    "mainstem, http_client()": "ours:OverHttpClient",
    "mainstem, http_client(), settled": "ours:OverHttpClientSettled",
    "mainstem, coalescing off": "ours:Off",
    "mainstem": "ours:On",
    "mainstem, nothing masked": "ours:Unmasked",
    "mainstem, all masked": "ours:MasksAll",
    "mainstem, settled": "ours:Settled",
    "mainstem, the whole agent, settled": "ours:WholeAgent",
}
"""Where each is: module and class."""

DOORS = {
    "FastAPI, astream v2": "http:PlainFastapi",
    "FastAPI, astream v2, settled": "http:PlainFastapiSettled",
    "FastAPI, ag-ui-langgraph": "http:AgUiFastapi",
    "langgraph dev": "dev_server:DevServer",
    "mainstem, HTTP": "http:Ours",
    "mainstem, HTTP, as served": "http:OursServed",
    "mainstem, HTTP, the whole agent, settled": "http:OurAgent",
}
"""Servers, read over HTTP: where each is."""

PLAIN = "astream v2"
"""What everything is compared with."""

SETTLED = "astream v2, settled"
"""What a fleet is compared with: with many streams, Python's search for garbage is most of what is late."""


def subject(name: str) -> type[Subject]:
    """The subject of that name. Raises `KeyError`."""
    module, _, kind = {**WHERE, **DOORS}[name].partition(":")
    return getattr(import_module(f"benchmarks.subjects.{module}"), kind)
