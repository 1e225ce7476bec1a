// Long code in blocks of lines, of which the browser passes over those that are not seen. No DOM.

const LINES = 64; // of a block

/**
 * Pieces of code, each `[kind, words]`, block by block; short code is one block.
 * @param {[string, string][]} pieces
 * @returns {[string, string][][]}
 */
export function lineBlocks(pieces) {
  /** @type {[string, string][][]} */
  const found = [[]];
  let lines = 0;
  for (const [kind, words] of pieces) {
    for (const line of words.split(/(?<=\n)/)) {
      const block = found[found.length - 1];
      const last = block.at(-1);
      if (last?.[0] === kind) last[1] += line;
      else block.push([kind, line]);
      lines += line.endsWith("\n") ? 1 : 0;
      if (lines === LINES * found.length) found.push([]);
    }
  }
  return found.filter((block) => block.length);
}
