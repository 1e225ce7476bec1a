"""What a client asks of a chat completion's stream. Pure."""

from dataclasses import dataclass, field

from ..answer_limits import AnswerLimits


@dataclass(frozen=True)
class CompletionOptions:
    """What the client asked of the stream."""

    model: str
    created: int = 0
    """Unix seconds."""
    usage: bool = False
    """A last chunk with the tokens (`stream_options.include_usage`)."""
    events: bool = False
    """Our events beside the words, in the field `mainstem` of otherwise empty chunks."""
    hold: bool = False
    """The words only when the run is over and they stand."""
    address: str = ""
    """Where the client reaches this server's routes."""
    limits: AnswerLimits = field(default_factory=AnswerLimits)
    """Where the answer is to end."""
