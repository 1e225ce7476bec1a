"""What has arrived together is read, parsed and shown together: less work the more there is, and nothing changed.

`client` makes the HTTP client, `MergedStream` reads its streams: both go to the OpenAI SDK. In between, `Frames` cuts
events, `Merger` joins chunks, and the `FrameClock` bounds how often a busy event loop is woken.
"""

from .client import client
from .merge import ARRIVALS, TEXT, Merger
from .stream import MergedStream
from .transport import StreamTransport

__all__ = ["ARRIVALS", "TEXT", "MergedStream", "Merger", "StreamTransport", "client"]
