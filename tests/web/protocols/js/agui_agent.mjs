// In: {url, threadId, steps, tools}; a step is {say}, {again: true}, {result: {name: text}} for calls of its own tools,
// or {resume: {status, payload?}}. Out: what `HttpAgent` saw, step by step.
import { HttpAgent } from "@ag-ui/client";
import { print, stdin } from "./io.mjs";

const { url, threadId, steps, tools } = await stdin();
const agent = new HttpAgent({ url, threadId });
const seen = [];

function open(messages) {
  const answered = messages.filter((one) => one.role === "tool").map((one) => one.toolCallId);
  return messages.flatMap((one) => one.toolCalls ?? []).filter((call) => !answered.includes(call.id));
}

for (const [number, step] of steps.entries()) {
  const events = [];
  let failed = null;
  let interrupts = agent.pendingInterrupts;
  const resume = interrupts.map(({ id }) => ({ interruptId: id, ...step.resume }));
  if (step.again) agent.setMessages(agent.messages.slice(0, agent.messages.findLastIndex((one) => one.role === "user") + 1));
  if (step.say) agent.addMessage({ id: `user-${number}`, role: "user", content: step.say });
  for (const call of step.result ? open(agent.messages) : []) {
    agent.addMessage({ id: `result-${call.id}`, role: "tool", toolCallId: call.id, content: step.result[call.function.name] });
  }
  const subscriber = {
    onEvent: ({ event }) => void events.push(event),
    onTextMessageContentEvent: () => void (step.abort && agent.abortRun()),
    onRunErrorEvent: ({ event }) => void (failed = event.message),
  };
  const more = step.resume ? { resume } : {};
  await agent.runAgent({ runId: `run-${number}`, tools, ...more }, subscriber).catch((error) => (failed = error.message));
  interrupts = agent.pendingInterrupts;
  seen.push({ events, failed, interrupts, messages: structuredClone(agent.messages) });
}
print(seen);
