export { default, Token } from "markdown-it";
