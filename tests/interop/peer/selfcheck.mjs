// Two peers against each other: shows that Fedify works on this machine before reset-node is judged by it. Options given here go to both.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

async function start(...options) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("peer.mjs", import.meta.url)), "--until-stdin-closes", ...options, ...process.argv.slice(2)], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(createInterface(child.stdout), "line");
  const { control, origin } = JSON.parse(line);
  const call = async (method, path, body) => {
    const answer = await fetch(control + path, { method, body: body && JSON.stringify(body) });
    const json = await answer.json();
    assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(json)}`);
    return json;
  };
  return { origin, child, get: (path) => call("GET", path), post: (path, body) => call("POST", path, body ?? {}) };
}

let passed = 0;
async function check(sentence, body) {
  await body();
  passed += 1;
  console.log(`ok: ${sentence}`);
}
const q = encodeURIComponent;

const [a, b] = await Promise.all([start("--first-knock", "draft-cavage-http-signatures-12"), start()]);
const alice = await a.post("/actors", { name: "alice" });
const group = await b.post("/actors", { name: "assembly", type: "Group" });
let post;

await check("a handle is found by WebFinger", async () => {
  assert.equal((await a.get(`/webfinger?resource=${q(group.handle)}`)).self, group.id);
});
await check("a follow by handle is accepted and the Accept verifies", async () => {
  assert.equal((await a.post("/actors/alice/follow", { target: group.handle })).delivered, true);
  assert.equal((await a.get(`/actors/alice/following?target=${q(group.id)}&wait=10`))[group.id].state, "accepted");
  const [accept] = await a.get("/actors/alice/inbox?type=Accept&wait=10");
  assert.deepEqual([accept.verification.http.ok, accept.verification.http.ownerMatchesActor], [true, true]);
  assert.deepEqual(await b.get("/actors/assembly/followers"), [alice.id]);
});
await check("a post arrives once, in the shared inbox, with a signature and a proof that hold", async () => {
  post = await b.post("/actors/assembly/post", { type: "Article", name: "Minutes", content: "<p>We met.</p>" });
  const all = await a.get("/actors/alice/inbox?type=Create&objectType=Article&wait=10&all=1");
  assert.deepEqual(all.map((one) => [one.inbox, one.verification.http.ok, one.verification.proof.ok]), [["/inbox", true, true]]);
});
await check("a reply, a like and an announce come back, and an undo and a delete take them away", async () => {
  const reply = await a.post("/actors/alice/reply", { object: post.object, content: "<p>Thank you.</p>" });
  const like = await a.post("/actors/alice/like", { object: post.object });
  await a.post("/actors/alice/announce", { object: post.object });
  await a.post("/actors/alice/update", { object: reply.object, content: "<p>Thank you all.</p>" });
  await a.post("/actors/alice/undo", { activity: like.activity });
  await a.post("/actors/alice/delete", { object: reply.object });
  const types = (await b.get("/actors/assembly/inbox?count=7&wait=10")).map((one) => one.type);
  assert.deepEqual(types, ["Follow", "Create", "Like", "Announce", "Update", "Undo", "Delete"]);
});
await check("a document can be fetched and read, signed where that is demanded", async () => {
  await b.post("/behaviour", { authorizedFetch: true });
  const refused = await fetch(post.object, { headers: { accept: "application/activity+json" } });
  assert.equal(refused.status, 401);
  const seen = await a.post("/actors/alice/fetch", { id: post.object });
  assert.deepEqual([seen.parsed.class, seen.parsed.name, seen.idMatchesUrl], ["Article", "Minutes", true]);
});
await check("an inbox that is told to fail fails so many times and is then well again", async () => {
  await a.post("/behaviour", { inbox: { status: 503, times: 2 } }); // Fedify knocks twice
  const first = await b.post("/actors/assembly/post", { content: "<p>lost</p>" });
  const second = await b.post("/actors/assembly/post", { content: "<p>kept</p>" });
  assert.deepEqual([first.delivered, first.results[0].status, second.delivered], [false, 503, true]);
});
await check("only the signature scheme that is demanded is accepted, if need be after a second knock", async () => {
  for (const spec of ["rfc9421", "draft-cavage"]) {
    await a.post("/behaviour", { acceptSpecs: [spec] });
    assert.equal((await b.post("/actors/assembly/post", { content: `<p>by ${spec}</p>` })).delivered, true);
    const knocks = await a.get(`/inbox?all=1&contains=by ${spec}`);
    assert.deepEqual(knocks.map((one) => [one.verification.http.spec === spec, one.status === 202]).at(-1), [true, true]);
  }
});
await check("an unfollow ends it, and a request to an actor that approves by hand can be rejected", async () => {
  await a.post("/actors/alice/unfollow", { target: group.id });
  assert.deepEqual(await b.get("/actors/assembly/followers"), []);
  const careful = await b.post("/actors", { name: "careful", manual: true });
  await a.post("/behaviour", {});
  await a.post("/actors/alice/follow", { target: careful.id });
  await b.post("/actors/careful/reject", { actor: alice.id });
  assert.equal((await a.get("/actors/alice/following"))[careful.id].state, "rejected");
});
const context = "https://www.w3.org/ns/activitystreams";
// Version 1, since its terms are protected: version 2 around what Fedify makes, which names version 1, is no JSON-LD.
const activity = (type, object, more) => ({ "@context": [context, "https://w3id.org/security/data-integrity/v1"], id: `${b.origin}/activities/${type}-${Math.random()}`, type, actor: group.id, object, ...more });
/** What `a` made of the last delivery that holds `text`. */
const verdict = async (text) => {
  const last = (await a.get(`/inbox?all=1&contains=${q(text)}&wait=10`)).at(-1);
  return { n: last.n, http: last.verification.http.ok, proof: last.verification.proof.ok, status: last.status };
};

let question, event;
await check("an event and a poll are read as they were made", async () => {
  event = await b.post("/actors/assembly/post", { type: "Event", name: "Meeting", startTime: "2036-06-24T09:30:00Z", endTime: "2036-06-24T11:00:00Z", location: "Rennes" });
  assert.equal((await a.post("/actors/alice/fetch", { id: event.object })).parsed.startTime, "2036-06-24T09:30:00Z");
  question = await b.post("/actors/assembly/post", { type: "Question", content: "<p>When?</p>", options: ["Monday", "Friday"], multiple: true });
  const { parsed } = await a.post("/actors/alice/fetch", { id: question.object });
  assert.deepEqual(parsed.options, ["Monday", "Friday"].map((name) => ({ kind: "inclusive", name, votes: 0 })));
});
await check("a ballot is one Create a choice, or one Create with all of them, and goes to the author alone", async () => {
  for (const [together, creates] of [[false, 2], [true, 1]]) {
    const cast = await a.post("/actors/alice/vote", { object: question.object, choices: ["Monday", "Friday"], together });
    assert.deepEqual([cast.delivered, cast.ballots.length, cast.notes.length], [true, creates, 2]);
    const last = (await b.get("/actors/assembly/inbox?type=Create")).at(-1);
    assert.deepEqual([last.raw.to, last.raw.cc, last.inbox], [group.id, undefined, "/actors/assembly/inbox"]);
    assert.deepEqual([last.raw.object].flat().map((note) => [note.name, note.inReplyTo, note.content]), (together ? ["Monday", "Friday"] : ["Friday"]).map((name) => [name, question.object, undefined]));
  }
});
await check("to join an event is asked for and answered, and is taken back", async () => {
  const { activity: join } = await a.post("/actors/alice/join", { object: event.object });
  assert.equal((await a.get(`/actors/alice/asked?activity=${q(join)}`)).state, "pending");
  await b.post("/actors/assembly/raw", { inbox: alice.inbox, activity: activity("Accept", join) });
  assert.equal((await a.get(`/actors/alice/asked?activity=${q(join)}&wait=10`)).state, "accepted");
  assert.equal((await a.post("/actors/alice/leave", { object: event.object })).delivered, true);
});
await check("a quote is asked for, and its stamp is checked", async () => {
  const quote = await a.post("/actors/alice/quote", { object: post.object, content: "<p>See here.</p>" });
  const [asked] = await b.get("/actors/assembly/inbox?type=QuoteRequest&wait=10");
  assert.equal(asked.raw.instrument.id ?? asked.raw.instrument, quote.object);
  for (const [interactingObject, holds] of [[post.object, false], [quote.object, true]]) {
    const stamp = await b.post("/actors/assembly/post", { type: "QuoteAuthorization", interactingObject, interactionTarget: post.object });
    await b.post("/actors/assembly/raw", { inbox: alice.inbox, activity: activity("Accept", asked.raw, { result: stamp.object }) });
    const told = await a.post("/actors/alice/stamp", { request: quote.request });
    assert.deepEqual([told.state, told.result, told.ok], ["accepted", stamp.object, holds], JSON.stringify(told));
  }
});
await check("a raw activity is signed in either scheme, and one that was altered after signing is refused", async () => {
  for (const scheme of ["rfc9421", "draft-cavage"]) {
    for (const [tamper, change, wanted] of [[undefined, undefined, [true, true]], ["signature", undefined, [false, true]], ["body", { summary: "altered" }, [false, false]], ["document", { summary: "altered" }, [true, false]]]) {
      const like = activity("Like", post.object);
      await b.post("/actors/assembly/raw", { inbox: alice.inbox, activity: like, scheme, proof: true, tamper, change });
      const { http, proof } = await verdict(like.id);
      assert.deepEqual([http, proof], wanted, `${scheme}, ${tamper}`);
    }
  }
  assert.equal((await b.post("/actors/assembly/raw", { inbox: alice.inbox, activity: activity("Like", post.object), scheme: "none" })).status, 401);
});
await check("what came in is sent on byte for byte, bare or announced: its proof holds, its sender is another", async () => {
  await b.post("/behaviour", {}); // what it now reads is its own
  const like = activity("Like", post.object);
  await b.post("/actors/assembly/raw", { inbox: alice.inbox, activity: like, proof: true });
  const { n } = await verdict(like.id);
  await a.post("/actors/alice/forward", { n, inbox: group.inbox });
  await a.post("/actors/alice/forward", { n, inbox: group.inbox, announce: true });
  const [bare, announced] = await b.get(`/inbox?all=1&contains=${q(like.id)}`);
  assert.deepEqual([bare.verification.proof.ok, bare.verification.http.ok, bare.verification.http.ownerMatchesActor], [true, true, false]);
  assert.deepEqual([announced.type, announced.verification.object.ok], ["Announce", true]);
});
await check("a collection is walked page by page", async () => {
  const walked = await a.post("/actors/alice/walk", { id: group.outbox });
  assert.ok(walked.pages > 1);
  assert.deepEqual([walked.type, walked.items.length], ["OrderedCollection", walked.totalItems]);
});
await check("new keys hold from the moment they are there, and the old ones no longer do", async () => {
  const before = (await a.post("/actors/alice/fetch", { id: group.id })).raw.publicKey.publicKeyPem;
  await b.post("/actors/assembly/rotate", { to: [alice.id] });
  assert.notEqual((await a.post("/actors/alice/fetch", { id: group.id })).raw.publicKey.publicKeyPem, before);
  const [update] = await a.get(`/actors/alice/inbox?type=Update&object=${q(group.id)}&wait=10`);
  assert.deepEqual([update.verification.http.ok, update.verification.proof.ok], [true, true]);
});
for (const peer of [a, b]) peer.child.stdin.end();
await Promise.all([a, b].map((peer) => peer.child.exitCode ?? once(peer.child, "exit")));
console.log(`${passed} checks of the peer passed`);
