// In: {chunks, message?}. Out: the message that the AI SDK makes of the chunks, each checked by its own schema first.
import { asSchema, readUIMessageStream, uiMessageChunkSchema } from "ai";
import { print, stdin } from "./io.mjs";

const { chunks, message } = await stdin();
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
for await (const state of readUIMessageStream({ stream, message, onError: (error) => errors.push(String(error)) })) {
  last = state;
}
print({ refused, errors, message: last });
