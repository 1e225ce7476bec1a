"""What the next chunk of a stream will look like, byte for byte, but for the text that it adds.

Providers write every chunk of an answer alike. Once one was parsed, the next need only be compared: what stands where
its text stood is the next text. Anything unexpected, an escaped character among it, is parsed as the first one was.
"""

import re
from typing import Any

import orjson

from mainstem.models.openai.json_values import mapping

from .growth import TextSlot, growing_texts

_PLAIN = re.compile(rb'[^"\\\x00-\x1f]+').fullmatch
_NOISE = b',"obfuscation":"'
_SAMPLE = "mainstem"


class Template:
    """Reads chunks like `data`, whose only text is `spot`. Where it cannot tell the text's place, it reads none."""

    def __init__(self, data: bytes, chunk: dict[str, Any], spot: TextSlot) -> None:
        holder, key = spot
        self.key = key
        """The key of the text."""
        plain = bare(data)
        self.noisy = plain != data
        """Whether they hold padding."""
        before, _, after = plain.partition(orjson.dumps(holder[key]))
        self._before, self._after = before + b'"', b'"' + after
        self._sure = _is_there(self._before, self._after, chunk, spot)

    def text(self, data: bytes) -> str | None:
        """The text that `data` adds; `None` when it must be parsed."""
        if self.noisy:
            data = bare(data)
        if not (self._sure and data.startswith(self._before) and data.endswith(self._after)):
            return None
        text = data[len(self._before) : -len(self._after)]
        try:
            return text.decode() if _PLAIN(text) else None
        except UnicodeDecodeError:
            return None


def bare(data: bytes) -> bytes:
    """`data` without the padding that OpenAI puts into every chunk, another one each time."""
    start = data.rfind(_NOISE)
    end = data.find(b'"', start + len(_NOISE))
    return data[:start] + data[end + 1 :] if 0 <= start < end else data


def _is_there(before: bytes, after: bytes, chunk: dict[str, Any], spot: TextSlot) -> bool:
    """Whether another text in that place makes the same chunk with another text."""
    holder, key = spot
    try:
        sample = orjson.loads(b"%b%b%b" % (before, _SAMPLE.encode(), after))
    except ValueError:
        return False
    spots = growing_texts(mapping(sample))
    if len(spots) != 1 or spots[0][1] != key:
        return False
    there, _ = spots[0]
    if there[key] != _SAMPLE:
        return False
    there[key] = holder[key]
    return sample == {key: value for key, value in chunk.items() if key != "obfuscation"}
