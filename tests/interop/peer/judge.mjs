// What is right about a request or a document: the verdicts are Fedify's.
import { detachSignature, verifyObject, verifyRequestDetailed } from "@fedify/fedify";
import * as AS from "@fedify/vocab";
import { context } from "./federation.mjs";
import { people } from "./instance.mjs";

export const idOf = (value) => (Array.isArray(value) ? idOf(value[0]) : value && typeof value === "object" ? value.id : value);

/** A loader that signs as one of ours, for peers that demand it. Nothing is cached, so a rotated key is seen at once. */
export async function loaders(name = people.keys().next().value) {
  const documentLoader = name ? await context().getDocumentLoader({ identifier: name }) : context().documentLoader;
  return { contextLoader: context().contextLoader, documentLoader };
}

/** In which scheme a request is signed. */
export const specOf = (headers) => (headers.has("signature-input") ? "rfc9421" : headers.has("signature") ? "draft-cavage" : undefined);

/** Whether the signature of a request holds, and whether its key is the sender's. */
export async function judgeHttp(request, json, options) {
  const spec = specOf(request.headers);
  if (!request.headers.has("signature")) return { present: false, ok: false };
  const verdict = { present: true, spec };
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

/** Whether the proof of a document holds, by a key of the one whose document it says it is. */
export async function judgeProof(json, options) {
  if (!json?.proof) return { present: false, ok: false };
  try {
    // A linked-data signature was put on after the proof, so it is no part of what the proof covers.
    return { present: true, ok: (await verifyObject(AS.Object, detachSignature(json), options)) !== null };
  } catch (error) {
    return { present: true, ok: false, reason: String(error) };
  }
}
