// In: {openapi, url, question, sample}. Out: what `generated.ts` found, after types were generated and both were checked.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { print, stdin } from "./io.mjs";

const { openapi, url, question, sample } = await stdin();
const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(here, "generated-"));
try {
  writeFileSync(join(folder, "api.d.ts"), astToString(await openapiTS(openapi, { defaultNonNullable: false })));
  copyFileSync(join(here, "generated.ts"), join(folder, "generated.ts"));
  writeFileSync(join(folder, "sample.ts"), sample);
  const program = ts.createProgram([join(folder, "generated.ts"), join(folder, "sample.ts")], {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
    skipLibCheck: true,
  });
  const found = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  const wrong = found.map((each) => ts.flattenDiagnosticMessageText(each.messageText, "\n"));
  if (wrong.length) throw new Error(wrong.join("\n"));
  const { ask } = await import(pathToFileURL(join(folder, "generated.js")));
  print(await ask(url, { question }));
} finally {
  rmSync(folder, { recursive: true });
}
