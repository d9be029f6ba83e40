// Sending, and reading what others have: one activity to its inboxes, documents by id or handle, collections by their pages.
import { randomUUID } from "node:crypto";
import * as AS from "@fedify/vocab";
import { context } from "./federation.mjs";
import { changed, fail, ORIGIN, sent } from "./instance.mjs";
import { judgeProof } from "./judge.mjs";

export const PUBLIC = AS.PUBLIC_COLLECTION;
const AS_TYPE = /^application\/(activity\+json|ld\+json)/;
const PAGES = 20; // of a collection that is walked, at most

/** Sends one activity to each distinct inbox of `recipients`, and tells what each answered. */
export async function deliver(who, draft, recipients, more = {}) {
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
export async function resolve(target) {
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

const loaderOf = async (who) => (who ? context().getDocumentLoader({ identifier: who.name }) : context().documentLoader);

/** Fetches a document, signed as `who` where given, and lets Fedify parse it. */
export async function load(who, id) {
  const documentLoader = await loaderOf(who);
  const { document, documentUrl } = await documentLoader(id);
  const options = { documentLoader, contextLoader: context().contextLoader, baseUrl: new URL(documentUrl) };
  return { document, documentUrl, options, object: await AS.Object.fromJsonLd(document, options) };
}
export async function loadActor(who, target) {
  const { object } = await load(who, await resolve(target));
  return AS.isActor(object) ? object : fail(400, `${target} is a ${object.constructor.name}, not an actor`);
}
export async function loadWithAuthors(who, id) {
  const { object } = await load(who, id);
  const authors = await Promise.all(object.attributionIds.map((author) => loadActor(who, author.href)));
  return { object, authors };
}

/** Every item of a collection, page after page as `first` and `next` say. */
export async function walk(who, id) {
  const documentLoader = await loaderOf(who);
  const { document: collection } = await documentLoader(id);
  const seen = new Set();
  const items = [];
  let page = collection;
  for (;;) {
    items.push(...[page.orderedItems ?? page.items ?? []].flat());
    const next = page === collection ? page.first : page.next;
    if (!next) break;
    if (seen.has(next) || seen.size === PAGES) fail(400, `${id} does not end: ${[...seen].join(", ")}`);
    if (typeof next === "string") seen.add(next);
    page = typeof next === "string" ? (await documentLoader(next)).document : next;
    if (page.partOf !== undefined && page.partOf !== collection.id) fail(400, `a page of ${id} says that it is part of ${page.partOf}`);
  }
  return { id: collection.id, type: collection.type, totalItems: collection.totalItems, pages: seen.size, attributedTo: collection.attributedTo, items };
}

const PARSED = ["name", "preferredUsername", "content", "summary", "published", "updated", "startTime", "endTime", "url", "inboxId", "outboxId", "followersId",
  "featuredId", "attributionIds", "toIds", "ccIds", "replyTargetId", "repliesId", "likesId", "sharesId", "contextIds", "audienceIds", "actorId", "objectId", "totalItems",
  "manuallyApprovesFollowers", "voters", "closed", "interactingObjectId", "interactionTargetId", "quoteId", "quoteAuthorizationId", "successorId", "aliasIds"];
const plain = (value) => (Array.isArray(value) ? value.map(plain) : ["string", "number", "boolean"].includes(typeof value) ? value : String(value));

/** What a poll offers: the names with their counts. */
async function optionsOf(question, options) {
  const found = [];
  for (const kind of ["Exclusive", "Inclusive"]) {
    for await (const one of question[`get${kind}Options`](options)) {
      found.push({ kind: kind.toLowerCase(), name: String(one.name), votes: (await one.getReplies(options))?.totalItems });
    }
  }
  return found;
}

/** A fetched document as it came (`raw`), and what Fedify understood of it (`parsed`). */
export async function describe(who, id) {
  const { document, documentUrl, object, options } = await load(who, id);
  const parsed = { class: object.constructor.name, id: object.id?.href };
  for (const field of PARSED) if (object[field] !== undefined && object[field] !== null) parsed[field] = plain(object[field]);
  if (object.endpoints) parsed.sharedInbox = object.endpoints.sharedInbox?.href;
  if (object instanceof AS.Question) parsed.options = await optionsOf(object, options);
  if (AS.isActor(object)) {
    parsed.aliases = object.aliasIds.map((one) => one.href);
    parsed.successor = object.successorId?.href;
    parsed.keys = [];
    for await (const key of object.getPublicKeys(options)) parsed.keys.push({ id: key.id?.href, owner: key.ownerId?.href, algorithm: key.publicKey?.algorithm.name });
    for await (const key of object.getAssertionMethods(options)) parsed.keys.push({ id: key.id?.href, controller: key.controllerId?.href, algorithm: key.publicKey?.algorithm.name });
  }
  const verification = { proof: await judgeProof(document, options) };
  return { requested: id, documentUrl, idMatchesUrl: object.id?.href === documentUrl, signedAs: who?.name ?? null, parsed, verification, raw: document };
}
