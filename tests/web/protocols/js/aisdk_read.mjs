// In: {chunks, message?}. Out: the message that the AI SDK makes of the chunks, each checked by its own schema first; by
// each of its versions.
import { print, stdin } from "./io.mjs";

const { chunks, message } = await stdin();

async function read({ asSchema, readUIMessageStream, uiMessageChunkSchema }) {
  const schema = asSchema(uiMessageChunkSchema);
  const refused = [];
  for (const chunk of chunks) {
    const checked = await schema.validate(chunk);
    if (!checked.success) refused.push({ chunk, error: String(checked.error) });
  }
  const errors = [];
  const stream = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  let last = message ?? null;
  const given = structuredClone(message); // it is written into
  for await (const state of readUIMessageStream({ stream, message: given, onError: (error) => errors.push(String(error)) })) {
    last = state;
  }
  return { refused, errors, message: last };
}

print(await Promise.all(["ai", "ai-6"].map(async (version) => read(await import(version)))));
