"""A call of a model whose words are kept from the stream: what its `chat` span says, and what is measured of it."""

from collections.abc import Iterator

from ..hidden_call import HiddenCall
from ..prices import price
from . import names
from .chat import token_counts
from .records import Attributes, Measurement, Value, measured


def attributes(call: HiddenCall) -> Attributes:
    """Those of its span, beside those of the run."""
    said: dict[str, Value | None] = {
        names.PROVIDER: call.provider,
        names.REQUEST_MODEL: call.model,
        names.RESPONSE_MODEL: call.model,
        names.NODE: call.node,
        names.ANSWER: False,
        names.COST: _cost(call),
        **dict(token_counts(call.usage)),
    }
    return {name: value for name, value in said.items() if value is not None}


def measurements(call: HiddenCall) -> Iterator[Measurement]:
    """Its duration, tokens and cost."""
    labels = {names.OPERATION: names.CHAT, names.PROVIDER: call.provider, names.REQUEST_MODEL: call.model}
    yield measured(names.OPERATION_DURATION, call.ended - call.began, **labels, **{names.ERROR_TYPE: call.error})
    counts = dict(token_counts(call.usage))
    for kind, name in (("input", names.INPUT_TOKENS), ("output", names.OUTPUT_TOKENS)):
        if name in counts:
            yield measured(names.TOKEN_USAGE, counts[name], **labels, **{names.TOKEN_TYPE: kind})
    if cost := _cost(call):
        yield measured(names.COST_TOTAL, cost, **labels)


def _cost(call: HiddenCall) -> float | None:
    return price(call.model, call.provider, call.usage) if call.usage else None
