export { default, Delimiter, StateBlock, StateCore, StateInline, Token } from "markdown-it";
