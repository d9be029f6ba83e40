// What one instance is: its options, its two listeners, and what it keeps in memory. Holds no ActivityPub.
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { parseArgs } from "node:util";

export const { values: cli } = parseArgs({
  options: {
    origin: { type: "string" }, // what others see; by default http://localhost and the port listened on
    listen: { type: "string", default: "127.0.0.1:0" },
    control: { type: "string", default: "127.0.0.1:0" },
    cert: { type: "string" },
    key: { type: "string" },
    "handle-host": { type: "string" }, // the domain in handles, where it is not the host of the origin
    "first-knock": { type: "string", default: "rfc9421" }, // or draft-cavage-http-signatures-12
    "until-stdin-closes": { type: "boolean", default: false }, // so that no peer outlives a test that was killed
  },
});

export const people = new Map(); // name -> {name, type, display, summary, manual, aliases, keys, followers: Map, following: Map, asked: Map}
export const objects = new Map(); // id -> {object, owner, recipients of its Create}
export const sent = []; // {actor, id, type, public, results, activity, recipients}
export const received = []; // one entry for each POST to an inbox, refused ones too
export const changed = new EventEmitter().setMaxListeners(0);
export const behaviour = {}; // what POST /behaviour asked for

export function fail(status, message) {
  throw Object.assign(new Error(message), { status });
}
export const person = (name) => people.get(name) ?? fail(404, `there is no actor ${name}`);

/** Waits until `ready()` is truthy or `seconds` have gone by, and gives its last value. */
export async function until(seconds, ready) {
  const deadline = AbortSignal.timeout(1000 * Number(seconds ?? 0));
  for (;;) {
    const value = ready();
    if (value || deadline.aborted) return value;
    await once(changed, "change", { signal: deadline }).catch(() => {});
  }
}

// The listeners come first, so that a port 0 can become part of the origin.
const address = (text) => ({ host: text.slice(0, text.lastIndexOf(":")), port: Number(text.slice(text.lastIndexOf(":") + 1)) });
export const publicServer = cli.cert
  ? https.createServer({ cert: readFileSync(cli.cert), key: readFileSync(cli.key) })
  : http.createServer();
export const controlServer = http.createServer();
for (const [server, where] of [[publicServer, cli.listen], [controlServer, cli.control]]) {
  server.listen(address(where));
  await once(server, "listening");
}
export const ORIGIN = new URL(cli.origin ?? `${cli.cert ? "https" : "http"}://localhost:${publicServer.address().port}`);
