// What the page's modules hand each other.

declare namespace page {
  // elements

  type Child = Node | string | null | undefined | false;
  type Attribute = string | number | boolean | null | undefined | EventListener;

  /** What markdown_tree.js and chart.js make, and dom.js builds: text, or an element. */
  type Tree = string | Branch;
  interface Branch {
    tag: string;
    attrs?: Record<string, string | number>;
    children: Tree[];
    svg?: boolean;
  }

  // threads

  /** What is heard of the open thread. */
  interface ThreadHears {
    /** How the connection is. */
    state(connection: string): void;
    /** The run that goes on. */
    busy(run: string | null): void;
    painted(view: import("./page/run_view.js").RunView): void;
    trouble(problem: { message: string; hint?: string } | null): void;
    title(words: string): void;
    /** Make a change of what stands above what is read, and keep that in its place. */
    changes(element: Element, change: () => void): void;
  }

  // Markdown

  interface Block {
    line: number;
    /** The lines where its items begin, or its own blocks. */
    starts: number[];
    tree: Tree;
  }
  /** The trees of words, by the words. */
  type Words = Map<string, Tree[]>;

  // rows, as fold.js makes them

  interface Placed {
    key: string;
    depth: number;
    at: number;
    parent?: string;
    stopped?: boolean;
  }
  interface StepRow extends Placed {
    kind: "step";
    node: string;
    ended: boolean;
    progress: events.Progress | null;
    /** The model that was asked in this step, the last one where there were several. */
    model?: string;
    /** Whether other nodes asked a model, too. */
    several?: boolean;
    /** Whether tools were called in this step. */
    calls?: boolean;
    seconds?: number;
    error?: events.Error;
    doubted?: boolean;
  }
  interface WorkRow extends Placed {
    kind: "work";
    ended: boolean;
    progress: events.Progress;
  }
  interface CallRow extends Placed {
    kind: "call";
    name: string;
    state: "writing" | "running" | events.ToolFinished["status"];
    text: string;
    output: string;
    args?: Record<string, unknown>;
    progress?: events.Progress;
    seconds?: number;
    summary?: string;
    artifact?: unknown;
  }
  interface AsideRow extends Placed {
    kind: "aside";
    about: "words" | "reasoning";
    text: string;
    ended: boolean;
    seconds?: number;
  }
  interface SpeechRow extends Placed {
    kind: "speech";
    message: string;
    model?: string;
    attempt: number;
    text: string;
    ended: boolean;
    calls?: boolean;
    firstAt?: number;
    lastAt?: number;
    tokens?: number;
    finished?: events.MessageFinished;
  }
  interface WithdrawnRow extends Placed {
    kind: "withdrawn";
    reason: events.MessageSuperseded["reason"];
  }
  interface RemarkRow extends Placed {
    kind: "remark";
    notice: events.Notice;
  }
  interface QuestionRow extends Placed {
    kind: "question";
    id: string;
    request: unknown;
    answer?: unknown;
  }
  interface DataRow extends Placed {
    kind: "data";
    pieces: Pick<events.Data, "mode" | "node" | "data">[];
    count: number;
  }
  type Row = StepRow | WorkRow | CallRow | AsideRow | SpeechRow | WithdrawnRow | RemarkRow | QuestionRow | DataRow;

  type RowOf<Kind> = Extract<Row, { kind: Kind }>;
  /** What a row of a kind is made with. */
  type RowFields<Kind> = Omit<RowOf<Kind>, keyof Placed | "kind"> & Partial<Pick<Placed, "depth" | "parent">>;

  /** What shows a row. */
  interface Shown {
    element: HTMLElement;
    update(now: number): void;
    row?: SpeechRow;
  }
  /** What a row may ask of the page. */
  interface Help {
    open(cited: Cited): void;
  }
  /** What makes rows of a kind: never one of another. */
  type Makers = { [R in StepRow | WorkRow | CallRow | AsideRow | RemarkRow | DataRow as R["kind"]]: (row: R, help: Help) => Shown };

  // citations

  /** A citation, as an event or a thread's message tells it, or a passage of a search. */
  type Cited = Pick<events.Citation, "marker" | "document" | "locator" | "quote"> & Partial<Pick<events.Citation, "answer_start" | "answer_end" | "verdict">>;

  /** A passage that a search returned. */
  interface Passage extends events.Locator {
    n?: number;
    heading?: string;
    document: string;
    text: string;
  }

  // tables and charts

  interface Table {
    columns: string[];
    rows: unknown[][];
    truncated: boolean;
  }
  /** Which chart says a table, by column number. */
  interface Choice {
    kind: "bar" | "line";
    label: number;
    values: number[];
    series?: number;
  }
}
