"""Every name that spans and metrics bear, by OpenTelemetry's conventions for generative AI, and ours beside them.

They are those of `SCHEMA_URL`, the last release of the semantic conventions that holds them all and the one that
dashboards read. The conventions have since moved to a repository of their own, whose first release (0.1.0, in
development) calls the client's metrics `gen_ai.client.inference.…`; the durations of agents, tools and retrieval,
which the older release has not, bear its names.
"""

from typing import NamedTuple

SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0"

# operations
INVOKE_AGENT = "invoke_agent"
CHAT = "chat"
EXECUTE_TOOL = "execute_tool"
RETRIEVAL = "retrieval"
READ = "mainstem.read"

# attributes of the conventions
OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
AGENT = "gen_ai.agent.name"
CONVERSATION = "gen_ai.conversation.id"
SESSION = "session.id"
USER = "user.id"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_STREAM = "gen_ai.request.stream"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHE_READ = "gen_ai.usage.cache_read.input_tokens"
CACHE_CREATION = "gen_ai.usage.cache_creation.input_tokens"
REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"
TOKEN_TYPE = "gen_ai.token.type"  # noqa: S105 - no password
TOOL_NAME = "gen_ai.tool.name"
TOOL_CALL = "gen_ai.tool.call.id"
TOOL_TYPE = "gen_ai.tool.type"
TOOL_ARGUMENTS = "gen_ai.tool.call.arguments"
TOOL_RESULT = "gen_ai.tool.call.result"
OUTPUT_MESSAGES = "gen_ai.output.messages"
ERROR_TYPE = "error.type"
EVALUATION = "gen_ai.evaluation.result"
EVALUATION_NAME = "gen_ai.evaluation.name"
EVALUATION_SCORE = "gen_ai.evaluation.score.value"
EVALUATION_LABEL = "gen_ai.evaluation.score.label"
EVALUATION_EXPLANATION = "gen_ai.evaluation.explanation"

# ours
RUN = "mainstem.run.id"
STATUS = "mainstem.run.status"
REASON = "mainstem.run.reason"
CUT = "mainstem.run.cut"
COST = "mainstem.cost.usd"
TAG = "mainstem.tag."
NODE = "mainstem.node"
MESSAGE = "mainstem.message.id"
COMPLETE = "mainstem.message.complete"
ANSWER = "mainstem.message.answer"
ATTEMPTS = "mainstem.attempts"
STALLS = "mainstem.stalls"
TOOL_STATUS = "mainstem.tool.status"
READER_EVENTS = "mainstem.reader.events"
READER_LATE_MEDIAN = "mainstem.reader.late_p50"
READER_LATE_MOST = "mainstem.reader.late_max"
READER_WHOLE = "mainstem.reader.read_to_end"
ANNOTATOR = "mainstem.feedback.annotator"

# events of spans
ATTEMPT_EVENT = "mainstem.attempt"
SUPERSEDED_EVENT = "mainstem.superseded"
NOTICE_EVENT = "mainstem.notice"
ALERT_EVENT = "mainstem.alert"
INTERRUPT_EVENT = "mainstem.interrupt"
KIND = "mainstem.notice.kind"
RULE = "mainstem.notice.rule"
COUNT = "mainstem.notice.count"
ALERT = "mainstem.alert.name"
ATTEMPT = "mainstem.attempt.number"
SUPERSEDED_REASON = "mainstem.superseded.reason"
INTERRUPT = "mainstem.interrupt.id"

# metrics
_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_FIRST = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
_GAPS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5)
_TOKENS = tuple(float(4**power) for power in range(14))


class Instrument(NamedTuple):
    """A metric: what it is called, counts and means."""

    name: str
    unit: str
    description: str
    bounds: tuple[float, ...] = ()
    """Upper bounds of a histogram's buckets; none: it is a sum."""


OPERATION_DURATION = Instrument("gen_ai.client.operation.duration", "s", "GenAI operation duration.", _SECONDS)
TIME_TO_FIRST_CHUNK = Instrument(
    "gen_ai.client.operation.time_to_first_chunk", "s", "Time from the request to the first chunk.", _FIRST
)
TIME_PER_OUTPUT_CHUNK = Instrument(
    "gen_ai.client.operation.time_per_output_chunk", "s", "Time from one chunk to the next.", _GAPS
)
TOKEN_USAGE = Instrument("gen_ai.client.token.usage", "{token}", "Number of input and output tokens used.", _TOKENS)
AGENT_DURATION = Instrument("gen_ai.invoke_agent.duration", "s", "Duration of an agent's invocation.", _SECONDS)
TOOL_DURATION = Instrument("gen_ai.execute_tool.duration", "s", "Duration of a tool's execution.", _SECONDS)
RETRIEVAL_DURATION = Instrument("gen_ai.retrieval.duration", "s", "Duration of a retrieval.", _SECONDS)
READER_LATENESS = Instrument("mainstem.reader.lateness", "s", "Time from an event to a live reader's taking it.", _GAPS)
RUNS = Instrument("mainstem.runs", "{run}", "Runs that ended, by how they ended.")
INCOMPLETE = Instrument("mainstem.streams.incomplete", "{stream}", "Answers of models that were not whole.")
COST_TOTAL = Instrument("mainstem.cost", "USD", "US dollars of model calls whose price is known.")
ALERTS = Instrument("mainstem.alerts", "{alert}", "Alerts, by name.")
