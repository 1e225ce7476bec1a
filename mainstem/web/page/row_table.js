// The rows of a screen, in their order, and at which place each stands: the row of a node, a call or a message.

/** @param {events.AnyEvent} event */
export const nodeOf = (event) => `node ${event.task_id ?? JSON.stringify([event.ns, event.node])}`;
/** @param {{tool_call_id?: string}} event */
export const callOf = (event) => (event.tool_call_id ? `call ${event.tool_call_id}` : null);
/** @param {{message_id?: string}} event */
export const wordsOf = (event) => (event.message_id ? `words ${event.message_id}` : null);

export class RowTable {
  /** @type {Map<string, page.Row>} */
  rows = new Map();
  /**
   * The keys of the rows to draw again.
   * @type {Set<string>}
   */
  changed = new Set();
  /** @type {Map<string | null, string>} */
  #open = new Map();

  /**
   * The row of this kind that stands at a place.
   * @template {page.Row["kind"]} Kind
   * @param {Kind} kind
   * @param {string | null} place
   * @returns {page.RowOf<Kind> | undefined}
   */
  at(kind, place) {
    const row = place === null ? undefined : this.rows.get(this.#open.get(place) ?? "");
    return /** @type {page.RowOf<Kind> | undefined} */ (row?.kind === kind ? row : undefined);
  }

  /**
   * @template {page.Row} R
   * @param {string | null} place
   * @param {R} row
   */
  place(place, row) {
    this.#open.set(place, row.key);
    return row;
  }

  /**
   * @template {page.Row["kind"]} Kind
   * @param {Kind} kind
   * @param {events.AnyEvent} event
   * @param {page.RowFields<Kind>} fields
   */
  add(kind, event, fields) {
    const row = /** @type {page.RowOf<Kind>} */ (/** @type {unknown} */ ({ key: `${kind} ${event.seq}`, kind, depth: 0, at: event.at, ...fields }));
    this.rows.set(row.key, row);
    this.changed.add(row.key);
    return row;
  }

  /**
   * @template {page.Row} R
   * @param {R} row
   * @param {Partial<R>} fields
   */
  set(row, fields) {
    Object.assign(row, fields);
    this.changed.add(row.key);
  }

  /** @param {page.Row} row */
  drop(row) {
    this.rows.delete(row.key);
    this.changed.add(row.key);
  }

  /**
   * Nothing stands at this place any more.
   * @param {string | null} place
   */
  leave(place) {
    this.#open.delete(place);
  }
}
