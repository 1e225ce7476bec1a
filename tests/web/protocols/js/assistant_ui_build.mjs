// Out: the program of `assistant_ui.jsx` with all that it imports, as one script.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { print } from "./io.mjs";

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("assistant_ui.jsx", import.meta.url))],
  bundle: true,
  format: "iife",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  minify: true,
  write: false,
});
print({ script: outputFiles[0].text });
