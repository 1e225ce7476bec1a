// What the server sends. Written from the code by `python -m tests.docs.reference`: do not edit.

declare namespace events {
  /** LangChain's `UsageMetadata`. */
  interface UsageMetadata {
    input_tokens: number;
    output_tokens: number;
    total_tokens: number;
  }

  /** What went wrong, and what to do about it. */
  interface Error {
    type: string;
    message: string;
    hint: string;
  }

  /** Where in a document a passage stands. */
  interface Locator {
    page?: number;
    line?: number;
    start: number;
    end: number;
  }

  /** What a person decided on a call, or on words that a policy held for review. */
  interface ToolDecision {
    type: "approve" | "edit" | "reject" | "respond";
    by: string | null;
    at: string;
    scope: "call" | "thread";
    flag: string | null;
  }

  /** What every event carries. */
  interface Event {
    type: unknown;
    seq: number;
    run_id: string;
    at: number;
    node?: string;
    task_id?: string;
    ns?: string[];
  }

  /** The run exists. */
  interface RunStarted extends Event {
    type: "run.started";
    thread_id?: string;
    graph: string;
    tags: Record<string, string>;
    started_at: string;
    trace_id?: string;
    traceparent?: string;
    question_id?: string;
  }

  /** A node of the graph began. */
  interface NodeStarted extends Event {
    type: "node.started";
  }

  /** A node of the graph ended. */
  interface NodeFinished extends Event {
    type: "node.finished";
    seconds?: number;
    wrote?: string[];
    error?: events.Error;
  }

  /** A model turn's words begin. */
  interface MessageStarted extends Event {
    type: "message.started";
    message_id: string;
    model?: string;
    provider?: string;
    attempt: number;
    answer: boolean | null;
  }

  /** Text to show. */
  interface MessageDelta extends Event {
    type: "message.delta";
    message_id: string;
    text: string;
    n: number;
    first_at: number;
    last_at: number;
    tokens: number;
    words: number;
    spent_tokens?: number;
    spent_cost?: number;
  }

  /** The model's reasoning, a channel of its own. */
  interface MessageReasoning extends Event {
    type: "message.reasoning";
    message_id: string;
    text: string;
    n: number;
    first_at: number;
    last_at: number;
    tokens: number;
    words: number;
    spent_tokens?: number;
    spent_cost?: number;
  }

  /** What was shown of this message no longer counts. */
  interface MessageSuperseded extends Event {
    type: "message.superseded";
    message_id: string;
    reason: "retry" | "fallback" | "repair";
  }

  /** The end of a model's turn, with its numbers, all measured at the arrivals. */
  interface MessageFinished extends Event {
    type: "message.finished";
    message_id: string;
    finish_reason: string | null;
    complete: boolean;
    usage?: UsageMetadata;
    cost: number | null;
    ttft?: number;
    gap_p50?: number;
    gap_p95?: number;
    stalls: number;
    tokens_per_second?: number;
  }

  /** The model is writing a call. */
  interface ToolArguments extends Event {
    type: "tool.arguments";
    tool_call_id: string;
    name: string;
    text: string;
    message_id?: string;
  }

  /** A tool call began to run. */
  interface ToolStarted extends Event {
    type: "tool.started";
    tool_call_id: string;
    name: string;
    args: Record<string, unknown>;
    decision?: ToolDecision;
  }

  /** Text that a tool writes while it runs. */
  interface ToolOutput extends Event {
    type: "tool.output";
    tool_call_id: string;
    text: string;
  }

  /** A tool call ended. */
  interface ToolFinished extends Event {
    type: "tool.finished";
    tool_call_id: string;
    name: string;
    status: "ok" | "error" | "timeout" | "stopped" | "rejected";
    seconds?: number;
    summary: string;
    artifact?: unknown;
  }

  /** How far along something is: a node, a `Send` part, a tool, the indexing. */
  interface Progress extends Event {
    type: "progress";
    tool_call_id?: string;
    label: string;
    done: number;
    total?: number;
    unit: string;
  }

  /** A mark in the text, resolved; told while the answer streams, once the sentence is over. */
  interface Citation extends Event {
    type: "citation";
    message_id: string;
    marker: string;
    answer_start?: number;
    answer_end?: number;
    document: string;
    locator: Locator;
    quote: string;
    verdict?: "supported" | "doubtful" | "unsupported";
  }

  /** A person must decide before the run goes on. */
  interface Interrupt extends Event {
    type: "interrupt";
    interrupt_id: string;
    request: unknown;
  }

  /** Something that people should know. */
  interface Notice extends Event {
    type: "notice";
    kind: "masked" | "refused" | "ungrounded" | "budget" | "stall" | "review" | "journal" | "other";
    rule: string;
    count?: number;
    text: string;
    decision?: ToolDecision;
  }

  /** What else the graph wrote or showed. */
  interface Data extends Event {
    type: "data";
    mode: "custom" | "values" | "checkpoints" | "debug";
    data: unknown;
  }

  /** On replay: the events before this one are gone. */
  interface Gap extends Event {
    type: "gap";
    from_seq: number;
    to_seq: number;
  }

  /** The end, exactly once and last. */
  interface RunFinished extends Event {
    type: "run.finished";
    status: "done" | "truncated" | "interrupted" | "stopped" | "halted" | "failed";
    reason?: "policy" | "budget" | "steps" | "supervisor";
    cut?: "length" | "filtered" | "refused" | "paused" | "failed" | "other" | "unsaid";
    finish_reason?: string;
    error?: events.Error;
    usage?: UsageMetadata;
    cost: number | null;
    seconds: number;
  }

