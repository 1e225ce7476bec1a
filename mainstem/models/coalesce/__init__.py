"""What has arrived together is read, parsed and shown together: less work the more there is, and nothing changed.

`http_client` makes the HTTP client. `MergedStream` reads its streams for models of ours and for `fast` ones:
`SseParser` cuts events, `Merger` joins chunks. For SDKs that read their streams themselves, `EventJoiner` gives them
fewer events of the same shape. `Turns` says whose turn it is where more comes than the event loop gets done.
"""

from .client import http_client, sync_http_client
from .merge import ARRIVALS, TEXT, Merger
from .stream import MergedStream
from .transport import StreamTransport

__all__ = ["ARRIVALS", "TEXT", "MergedStream", "Merger", "StreamTransport", "http_client", "sync_http_client"]
