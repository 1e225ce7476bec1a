// In: {url, assistant, steps, context}; a step is {say} or {resume}. Out: what LangChain's React hook `useStream` holds
// after each step, and how many different texts of the answer it rendered on the way.
import { JSDOM } from "jsdom";
import { print, stdin } from "./io.mjs";

const { window } = new JSDOM("<div id=root></div>", { url: "http://localhost/" });
Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: false });
globalThis.navigator ??= window.navigator; // newer nodes have one
const { createElement } = await import("react");
const { createRoot } = await import("react-dom/client");
const { useStream } = await import("@langchain/langgraph-sdk/react");

const { url, assistant, steps, context } = await stdin();
let shown, ended;
const texts = new Set();
const custom = [];

function View() {
  shown = useStream({
    apiUrl: url,
    apiKey: null,
    assistantId: assistant,
    messagesKey: "messages",
    onCustomEvent: (data) => void custom.push(data),
    onFinish: () => ended(),
    onError: () => ended(),
    throttle: false,
  });
  const last = shown.messages.at(-1);
  if (last?.type === "ai") texts.add(last.content);
  return null;
}

createRoot(document.getElementById("root")).render(createElement(View));
const settled = async (true_) => {
  while (!true_()) await new Promise((resolve) => setTimeout(resolve, 20));
};
await settled(() => shown !== undefined);

const seen = [];
for (const step of steps) {
  const input = step.say ? { messages: [{ type: "human", content: step.say }] } : undefined;
  const command = step.resume ? { resume: step.resume } : undefined;
  const end = new Promise((resolve) => (ended = resolve));
  await shown.submit(input, { command, context, streamMode: ["messages-tuple", "updates", "custom", "values"] });
  await end;
  await settled(() => !shown.isLoading);
  seen.push({
    messages: shown.messages,
    interrupt: shown.interrupt ?? null,
    error: shown.error ? String(shown.error) : null,
    texts: [...texts],
    custom: custom.splice(0),
  });
}
print(seen);
process.exit(0);
