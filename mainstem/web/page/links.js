// Links in what a model wrote: which addresses may be followed, and what a link tells of where it leads.

/**
 * The address when it may be linked to: absolute, and http, https or mailto. Else null.
 * @param {string} address
 */
export function safeUrl(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * The tree of a link; of its words alone where `address` may not be linked to.
 * @param {string} address
 * @param {page.Tree[]} children
 * @returns {page.Tree}
 */
export function linkTree(address, children) {
  const href = safeUrl(address);
  if (href === null) return { tag: "span", children };
  /** @type {Record<string, string>} */
  const attrs = { href, title: href, target: "_blank", rel: "noopener noreferrer nofollow" };
  const host = new URL(href).host || href;
  if (!textOf(children).includes(host)) attrs["data-host"] = host; // words must not hide where they lead
  return { tag: "a", attrs, children };
}

/** @type {(trees: page.Tree[]) => string} */
const textOf = (trees) => trees.map((tree) => (typeof tree === "string" ? tree : textOf(tree.children))).join("");
