// An ActivityPub server for the interoperability tests. Parsing, signing and verifying are Fedify's, so what this
// peer accepts was judged by code that shares nothing with reset-node. It keeps everything in memory, has no
// authentication and accepts private addresses: for tests on loopback only. README.md lists the control API, which is here.
import { context, me } from "./federation.mjs";
import { behaviour, cli, controlServer, fail, ORIGIN, people, person, received, sent, until } from "./instance.mjs";
import { bodyOf } from "./receive.mjs";
import { describe, resolve } from "./send.mjs";
import { newKeys, seen, verbs } from "./verbs.mjs";

async function createActor({ name, type = "Person", display = name, summary, manual = false, aliases = [] }) {
  if (!/^[a-z0-9_]+([.-]+[a-z0-9_]+)*$/.test(name ?? "")) fail(400, "an actor needs a name of small letters, digits, _ . and -");
  if (!["Person", "Group", "Organization", "Application", "Service"].includes(type)) fail(400, `${type} is not a type of actor`);
  if (!people.has(name)) {
    people.set(name, { name, type, display, summary, manual, aliases, keys: await newKeys(), followers: new Map(), following: new Map(), asked: new Map() });
  }
  return view(people.get(name));
}
const followingOf = (who) => Object.fromEntries([...who.following].map(([id, activity]) => [id, { state: who.asked.get(activity).state, activity }]));
const view = (who) => ({
  name: who.name, type: who.type, id: me(who).href, handle: `@${who.name}@${cli["handle-host"] ?? ORIGIN.host}`, inbox: context().getInboxUri(who.name).href,
  outbox: context().getOutboxUri(who.name).href, sharedInbox: context().getInboxUri().href, manual: who.manual,
  followers: [...who.followers.keys()], following: followingOf(who),
});

const FIELDS = ["type", "objectType", "actor", "object", "inReplyTo", "id"];
async function inbox(query, name) {
  const wanted = (one) =>
    (query.all === "1" || one.accepted) && (!name || one.for.includes(name)) && one.n > Number(query.since ?? 0) &&
    FIELDS.every((field) => query[field] === undefined || one[field] === query[field]) &&
    (query.contains === undefined || one.text.includes(query.contains));
  await until(query.wait, () => received.filter(wanted).length >= Number(query.count ?? 1));
  return received.filter(wanted).map(({ text, ...rest }) => rest);
}
async function following(query, who) {
  const answered = () => who.asked.get(who.following.get(query.target))?.state === (query.state ?? "accepted");
  if (query.target) await until(query.wait, answered);
  return followingOf(who);
}
async function followers(query, who) {
  if (query.actor) await until(query.wait, () => who.followers.has(query.actor));
  return [...who.followers.keys()];
}
/** One thing that was asked for; waits until it was answered. */
async function asked(query, who) {
  const one = who.asked.get(query.activity) ?? fail(404, `${who.name} did not ask ${query.activity}`);
  await until(query.wait, () => one.state !== "pending");
  return seen(one);
}
function behave(wanted) {
  for (const key of Object.keys(behaviour)) delete behaviour[key];
  return Object.assign(behaviour, wanted);
}

const routes = {
  "GET /health": () => ({ ok: true, origin: ORIGIN.origin }),
  "POST /behaviour": (_, body) => behave(body ?? {}),
  "GET /behaviour": () => behaviour,
  "GET /inbox": (query) => inbox(query),
  "DELETE /inbox": () => ({ forgotten: received.splice(0).length }),
  "GET /sent": () => sent.map(({ activity, recipients, ...rest }) => rest),
  "GET /lookup": async (query) => describe(query.as && person(query.as), await resolve(query.resource)),
  "GET /webfinger": async (query) => ({ resource: query.resource, self: await resolve(query.resource) }),
  "POST /actors": (_, body) => createActor(body ?? {}),
  "GET /actors": () => [...people.values()].map(view),
};
const personal = { "": (_, who) => view(who), inbox: (query, who) => inbox(query, who.name), following, followers, asked };

async function control(method, path, query, body) {
  const route = routes[`${method} ${path}`];
  if (route) return route(query, body);
  const [, name, verb = ""] = /^\/actors\/([^/]+)(?:\/([a-z]+))?$/.exec(path) ?? [];
  if (name && method === "GET" && Object.hasOwn(personal, verb)) return personal[verb](query, person(name));
  if (name && method === "POST" && Object.hasOwn(verbs, verb)) return verbs[verb](person(name), body ?? {});
  return fail(404, `the control API has no ${method} ${path}`);
}

controlServer.on("request", async (message, reply) => {
  let status = 200;
  let answer;
  try {
    const url = new URL(message.url, "http://control");
    const body = await bodyOf(message);
    answer = await control(message.method, url.pathname, Object.fromEntries(url.searchParams), body.length ? JSON.parse(body) : null);
  } catch (error) {
    status = error.status ?? 400;
    answer = { error: String(error), response: error.response && { status: error.response.status } };
  }
  reply.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(answer)}\n`);
});

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
if (cli["until-stdin-closes"]) process.stdin.on("close", () => process.exit(0)).resume();
console.log(JSON.stringify({ ready: true, origin: ORIGIN.origin, control: `http://127.0.0.1:${controlServer.address().port}` }));
