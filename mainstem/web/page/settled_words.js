// How much of a paragraph that is still being written means the same, whatever comes: it need not be parsed again.

const NEAR = 200; // characters at the end that are left to be parsed again
const TRIES = 8; // sentences from the end back that are looked at
export const SENTENCE = /[.!?:;,)] (?=\p{L})/gu;

// What is closed in itself is put away, from the inside out; what is left of marks could pair with what comes.
const CLOSED = [
  /(?<!`)`[^`\n\\]+`(?!`)/g,
  /\[\^?\d{1,4}\](?=[\s.,;:!?]|$)/g,
  /\[[^[\]*_~\\$<`]+\]\([^\s()<>*_~\\$`]+\)/g,
  /(?<!\*)(\*\*?)(?=\S)[^*_`[\]\\~【<|$]+(?<=\S)\1(?!\*)/g,
  /(?<=[A-Za-z0-9])_+(?=[A-Za-z0-9])/g,
];
const OPEN = /[*_`[\]\\~【<|]|\$\$/;

/**
 * Where in `text`, which begins a paragraph or goes on with one, its settled words end; 0: nowhere yet.
 * @param {string} text
 */
export function settledEnd(text, near = NEAR) {
  const ends = Array.from(text.slice(0, -near).matchAll(SENTENCE), ({ index }) => index + 2);
  return ends.slice(-TRIES).findLast((end) => isClosed(text.slice(0, end))) ?? 0;
}

/** @param {string} text */
function isClosed(text) {
  return !OPEN.test(CLOSED.reduce((left, closed) => left.replace(closed, "\0"), text));
}
