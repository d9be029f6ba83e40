// An ActivityPub server for the interoperability tests. Parsing, signing and verifying are Fedify's, so what this
// peer accepts was judged by code that shares nothing with reset-node. It keeps everything in memory, has no
// authentication and accepts private addresses: for tests on loopback only. README.md lists the control API.
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { parseArgs } from "node:util";
import { createFederation, detachSignature, generateCryptoKeyPair, MemoryKvStore, verifyObject, verifyRequestDetailed } from "@fedify/fedify";
import * as AS from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

const { values: cli } = parseArgs({
  options: {
    origin: { type: "string" }, // what others see; by default http://localhost and the port listened on
    listen: { type: "string", default: "127.0.0.1:0" },
    control: { type: "string", default: "127.0.0.1:0" },
    cert: { type: "string" },
    key: { type: "string" },
    "first-knock": { type: "string", default: "rfc9421" }, // or draft-cavage-http-signatures-12
    "until-stdin-closes": { type: "boolean", default: false }, // so that no peer outlives a test that was killed
  },
});

const PUBLIC = AS.PUBLIC_COLLECTION;
const AS_TYPE = /^application\/(activity\+json|ld\+json)/;
const PERSONAL_INBOX = /^\/actors\/([^/]+)\/inbox$/;

const people = new Map(); // name -> {name, type, display, summary, manual, keys, followers: Map, following: Map}
const objects = new Map(); // id -> {object, audience: recipients of its Create}
const sent = []; // {actor, id, type, public, results, activity, recipients}
const received = []; // one entry for each POST to an inbox, refused ones too
const changed = new EventEmitter().setMaxListeners(0);
let behaviour = {};

const person = (name) => people.get(name) ?? fail(404, `there is no actor ${name}`);
function fail(status, message) {
  throw Object.assign(new Error(message), { status });
}
const idOf = (value) => (Array.isArray(value) ? idOf(value[0]) : typeof value === "object" ? value?.id : value);
const now = () => Temporal.Now.instant();

/** Waits until `ready()` is truthy or `seconds` have gone by, and gives its last value. */
async function until(seconds, ready) {
  const deadline = AbortSignal.timeout(1000 * Number(seconds ?? 0));
  for (;;) {
    const value = ready();
    if (value || deadline.aborted) return value;
    await once(changed, "change", { signal: deadline }).catch(() => {});
  }
}

// ---- The listeners come first, so that a port 0 can become part of the origin.

const address = (text) => ({ host: text.slice(0, text.lastIndexOf(":")), port: Number(text.slice(text.lastIndexOf(":") + 1)) });
const publicServer = cli.cert
  ? https.createServer({ cert: readFileSync(cli.cert), key: readFileSync(cli.key) })
  : http.createServer();
const controlServer = http.createServer();
for (const [server, where] of [[publicServer, cli.listen], [controlServer, cli.control]]) {
  server.listen(address(where));
  await once(server, "listening");
}
const ORIGIN = new URL(cli.origin ?? `${cli.cert ? "https" : "http"}://localhost:${publicServer.address().port}`);

// ---- What Fedify serves for us.

const federation = createFederation({
  kv: new MemoryKvStore(),
  origin: ORIGIN.origin,
  allowPrivateAddress: true,
  firstKnock: cli["first-knock"],
  userAgent: { software: "reset-node-interop-peer/1.0", url: ORIGIN },
});
const context = (data = {}) => federation.createContext(ORIGIN, data);
const mayRead = async (ctx) => !behaviour.authorizedFetch || (await ctx.getSignedKeyOwner()) !== null;

federation
  .setActorDispatcher("/actors/{identifier}", async (ctx, name) => {
    const who = people.get(name);
    if (!who) return null;
    const pairs = await ctx.getActorKeyPairs(name);
    return new AS[who.type]({
      id: ctx.getActorUri(name),
      url: ctx.getActorUri(name),
      preferredUsername: name,
      name: who.display,
      summary: who.summary,
      inbox: ctx.getInboxUri(name),
      outbox: ctx.getOutboxUri(name),
      followers: ctx.getFollowersUri(name),
      endpoints: new AS.Endpoints({ sharedInbox: ctx.getInboxUri() }),
      manuallyApprovesFollowers: who.manual,
      publicKey: pairs[0].cryptographicKey,
      assertionMethods: pairs.map((pair) => pair.multikey),
    });
  })
  .setKeyPairsDispatcher((_, name) => people.get(name)?.keys ?? [])
  .mapHandle((_, name) => (people.has(name) ? name : null))
  .authorize(mayRead);

