export async function stdin() {
  let text = "";
  for await (const piece of process.stdin) text += piece;
  return JSON.parse(text || "null");
}

export function print(value) {
  process.stdout.write(JSON.stringify(value));
}
