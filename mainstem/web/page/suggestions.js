// What may be asked of the user's own documents and tables. No DOM.

const MOST = 3; // suggestions

/**
 * Questions that the user's own files answer: the latest document first, then a table, one that is a file before those
 * inside of documents, then others. None where there is nothing of the user's.
 * @param {schemas.DocumentList} list
 */
export function suggestions({ collections }) {
  const own = collections.find(({ name }) => name === "user");
  if (!own) return [];
  const texts = [...own.documents].sort((one, other) => (one.indexed_at < other.indexed_at ? 1 : -1));
  const named = new Set(texts.map(({ document }) => document));
  const tables = [...own.tables].sort((one, other) => Number(named.has(one.document)) - Number(named.has(other.document)));
  const about = texts.map(({ document }) => `What is ${nameOf(document)} about?`);
  const rows = tables.map(({ name }) => `How many rows does ${name} have?`);
  return [...about.slice(0, 1), ...rows.slice(0, 1), ...about.slice(1), ...rows.slice(1)].slice(0, MOST);
}

/** @param {string} document */
const nameOf = (document) => document.split(/[\\/]/).at(-1) ?? document;
