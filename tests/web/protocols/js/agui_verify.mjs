// In: {input, events}. Out: what AG-UI's own client makes of the events, after its `verifyEvents`.
import { AbstractAgent, verifyEvents } from "@ag-ui/client";
import { from, lastValueFrom, toArray } from "rxjs";
import { print, stdin } from "./io.mjs";

class Replay extends AbstractAgent {
  run() {
    return from(events);
  }
}

const { input, events } = await stdin();
await lastValueFrom(from(events).pipe(verifyEvents(), toArray()));
const agent = new Replay({ threadId: input.threadId, initialMessages: input.messages });
let failed = null;
const seen = { onRunErrorEvent: ({ event }) => void (failed = event.message) };
await agent.runAgent({ runId: input.runId }, seen).catch((error) => (failed = error.message));
print({ messages: agent.messages, state: agent.state, interrupts: agent.pendingInterrupts, failed });