  type AnyEvent = RunStarted | NodeStarted | NodeFinished | MessageStarted | MessageDelta | MessageReasoning | MessageSuperseded | MessageFinished | ToolArguments | ToolStarted | ToolOutput | ToolFinished | Progress | Citation | Interrupt | Notice | Data | Gap | RunFinished;
}

declare namespace schemas {
  /** How the server is. */
  interface Health {
    status: "ok" | "degraded";
    detail: string;
    runs: number;
    streams: number;
  }

  /** That requests may be sent here. */
  interface Ready {
    status: "ready";
  }

  /** How much the server takes. */
  interface Limits {
    question_chars: number;
    body_bytes: number;
    upload_bytes: number;
    file_bytes: number;
    runs: number;
    streams: number;
  }

  /** What is served. */
  interface Info {
    name: string;
    version: string;
    model: string | null;
    models: string[];
    documents: boolean;
    threads: boolean;
    messages: boolean;
    inputs: string[] | null;
    bundled: boolean;
    limits: Limits;
  }

  /** One request that waits for a decision, which `POST /threads/{thread_id}/resume` brings. */
  interface Approval {
    thread_id: string;
    title: string;
    since: string;
    interrupt_id: string;
    request: unknown;
    question: string;
    answer: string;
    policy: string | null;
    expires_at: string | null;
    expired: boolean;
  }

  /** What waits, of the latest threads first. */
  interface ApprovalList {
    approvals: Approval[];
  }

  /** An indexed document. */
  interface DocumentSummary {
    id: string;
    document: string;
    kind: string;
    chars: number;
    passages: number;
    indexed_at: string;
  }

  /** An indexed table. */
  interface TableSummary {
    id: string;
    name: string;
    document: string;
    columns: Record<string, string>;
    rows: number;
  }

  /** A file that is not indexed for what is in it; it is tried again when it changes. */
  interface SkippedDocument {
    document: string;
    reason: string;
  }

  /** Files that were passed over because files of their kind are not read. */
  interface UnreadFiles {
    suffix: string;
    files: number;
  }

  /** Documents and tables that are searched together. */
  interface Collection {
    name: string;
    documents: DocumentSummary[];
    tables: TableSummary[];
    skipped: SkippedDocument[];
    unread: UnreadFiles[];
  }

  /** Everything that is indexed. */
  interface DocumentList {
    collections: Collection[];
  }

  /** Part of a document, with what stands around it. */
  interface PassageText {
    document: string;
    before: string;
    text: string;
    after: string;
    start: number;
    end: number;
    total_chars: number;
  }

  /** What was said of a run. */
  interface FeedbackSummary {
    run_id: string;
    name: string;
    score: number | null;
    label: string | null;
    explanation: string;
    annotator: string;
    at: string;
  }

  /** What was said of a run, oldest first. */
  interface FeedbackList {
    feedback: FeedbackSummary[];
  }

  /** A run that was started. */
  interface Started {
    run_id: string;
    thread_id: string | null;
  }

  /** Runs, newest first. */
  interface RunList {
    runs: RunSummary[];
  }

  /** A run, as a list shows it. */
  interface RunSummary {
    run_id: string;
    thread_id: string | null;
    graph: string;
    tags: Record<string, string>;
    started_at: string;
    status: string | null;
    seconds: number | null;
    events: number | null;
    pruned: boolean;
    question_id: string | null;
  }

  /** Where a thread was before a message. */
  interface Fork {
    thread_id: string;
    checkpoint_id: string;
  }

  /** One of the questions that were asked at the same place of a thread, and what came of it. */
  interface Branch {
    message_id: string;
    question: string;
    checkpoint_id: string;
    latest: boolean;
  }

  /** Where a thread branches. */
  interface BranchList {
    places: Branch[][];
  }

  /** A thread, as a list shows it. */
  interface ThreadSummary {
    thread_id: string;
    title: string;
    turns: number;
    updated_at: string;
    waiting: boolean;
    damaged: boolean;
    running: string | null;
  }

  /** Threads, newest first. */
  interface ThreadList {
    threads: ThreadSummary[];
  }

  /** A message of a thread. */
  interface ThreadMessage {
    message_id: string;
    role: string;
    text: string;
    name: string | null;
    tool_calls: Record<string, unknown>[];
    tool_call_id: string | null;
    citations: Record<string, unknown>[];
    steering: boolean;
  }

  /** What a person must decide. */
  interface PendingInterrupt {
    interrupt_id: string;
    request: unknown;
  }

  /** A thread with what was said in it. */
  interface ThreadState {
    thread_id: string;
    title: string;
    turns: number;
    updated_at: string;
    waiting: boolean;
    damaged: boolean;
    running: string | null;
    status: "idle" | "running" | "interrupted";
    summary: string;
    messages: ThreadMessage[];
    values: Record<string, unknown>;
    interrupts: PendingInterrupt[];
    runs: RunSummary[];
  }

  /** How far the indexing of an upload is. */
  interface UploadProgress {
    type: "progress";
    label: string;
    done: number;
    total: number;
    unit: string;
    unchanged: boolean;
  }

  /** The end of an upload: what is indexed now. */
  interface UploadIndexed {
    type: "indexed";
    indexed: number;
    unchanged: number;
    removed: number;
    passages: number;
    tables: number;
    seconds: number;
    skipped: SkippedDocument[];
    partly: SkippedDocument[];
    unread: UnreadFiles[];
  }

  /** The end of an upload that could not be indexed. */
  interface UploadFailed {
    type: "failed";
    error: events.Error;
    skipped: SkippedDocument[];
  }

  /** Who sent the request. */
  interface Me {
    id: string;
    roles: string[];
    authentication: boolean;
  }
}