federation
  .setObjectDispatcher(AS.Object, "/objects/{id}", (ctx, { id }) => objects.get(ctx.getObjectUri(AS.Object, { id }).href)?.object ?? null)
  .authorize(mayRead);
federation
  .setFollowersDispatcher("/actors/{identifier}/followers", (_, name) => people.has(name) ? { items: [...people.get(name).followers.values()] } : null)
  .setCounter((_, name) => people.get(name)?.followers.size ?? 0);
federation.setOutboxDispatcher("/actors/{identifier}/outbox", (_, name) =>
  people.has(name) ? { items: sent.filter((one) => one.actor === name && one.public).map((one) => one.activity).reverse() } : null);
federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
  software: { name: "reset-node-interop-peer", version: "1.0.0" },
  protocols: ["activitypub"],
  usage: { users: { total: people.size }, localPosts: objects.size, localComments: 0 },
}));

/** The parts of a remote actor by which it can be reached later. */
const recipient = (actor) => ({ id: actor.id, inboxId: actor.inboxId, endpoints: actor.endpoints });
const ours = (ctx, uri) => {
  const parsed = uri && ctx.parseUri(uri);
  return parsed?.type === "actor" ? people.get(parsed.identifier) : undefined;
};

/** Marks a Follow of ours as answered, whether the answer names it by id or embeds it. */
async function followAnswered(ctx, answer, state) {
  const byId = answer.objectId?.href;
  const embedded = sent.some((one) => one.id === byId) ? null : await answer.getObject({ ...ctx, suppressError: true });
  const asker = embedded instanceof AS.Follow ? ours(ctx, embedded.actorId)?.name : undefined;
  for (const who of people.values()) {
    const follow = who.following.get(answer.actorId?.href);
    if (follow && (follow.activity === byId || asker === who.name)) follow.state = state;
  }
}

federation
  .setInboxListeners("/actors/{identifier}/inbox", "/inbox")
  .setSharedKeyDispatcher(() => (people.size ? { identifier: people.keys().next().value } : null))
  .on(AS.Follow, async (ctx, follow) => {
    const who = ours(ctx, follow.objectId);
    const asker = await follow.getActor(ctx);
    if (!who || !asker?.inboxId || who.manual) return;
    who.followers.set(asker.id.href, recipient(asker));
    const accept = new AS.Accept({ actor: ctx.getActorUri(who.name), object: follow, to: asker.id });
    ctx.data.afterwards.push(() => deliver(who, accept, [asker]));
  })
  .on(AS.Undo, async (ctx, undo) => {
    const undone = await undo.getObject({ ...ctx, suppressError: true });
    if (undone instanceof AS.Follow) ours(ctx, undone.objectId)?.followers.delete(undo.actorId?.href);
  })
  .on(AS.Accept, (ctx, accept) => followAnswered(ctx, accept, "accepted"))
  .on(AS.Reject, (ctx, reject) => followAnswered(ctx, reject, "rejected"));

// ---- Receiving: every POST is judged and recorded before Fedify acts on it.

/** A loader that signs as one of ours, for peers that demand it. Nothing is cached, so a rotated key is seen at once. */
const signedLoader = (name) => context().getDocumentLoader({ identifier: name });
async function loaders(name = people.keys().next().value) {
  return { contextLoader: context().contextLoader, documentLoader: name ? await signedLoader(name) : context().documentLoader };
}

async function judgeHttp(request, json, options) {
  const { headers } = request;
  if (!headers.has("signature")) return { present: false, ok: false };
  const verdict = { present: true, spec: headers.has("signature-input") ? "rfc9421" : "draft-cavage" };
  try {
    const result = await verifyRequestDetailed(request, options);
    verdict.ok = result.verified;
    if (result.verified) {
      verdict.keyId = result.key.id?.href;
      verdict.ownerMatchesActor = result.key.ownerId?.href === idOf(json?.actor);
    } else verdict.reason = result.reason.type;
  } catch (error) {
    Object.assign(verdict, { ok: false, reason: String(error) });
  }
  return verdict;
}

