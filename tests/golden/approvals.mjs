// The calls that the page reads of requests, in their order.

import { readFileSync } from "node:fs";

import { pendingCalls } from "./approval_request.js";

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(pendingCalls)));
