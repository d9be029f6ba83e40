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
for (const peer of [a, b]) peer.child.stdin.end();
await Promise.all([a, b].map((peer) => peer.child.exitCode ?? once(peer.child, "exit")));
console.log(`${passed} checks of the peer passed`);