async function judgeProof(json, options) {
  if (!json?.proof) return { present: false, ok: false };
  try {
    // A linked-data signature was put on after the proof, so it is no part of what the proof covers.
    return { present: true, ok: (await verifyObject(AS.Object, detachSignature(json), options)) !== null };
  } catch (error) {
    return { present: true, ok: false, reason: String(error) };
  }
}

/** For whom of ours a delivery is: the inbox's owner, or on the shared inbox whoever is named or follows the sender. */
function addressees(path, json) {
  const owner = PERSONAL_INBOX.exec(path)?.[1];
  if (owner) return [owner];
  const text = JSON.stringify(json ?? null);
  const named = (who) => text.includes(`"${context().getActorUri(who.name).href}"`);
  const follows = (who) => who.following.get(idOf(json?.actor))?.state === "accepted";
  return [...people.values()].filter((who) => named(who) || follows(who)).map((who) => who.name);
}

async function receive(request, path, text) {
  let json = null;
  try { json = JSON.parse(text); } catch {} // Fedify answers 400; the entry below keeps the text.
  const options = await loaders();
  const verification = { http: await judgeHttp(request.clone(), json, options), proof: await judgeProof(json, options) };
  const entry = {
    n: received.length + 1,
    at: new Date().toISOString(),
    inbox: path,
    for: addressees(path, json),
    type: json?.type,
    id: json?.id,
    actor: idOf(json?.actor), object: idOf(json?.object), objectType: json?.object?.type,
    contentType: request.headers.get("content-type"),
    userAgent: request.headers.get("user-agent"),
    verification,
    raw: json ?? text,
  };
  const afterwards = [];
  const response = await answerTo(entry, request, afterwards);
  Object.assign(entry, { status: response.status, accepted: response.ok });
  received.push(entry);
  changed.emit("change");
  return { response, afterwards };
}

async function answerTo(entry, request, afterwards) {
  const failing = behaviour.inbox;
  if (failing && (failing.times === undefined || failing.times-- > 0)) {
    return new Response(failing.body ?? "", { status: failing.status, headers: failing.headers });
  }
  if (behaviour.acceptSpecs && !behaviour.acceptSpecs.includes(entry.verification.http.spec)) {
    return new Response("this signature scheme is not accepted here", { status: 401 });
  }
  return federation.fetch(request, { contextData: { afterwards } });
}

const bodyOf = async (message) => Buffer.concat(await message.toArray());

publicServer.on("request", async (message, reply) => {
  let outcome;
  try {
    const body = await bodyOf(message);
    // The host is the one the sender named, since that is the one it signed.
    const url = new URL(message.url, `${ORIGIN.protocol}//${message.headers.host ?? ORIGIN.host}`);
    const headers = new Headers();
    for (let i = 0; i < message.rawHeaders.length; i += 2) headers.append(message.rawHeaders[i], message.rawHeaders[i + 1]);
    const { method } = message;
    const request = new Request(url, { method, headers, body: body.length ? body : undefined });
    outcome = method === "POST" && url.pathname.endsWith("/inbox")
      ? await receive(request, url.pathname, body.toString("utf8"))
      : { response: await federation.fetch(request, { contextData: {} }), afterwards: [] };
  } catch (error) {
    console.error(error);
    outcome = { response: new Response(String(error), { status: 500 }), afterwards: [] };
  }
  const { response, afterwards } = outcome;
  reply.writeHead(response.status, Object.fromEntries(response.headers));
  reply.end(Buffer.from(await response.arrayBuffer()), () => {
    for (const task of afterwards) task().catch((error) => console.error("an automatic answer failed:", error));
  });
});

// ---- Sending.

