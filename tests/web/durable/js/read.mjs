// In: {url, live}. Out: what the protocol's own client reads of a stream of JSON, and where it then is.
import { stream } from "@durable-streams/client";

let text = "";
for await (const piece of process.stdin) text += piece;
const { url, live } = JSON.parse(text);
const read = await stream({ url, offset: "-1", live });
const items = await read.json();
process.stdout.write(JSON.stringify({ items, offset: read.offset, upToDate: read.upToDate }));
