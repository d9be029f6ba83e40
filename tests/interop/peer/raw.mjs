// Activities that Fedify would not make: any JSON under any mix of signatures, altered at any point, and the bytes of others.
import { createHash } from "node:crypto";
import { signRequest } from "@fedify/fedify";
import { Temporal } from "@js-temporal/polyfill";
import canonical from "json-canon";
import { context, me } from "./federation.mjs";
import { fail, ORIGIN, received } from "./instance.mjs";

const SCHEMES = { rfc9421: "rfc9421", "draft-cavage": "draft-cavage-http-signatures-12" };
const sha256 = (text) => createHash("sha256").update(text).digest();

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
function base58(bytes) {
  let text = "";
  for (let rest = BigInt(`0x${Buffer.from(bytes).toString("hex")}`); rest > 0n; rest /= 58n) text = ALPHABET[Number(rest % 58n)] + text;
  return "1".repeat(bytes.findIndex((byte) => byte !== 0)) + text;
}

/** The document with an `eddsa-jcs-2022` proof over exactly the JSON given (FEP-8b32). `change` alters the proof before it is made. */
async function withProof(document, pair, change) {
  const configuration = {
    "@context": document["@context"],
    type: "DataIntegrityProof",
    cryptosuite: "eddsa-jcs-2022",
    verificationMethod: pair.multikey.id.href,
    proofPurpose: "assertionMethod",
    created: Temporal.Now.instant().round("second").toString(),
    ...change,
  };
  const hashes = Buffer.concat([sha256(canonical(configuration)), sha256(canonical(document))]);
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, hashes));
  return { ...document, proof: { ...configuration, proofValue: `z${base58(signature)}` } };
}

/** One letter of the signature is another one. */
function otherSignature(headers) {
  const altered = new Headers(headers);
  const value = altered.get("signature");
  const start = value.indexOf('signature="') >= 0 ? value.indexOf('signature="') + 'signature="'.length : value.indexOf(":") + 1;
  altered.set("signature", value.slice(0, start) + (value[start] === "A" ? "B" : "A") + value.slice(start + 1));
  return altered;
}

/** Sends `text` as it is, in one request, and tells what was answered. */
async function post(who, text, { inbox, scheme = "rfc9421", keyId, minutes = 0, headers, tamper, altered = text }) {
  if (scheme !== "none" && !SCHEMES[scheme]) fail(400, `${scheme} is none of ${Object.keys(SCHEMES).join(", ")}, none`);
  const [rsa] = await context().getActorKeyPairs(who.name);
  let request = new Request(inbox, { method: "POST", headers: { "content-type": "application/activity+json", ...headers }, body: text });
  if (scheme !== "none") {
    request = await signRequest(request, rsa.privateKey, new URL(keyId ?? rsa.keyId), { spec: SCHEMES[scheme], currentTime: Temporal.Now.instant().add({ minutes }) });
  }
  const signed = tamper === "signature" ? otherSignature(request.headers) : request.headers;
  const answer = await fetch(inbox, { method: "POST", headers: signed, body: tamper === "body" ? altered : text, redirect: "manual" });
  return { status: answer.status, ok: answer.ok, body: (await answer.text()).slice(0, 2000), sent: text };
}

/** What `raw` does: README.md lists the fields. */
export async function raw(who, { activity, proof, change, ...how }) {
  if (!activity || !how.inbox) fail(400, "raw needs an inbox and an activity");
  const tampers = ["document", "body", "signature"];
  if (how.tamper && !tampers.includes(how.tamper)) fail(400, `tamper is one of ${tampers.join(", ")}`);
  const pairs = await context().getActorKeyPairs(who.name);
  const pair = pairs.find((one) => one.privateKey.algorithm.name === "Ed25519");
  const proven = proof ? await withProof(activity, pair, proof === true ? {} : proof) : activity;
  const document = how.tamper === "document" ? { ...proven, ...change } : proven;
  return post(who, JSON.stringify(document), { ...how, altered: JSON.stringify({ ...proven, ...change }) });
}

/** Sends on what came in as delivery `n`, byte for byte, bare or inside an Announce of ours. */
export async function forward(who, { n, announce = false, ...how }) {
  const entry = received.find((one) => one.n === Number(n)) ?? fail(400, `there is no delivery ${n}`);
  if (!announce) return post(who, entry.text, how);
  const id = new URL(`/activities/${sha256(entry.text).toString("hex").slice(0, 32)}`, ORIGIN).href;
  const head = { "@context": "https://www.w3.org/ns/activitystreams", id, type: "Announce", actor: me(who).href, to: "https://www.w3.org/ns/activitystreams#Public" };
  return post(who, `${JSON.stringify(head).slice(0, -1)},"object":${entry.text}}`, how);
}