/** Sends one activity to each distinct inbox of `recipients`, and tells what each answered. */
async function deliver(who, draft, recipients, more = {}) {
  const ctx = context();
  const activity = draft.id ? draft : draft.clone({ id: new URL(`/activities/${randomUUID()}`, ORIGIN) });
  const isPublic = [...activity.toIds, ...activity.ccIds].some((id) => id.href === PUBLIC.href);
  const record = { actor: who.name, id: activity.id.href, type: activity.constructor.name, public: isPublic, results: [], activity, recipients };
  sent.push(record);
  const inboxes = new Map();
  for (const one of recipients) inboxes.set(((isPublic && one.endpoints?.sharedInbox) || one.inboxId).href, one);
  for (const [inbox, one] of inboxes) {
    const result = { inbox, ok: true };
    try {
      await ctx.sendActivity({ identifier: who.name }, one, activity, { immediate: true, preferSharedInbox: isPublic });
    } catch (error) {
      Object.assign(result, { ok: false, status: error.statusCode, error: String(error), body: error.responseBody });
    }
    record.results.push(result);
  }
  changed.emit("change");
  const delivered = record.results.length > 0 && record.results.every((result) => result.ok);
  return { activity: record.id, type: record.type, delivered, results: record.results, ...more };
}

/** The id behind `@user@host`, `acct:user@host` or an id. */
async function resolve(target) {
  if (/^https?:/.test(target)) return target;
  const acct = target.replace(/^(acct:)?@?/, "acct:");
  const host = acct.slice(acct.lastIndexOf("@") + 1);
  // Fedify asks for handles by https only; over http the same question is put here.
  const jrd = ORIGIN.protocol === "https:" ? await context().lookupWebFinger(acct) : await plainWebFinger(host, acct);
  const self = jrd?.links?.find((link) => link.rel === "self" && AS_TYPE.test(link.type ?? ""));
  return self?.href ?? fail(400, `WebFinger gives no self link for ${target}: ${JSON.stringify(jrd)}`);
}
async function plainWebFinger(host, acct) {
  const answer = await fetch(`http://${host}/.well-known/webfinger?resource=${encodeURIComponent(acct)}`, { headers: { accept: "application/jrd+json" } });
  return answer.ok ? answer.json() : fail(400, `WebFinger at ${host} answers ${answer.status} for ${acct}`);
}

/** Fetches a document, signed as `who` where given, and lets Fedify parse it. */
async function load(who, id) {
  const documentLoader = who ? await signedLoader(who.name) : context().documentLoader;
  const { document, documentUrl } = await documentLoader(id);
  const options = { documentLoader, contextLoader: context().contextLoader, baseUrl: new URL(documentUrl) };
  return { document, documentUrl, options, object: await AS.Object.fromJsonLd(document, options) };
}
async function loadActor(who, target) {
  const { object } = await load(who, await resolve(target));
  return AS.isActor(object) ? object : fail(400, `${target} is a ${object.constructor.name}, not an actor`);
}
async function loadWithAuthors(who, id) {
  const { object } = await load(who, id);
  const authors = await Promise.all(object.attributionIds.map((author) => loadActor(who, author.href)));
  return { object, authors };
}

const me = (who) => context().getActorUri(who.name);
const followersOf = (who) => context().getFollowersUri(who.name);
const audience = (who, others) => ({ to: PUBLIC, ccs: [followersOf(who), ...others.map((one) => one.id)] });

async function publish(who, { type = "Note", content, name, summary }, others, values = {}) {
  if (!(AS[type]?.prototype instanceof AS.Object)) fail(400, `${type} is not a type of object`);
  const id = context().getObjectUri(AS.Object, { id: randomUUID() });
  const published = now();
  const tags = others.map((one) => new AS.Mention({ href: one.id, name: `@${one.preferredUsername}@${one.id.host}` }));
  const object = new AS[type]({ id, url: id, attribution: me(who), content, name, summary, published, tags, ...audience(who, others), ...values });
  const recipients = [...who.followers.values(), ...others];
  objects.set(id.href, { object, owner: who.name, recipients });
  const create = new AS.Create({ id: new URL("#create", id), actor: me(who), object, ...audience(who, others), published });
  return deliver(who, create, recipients, { object: id.href });
}
function own(who, id) {
  const kept = objects.get(id);
  return kept?.owner === who.name ? kept : fail(400, `${id} is not an object of ${who.name}`);
}
async function alsoTo(who, kept, { to = [] }) {
  return [...kept.recipients, ...(await Promise.all(to.map((target) => loadActor(who, target))))];
}
async function answerFollow(who, Kind, { actor }) {
  const asked = received.findLast((one) => one.accepted && one.type === "Follow" && one.object === me(who).href && one.actor === actor);
  if (!asked) fail(400, `${actor} has not asked to follow ${who.name}`);
  const follow = await AS.Follow.fromJsonLd(asked.raw, await loaders(who.name));
  const asker = await loadActor(who, actor);
  if (Kind === AS.Accept) who.followers.set(asker.id.href, recipient(asker));
  return deliver(who, new Kind({ actor: me(who), object: follow, to: asker.id }), [asker]);
}

