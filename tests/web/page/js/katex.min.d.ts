// Run for what it does: it sets `globalThis.katex`.
export {};
