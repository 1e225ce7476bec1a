// Trees to elements. The only module that makes elements from what others wrote: by name, attribute and text, never HTML.

const SVG = "http://www.w3.org/2000/svg";

/**
 * The element of index.html with this id. Raises where there is none of its kind.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function part(id, kind = /** @type {new () => T} */ (/** @type {unknown} */ (HTMLElement))) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${kind.name} #${id}.`);
  return element;
}

/**
 * An element: `h("button", {class: "quiet", onclick}, "Stop")`. Children are nodes or text; null is left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, page.Attribute>} [attrs]
 * @param {(page.Child | page.Child[])[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attrs = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * The node of a tree: text, or an element with its attributes and children.
 * @param {page.Tree} tree
 * @returns {Element | Text}
 */
export function build(tree) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const element = tree.svg ? document.createElementNS(SVG, tree.tag) : document.createElement(tree.tag);
  for (const [name, value] of Object.entries(tree.attrs ?? {})) element.setAttribute(name, String(value));
  for (const child of tree.children) element.append(build(child));
  return element;
}

/**
 * Bring `parent`, which shows the trees `before`, to show `after`, touching only what differs. `from`: its first node.
 * @param {ParentNode} parent
 * @param {page.Tree[]} before
 * @param {page.Tree[]} after
 */
export function patch(parent, before, after, from = 0) {
  const nodes = parent.childNodes;
  for (const [index, tree] of after.entries()) {
    const node = nodes[from + index];
    if (index >= before.length) parent.insertBefore(build(tree), node ?? null);
    else patchNode(node, before[index], tree);
  }
  for (let extra = before.length; extra > after.length; extra -= 1) nodes[from + after.length].remove();
}

/**
 * @param {ChildNode} node
 * @param {page.Tree} before
 * @param {page.Tree} after
 */
function patchNode(node, before, after) {
  if (before === after) return;
  if (typeof before === "string" && typeof after === "string") patchText(/** @type {Text} */ (node), before, after);
  else if (typeof before !== "string" && typeof after !== "string" && alike(before, after)) patch(/** @type {Element} */ (node), before.children, after.children);
  else node.replaceWith(build(after));
}

/**
 * @param {Text} node
 * @param {string} before
 * @param {string} after
 */
function patchText(node, before, after) {
  if (after.startsWith(before)) node.appendData(after.slice(before.length));
  else node.data = after;
}

/**
 * @param {page.Branch} before
 * @param {page.Branch} after
 */
function alike(before, after) {
  return before.tag === after.tag && JSON.stringify(before.attrs) === JSON.stringify(after.attrs);
}

/**
 * Set an element's words where they differ.
 * @param {Element} element
 * @param {string | null} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Let an element's text grow to `text`; only what is new is written.
 * @param {Element} element
 * @param {string} text
 */
export function grow(element, text) {
  const node = /** @type {Text} */ (element.firstChild ?? element.appendChild(document.createTextNode("")));
  if (text.length > node.length && text.startsWith(node.data.slice(0, 64))) node.appendData(text.slice(node.length));
  else if (text !== node.data) node.data = text;
}