/** What `POST /actors/NAME/VERB` does: (our actor, the JSON sent) -> the JSON answered. */
const verbs = {
  async follow(who, { target }) {
    const other = await loadActor(who, target);
    const follow = new AS.Follow({ id: new URL(`/activities/${randomUUID()}`, ORIGIN), actor: me(who), object: other.id, to: other.id });
    who.following.set(other.id.href, { state: "pending", activity: follow.id.href, vocab: follow });
    return deliver(who, follow, [other], { target: other.id.href, targetType: other.constructor.name });
  },
  async unfollow(who, { target }) {
    const other = await loadActor(who, target);
    const follow = who.following.get(other.id.href) ?? fail(400, `${who.name} does not follow ${target}`);
    who.following.delete(other.id.href);
    return deliver(who, new AS.Undo({ actor: me(who), object: follow.vocab, to: other.id }), [other]);
  },
  accept: (who, body) => answerFollow(who, AS.Accept, body),
  reject: (who, body) => answerFollow(who, AS.Reject, body),
  async post(who, body) {
    return publish(who, body, await Promise.all((body.mention ?? []).map((handle) => loadActor(who, handle))));
  },
  async reply(who, body) {
    const { object, authors } = await loadWithAuthors(who, body.object);
    return publish(who, body, authors, { replyTarget: object.id });
  },
  async like(who, { object: id }) {
    const { object, authors } = await loadWithAuthors(who, id);
    return deliver(who, new AS.Like({ actor: me(who), object: object.id, tos: authors.map((one) => one.id) }), authors);
  },
  async announce(who, { object: id }) {
    const { object, authors } = await loadWithAuthors(who, id);
    const announce = new AS.Announce({ actor: me(who), object: object.id, published: now(), ...audience(who, authors) });
    return deliver(who, announce, [...authors, ...who.followers.values()]);
  },
  async update(who, body) {
    const kept = own(who, body.object);
    kept.object = kept.object.clone({ content: body.content ?? kept.object.content, updated: now() });
    const { toIds: tos, ccIds: ccs } = kept.object;
    return deliver(who, new AS.Update({ actor: me(who), object: kept.object, tos, ccs }), await alsoTo(who, kept, body));
  },
  async delete(who, body) {
    const kept = own(who, body.object);
    const { toIds: tos, ccIds: ccs } = kept.object;
    const tombstone = new AS.Tombstone({ id: new URL(body.object), deleted: now() });
    kept.object = tombstone;
    return deliver(who, new AS.Delete({ actor: me(who), object: tombstone, tos, ccs }), await alsoTo(who, kept, body));
  },
  async undo(who, { activity: id }) {
    const one = sent.find((record) => record.id === id && record.actor === who.name) ?? fail(400, `${id} is not an activity of ${who.name}`);
    const { toIds: tos, ccIds: ccs } = one.activity;
    return deliver(who, new AS.Undo({ actor: me(who), object: one.activity, tos, ccs }), one.recipients);
  },
  async fetch(who, { id, signed = true }) {
    return describe(signed ? who : undefined, await resolve(id));
  },
};

const PARSED = ["name", "preferredUsername", "content", "summary", "published", "updated", "startTime", "endTime", "url", "inboxId", "outboxId", "followersId",
  "featuredId", "attributionIds", "toIds", "ccIds", "replyTargetId", "repliesId", "likesId", "sharesId", "actorId", "objectId", "totalItems", "manuallyApprovesFollowers"];
