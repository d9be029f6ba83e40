// What `POST /actors/NAME/VERB` does: (our actor, the JSON sent) -> the JSON answered.
import { randomUUID } from "node:crypto";
import { generateCryptoKeyPair } from "@fedify/fedify";
import * as AS from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { actorOf, context, followersOf, me } from "./federation.mjs";
import { fail, objects, ORIGIN, received, sent } from "./instance.mjs";
import { judgeProof, loaders } from "./judge.mjs";
import { forward, raw } from "./raw.mjs";
import { recipient } from "./receive.mjs";
import { deliver, describe, load, loadActor, loadWithAuthors, PUBLIC, resolve, walk } from "./send.mjs";

const now = () => Temporal.Now.instant();
const at = (text) => text && Temporal.Instant.from(text);
const newActivity = () => new URL(`/activities/${randomUUID()}`, ORIGIN);
const newObject = () => context().getObjectUri(AS.Object, { id: randomUUID() });
const audience = (who, others) => ({ to: PUBLIC, ccs: [followersOf(who), ...others.map((one) => one.id)] });

// Of the length that most servers have; Fedify's own are of 4096 bits and take a second each.
const RSA = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
export const newKeys = () => Promise.all([crypto.subtle.generateKey(RSA, true, ["sign", "verify"]), generateCryptoKeyPair("Ed25519")]);

/** Asks another for something, and keeps until when and how it was answered. */
async function ask(who, activity, other, more) {
  const id = activity.id.href;
  who.asked.set(id, { type: activity.constructor.name, of: other.id.href, object: activity.objectId.href, state: "pending", vocab: activity, other: recipient(other) });
  return deliver(who, activity, [other], more);
}

/** The values of the kinds of object that have some of their own. */
function particulars({ type, startTime, endTime, location, options, multiple, interactingObject, interactionTarget }) {
  if (type === "QuoteAuthorization") return { interactingObject: new URL(interactingObject), interactionTarget: new URL(interactionTarget) };
  if (type === "Event") return { startTime: at(startTime), endTime: at(endTime), location: location && new AS.Place({ name: location }) };
  if (type !== "Question") return {};
  const offered = options.map((name) => new AS.Note({ name, replies: new AS.Collection({ totalItems: 0 }) }));
  return { [multiple ? "inclusiveOptions" : "exclusiveOptions"]: offered, endTime: at(endTime), voters: 0 };
}

async function publish(who, body, others, values = {}) {
  const { type = "Note", content, name, summary } = body;
  if (!(AS[type]?.prototype instanceof AS.Object)) fail(400, `${type} is not a type of object`);
  const id = newObject();
  const published = now();
  const tags = others.map((one) => new AS.Mention({ href: one.id, name: `@${one.preferredUsername}@${one.id.host}` }));
  const object = new AS[type]({ id, url: id, attribution: me(who), content, name, summary, published, tags, ...audience(who, others), ...particulars(body), ...values });
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

export const verbs = {
  async follow(who, { target }) {
    const other = await loadActor(who, target);
    const follow = new AS.Follow({ id: newActivity(), actor: me(who), object: other.id, to: other.id });
    who.following.set(other.id.href, follow.id.href);
    return ask(who, follow, other, { target: other.id.href, targetType: other.constructor.name });
  },
  async unfollow(who, { target }) {
    const other = await loadActor(who, target);
    const follow = who.following.get(other.id.href) ?? fail(400, `${who.name} does not follow ${target}`);
    who.following.delete(other.id.href);
    return deliver(who, new AS.Undo({ actor: me(who), object: who.asked.get(follow).vocab, to: other.id }), [other]);
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
  // A ballot: one Create a choice, or one Create with an array of Notes, each to the author of the poll alone.
  async vote(who, { object: id, choices, together = false }) {
    const { object, authors } = await loadWithAuthors(who, id);
    const tos = authors.map((one) => one.id);
    const notes = choices.map((name) => new AS.Note({ id: newObject(), attribution: me(who), name, replyTarget: object.id, tos, published: now() }));
    const ballots = [];
    for (const cast of together ? [notes] : notes.map((note) => [note])) {
      ballots.push(await deliver(who, new AS.Create({ id: newActivity(), actor: me(who), objects: cast, tos }), authors));
    }
    return { delivered: ballots.every((one) => one.delivered), notes: notes.map((note) => note.id.href), ballots };
  },
  async join(who, { object: id }) {
    const { object, authors } = await loadWithAuthors(who, id);
    const [host] = authors;
    return ask(who, new AS.Join({ id: newActivity(), actor: me(who), object: object.id, to: host.id }), host);
  },
  async leave(who, { object: id }) {
    const { object, authors } = await loadWithAuthors(who, id);
    return deliver(who, new AS.Leave({ actor: me(who), object: object.id, tos: authors.map((one) => one.id) }), authors);
  },
  // FEP-044f: the quoting Note goes out, and its author asks for leave. GET …/asked tells the answer; `stamp` checks it.
  async quote(who, body) {
    const { object, authors } = await loadWithAuthors(who, body.object);
    const post = await publish(who, body, authors, { quote: object.id, quoteUrl: object.id });
    const note = own(who, post.object).object;
    const request = new AS.QuoteRequest({ id: newActivity(), actor: me(who), object: object.id, instrument: note, to: authors[0].id });
    return { object: post.object, request: (await ask(who, request, authors[0])).activity, delivered: post.delivered };
  },
  // Whether the stamp of an accepted quote says what it has to: who, which post, which quoted object; and whether it can be fetched.
  async stamp(who, { request }) {
    const asked = who.asked.get(request) ?? fail(400, `${request} is not a request of ${who.name}`);
    if (!asked.result) return { ...seen(asked), ok: false, reason: "the answer names no result" };
    const { object, document, options } = await load(who, asked.result);
    const says = [object.constructor.name, object.id?.href, object.attributionId?.href, object.interactingObjectId?.href, object.interactionTargetId?.href];
    const wanted = ["QuoteAuthorization", asked.result, asked.of, asked.vocab.instrumentId?.href, asked.object];
    return { ...seen(asked), ok: JSON.stringify(says) === JSON.stringify(wanted), says, wanted, proof: await judgeProof(document, options), raw: document };
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
  // New keys under the old ids, as Mastodon does it; `to` and the followers are told.
  async rotate(who, body) {
    who.keys = await newKeys();
    const others = await Promise.all((body.to ?? []).map((target) => loadActor(who, target)));
    const object = await actorOf(context(), who.name);
    return deliver(who, new AS.Update({ actor: me(who), object, ...audience(who, others) }), [...who.followers.values(), ...others]);
  },
  async fetch(who, { id, signed = true }) {
    return describe(signed ? who : undefined, await resolve(id));
  },
  walk: (who, { id, signed = true }) => walk(signed ? who : undefined, id),
  raw,
  forward,
};

/** What is told of a thing that was asked for. */
export const seen = ({ type, of, object, state, result }) => ({ type, of, object, state, result });
