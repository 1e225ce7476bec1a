// A program of somebody who generated the types from /openapi.json: `generate.mjs` checks it, then runs it.
import createClient from "openapi-fetch";
import type { components, operations, paths } from "./api.js";

type Schemas = components["schemas"];
type RunEvent = Schemas["RunEvent"];
type Question = operations["startRun"]["requestBody"]["content"]["application/json"];

export async function ask(baseUrl: string, body: Question) {
  const client = createClient<paths>({ baseUrl });
  const { data: started, error: refused } = await client.POST("/runs", { body });
  if (!started) throw new Error(refused?.detail);
  const path = { run_id: (started as Schemas["Started"]).run_id }; // where a stream is accepted it is that
  const { data: stream } = await client.GET("/runs/{run_id}/events", { params: { path }, parseAs: "stream" });
  let words = "";
  const kinds: RunEvent["type"][] = [];
  for await (const event of events(stream!)) {
    words += said(event);
    kinds.push(event.type);
  }
  const { data: run } = await client.GET("/runs/{run_id}", { params: { path } });
  const { data: threads } = await client.GET("/threads");
  const { error } = await client.GET("/runs/{run_id}", { params: { path: { run_id: "unknown" } } });
  return { words, kinds, status: run?.status, titles: threads?.threads.map(({ title }) => title), problem: error?.detail };
}

async function* events(stream: ReadableStream<Uint8Array>): AsyncGenerator<RunEvent> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const piece of stream as unknown as AsyncIterable<Uint8Array>) {
    const frames = (rest + decoder.decode(piece, { stream: true })).split("\n\n");
    rest = frames.pop()!;
    for (const frame of frames) {
      const data = frame.split("\n").find((line) => line.startsWith("data: "));
      if (data) yield JSON.parse(data.slice(6));
    }
  }
}

function said(event: RunEvent): string {
  // @ts-expect-error only some kinds have text
  void event.text;
  switch (event.type) {
    case "message.delta":
      return event.text;
    case "run.finished":
      return event.status === "done" ? "" : (event.error?.message ?? event.status);
    default:
      return "";
  }
}
