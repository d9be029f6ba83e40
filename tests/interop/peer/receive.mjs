// Receiving: every POST to an inbox is judged and recorded, then Fedify acts on it.
import * as AS from "@fedify/vocab";
import { federation, me } from "./federation.mjs";
import { behaviour, changed, ORIGIN, people, publicServer, received, sent } from "./instance.mjs";
import { idOf, judgeHttp, judgeProof, loaders, specOf } from "./judge.mjs";
import { deliver } from "./send.mjs";

const PERSONAL_INBOX = /^\/actors\/([^/]+)\/inbox$/;

/** The parts of a remote actor by which it can be reached later. */
export const recipient = (actor) => ({ id: actor.id, inboxId: actor.inboxId, endpoints: actor.endpoints });
const ours = (ctx, uri) => {
  const parsed = uri && ctx.parseUri(uri);
  return parsed?.type === "actor" ? people.get(parsed.identifier) : undefined;
};

/** Marks what one of ours asked for as answered, whether the answer names it by id or embeds it without one. */
async function answered(ctx, answer, state) {
  const byId = answer.objectId?.href;
  const known = sent.some((one) => one.id === byId);
  const embedded = known ? null : await answer.getObject({ ...ctx, suppressError: true });
  for (const who of people.values()) {
    const named = (one) => embedded?.constructor.name === one.type && embedded.actorId?.href === me(who).href && embedded.objectId?.href === one.object;
    for (const [id, one] of who.asked) {
      if (one.of !== answer.actorId?.href || !(id === byId || named(one))) continue;
      one.state = state;
      if (answer.resultId) one.result = answer.resultId.href;
    }
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
  .on(AS.Accept, (ctx, accept) => answered(ctx, accept, "accepted"))
  .on(AS.Reject, (ctx, reject) => answered(ctx, reject, "rejected"));

/** For whom of ours a delivery is: the inbox's owner, or on the shared inbox whoever is named or follows the sender. */
function addressees(path, json) {
  const owner = PERSONAL_INBOX.exec(path)?.[1];
  if (owner) return [owner];
  const text = JSON.stringify(json ?? null);
  const named = (who) => text.includes(`"${me(who).href}"`);
  const follows = (who) => {
    const follow = who.following.get(idOf(json?.actor));
    return follow && who.asked.get(follow)?.state === "accepted";
  };
  return [...people.values()].filter((who) => named(who) || follows(who)).map((who) => who.name);
}

let arrived = 0;

async function receive(request, path, text) {
  let json = null;
  try { json = JSON.parse(text); } catch {} // Fedify answers 400; the entry below keeps the text.
  const options = await loaders();
  const object = json?.object && typeof json.object === "object" ? json.object : undefined;
  const verification = {
    http: await judgeHttp(request.clone(), json, options),
    proof: await judgeProof(json, options),
    object: await judgeProof(object, options),
  };
  const entry = {
    n: ++arrived,
    at: new Date().toISOString(),
    inbox: path,
    for: addressees(path, json),
    type: json?.type,
    id: json?.id,
    actor: idOf(json?.actor), object: idOf(json?.object), objectType: object?.type, inReplyTo: object?.inReplyTo,
    contentType: request.headers.get("content-type"),
    userAgent: request.headers.get("user-agent"),
    verification,
    raw: json ?? text,
    text,
  };
  const afterwards = [];
  const response = await answerTo(entry, request, afterwards);
  Object.assign(entry, { status: response.status, accepted: response.ok });
  received.push(entry);
  changed.emit("change");
  return { response, afterwards };
}

const refusesScheme = (spec) => behaviour.acceptSpecs && !behaviour.acceptSpecs.includes(spec);
const wrongScheme = () => new Response("this signature scheme is not accepted here", { status: 401 });

async function answerTo(entry, request, afterwards) {
  const failing = behaviour.inbox;
  if (failing && (failing.times === undefined || failing.times-- > 0)) {
    return new Response(failing.body ?? "", { status: failing.status, headers: failing.headers });
  }
  if (refusesScheme(entry.verification.http.spec)) return wrongScheme();
  return federation.fetch(request, { contextData: { afterwards } });
}

/** A GET: documents, WebFinger, NodeInfo. Signed in a scheme that is refused here, it is refused. */
async function read(request) {
  const spec = specOf(request.headers);
  return { response: spec && refusesScheme(spec) ? wrongScheme() : await federation.fetch(request, { contextData: {} }), afterwards: [] };
}

export const bodyOf = async (message) => Buffer.concat(await message.toArray());

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
      : await read(request);
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
