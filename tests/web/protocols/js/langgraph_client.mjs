// In: {url, assistant, question, context}. Out: what LangGraph's own JavaScript client streams, and the thread after it.
import { Client } from "@langchain/langgraph-sdk";
import { print, stdin } from "./io.mjs";

const { url, assistant, question, context } = await stdin();
const client = new Client({ apiUrl: url, apiKey: null });
const { thread_id: thread } = await client.threads.create();
const parts = [];
const stream = client.runs.stream(thread, assistant, {
  input: { messages: [{ role: "user", content: question }] },
  context,
  streamMode: ["messages-tuple", "updates", "custom"],
  streamSubgraphs: true,
});
for await (const part of stream) parts.push(part);
const { values } = await client.threads.getState(thread);
print({ parts, values });
