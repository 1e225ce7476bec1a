// In: {ai, url, id, steps, body?}; `ai` is the package, in one of its versions; a step is {say}, {say, edit: N} (which
// message), {regenerate: true}, {approve: true | false} or {resume: true}. Out: what a chat of the AI SDK, as `useChat`
// holds one, has after each step.
import { print, stdin } from "./io.mjs";

const { ai, url, id, steps, body } = await stdin();
const { AbstractChat, DefaultChatTransport, lastAssistantMessageIsCompleteWithApprovalResponses } = await import(ai);

class State {
  status = "ready";
  error = undefined;
  messages = [];
  pushMessage = (message) => void (this.messages = [...this.messages, message]);
  popMessage = () => void (this.messages = this.messages.slice(0, -1));
  replaceMessage = (index, message) => {
    this.messages = this.messages.map((one, at) => (at === index ? this.snapshot(message) : one));
  };
  snapshot = (thing) => structuredClone(thing);
}

class Chat extends AbstractChat {
  constructor(options) {
    super({ ...options, state: new State() });
  }
}

let ended;
const events = [];
const chat = new Chat({
  id,
  transport: new DefaultChatTransport({ api: url, body }),
  sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  onFinish: ({ isError, isAbort, finishReason }) => ended?.({ isError, isAbort, finishReason }),
  onData: (part) => void events.push(part.type),
});

function approvals() {
  return chat.lastMessage.parts.filter((part) => part.state === "approval-requested").map((part) => part.approval.id);
}

function said() {
  return chat.lastMessage?.role === "assistant" && chat.lastMessage.parts.some((part) => part.type === "text");
}

async function take(step) {
  if (step.resume) return chat.resumeStream();
  if (step.regenerate) return chat.regenerate();
  if (step.edit !== undefined) return chat.sendMessage({ text: step.say, messageId: chat.messages[step.edit].id });
  if (step.say) return chat.sendMessage({ text: step.say }, { body: step.body });
  if (step.body) return chat.sendMessage(undefined, { body: step.body });
  for (const one of approvals()) await chat.addToolApprovalResponse({ id: one, approved: step.approve });
}

const seen = [];
for (const step of steps) {
  const end = new Promise((resolve) => (ended = resolve));
  const looking = step.stopAtText && setInterval(() => said() && chat.stop(), 10);
  await take(step);
  const how = await end;
  clearInterval(looking);
  seen.push({ ...how, messages: structuredClone(chat.messages), error: chat.error?.message, events: [...events] });
}
print(seen);