const plain = (value) => (Array.isArray(value) ? value.map(plain) : ["string", "number", "boolean"].includes(typeof value) ? value : String(value));

/** A fetched document as it came (`raw`), and what Fedify understood of it (`parsed`). */
async function describe(who, id) {
  const { document, documentUrl, object, options } = await load(who, id);
  const parsed = { class: object.constructor.name, id: object.id?.href };
  for (const field of PARSED) if (object[field] !== undefined && object[field] !== null) parsed[field] = plain(object[field]);
  if (object.endpoints) parsed.sharedInbox = object.endpoints.sharedInbox?.href;
  if (AS.isActor(object)) {
    parsed.keys = [];
    for await (const key of object.getPublicKeys(options)) parsed.keys.push({ id: key.id?.href, owner: key.ownerId?.href, algorithm: key.publicKey?.algorithm.name });
    for await (const key of object.getAssertionMethods(options)) parsed.keys.push({ id: key.id?.href, controller: key.controllerId?.href, algorithm: key.publicKey?.algorithm.name });
  }
  const verification = { proof: await judgeProof(document, options) };
  return { requested: id, documentUrl, idMatchesUrl: object.id?.href === documentUrl, signedAs: who?.name ?? null, parsed, verification, raw: document };
}

// ---- The control API.

async function createActor({ name, type = "Person", display = name, summary, manual = false }) {
  if (!/^[a-z0-9_]+([.-]+[a-z0-9_]+)*$/.test(name ?? "")) fail(400, "an actor needs a name of small letters, digits, _ . and -");
  if (!["Person", "Group", "Organization", "Application", "Service"].includes(type)) fail(400, `${type} is not a type of actor`);
  if (!people.has(name)) {
    const keys = await Promise.all(["RSASSA-PKCS1-v1_5", "Ed25519"].map((algorithm) => generateCryptoKeyPair(algorithm)));
    people.set(name, { name, type, display, summary, manual, keys, followers: new Map(), following: new Map() });
  }
  return view(people.get(name));
}
const followingOf = (who) => Object.fromEntries([...who.following].map(([id, { state, activity }]) => [id, { state, activity }]));
const view = (who) => ({
  name: who.name, type: who.type, id: me(who).href, handle: `@${who.name}@${ORIGIN.host}`, inbox: context().getInboxUri(who.name).href,
  sharedInbox: context().getInboxUri().href, manual: who.manual, followers: [...who.followers.keys()], following: followingOf(who),
});

async function inbox(query, name) {
  const wanted = (one) =>
    (query.all === "1" || one.accepted) && (!name || one.for.includes(name)) && one.n > Number(query.since ?? 0) &&
    ["type", "objectType", "actor", "object", "id"].every((field) => query[field] === undefined || one[field] === query[field]) &&
    (query.contains === undefined || JSON.stringify(one.raw).includes(query.contains));
  await until(query.wait, () => received.filter(wanted).length >= Number(query.count ?? 1));
  return received.filter(wanted);
}
async function following(query, who) {
  const answered = () => who.following.get(query.target)?.state === (query.state ?? "accepted");
  if (query.target) await until(query.wait, answered);
  return followingOf(who);
}
async function followers(query, who) {
  if (query.actor) await until(query.wait, () => who.followers.has(query.actor));
  return [...who.followers.keys()];
}

const routes = {
  "GET /health": () => ({ ok: true, origin: ORIGIN.origin }),
  "POST /behaviour": (_, body) => (behaviour = body ?? {}),
  "GET /behaviour": () => behaviour,
  "GET /inbox": (query) => inbox(query),
  "DELETE /inbox": () => ({ forgotten: received.splice(0).length }),
  "GET /sent": () => sent.map(({ activity, recipients, ...rest }) => rest),
  "GET /lookup": async (query) => describe(query.as && person(query.as), await resolve(query.resource)),
  "GET /webfinger": async (query) => ({ resource: query.resource, self: await resolve(query.resource) }),
  "POST /actors": (_, body) => createActor(body ?? {}),
  "GET /actors": () => [...people.values()].map(view),
};
const personal = { "": (_, who) => view(who), inbox: (query, who) => inbox(query, who.name), following, followers };

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
