// What Fedify serves for us: actors, objects, collections. What comes in is in receive.mjs.
import { createFederation, MemoryKvStore } from "@fedify/fedify";
import * as AS from "@fedify/vocab";
import { behaviour, cli, objects, ORIGIN, people, sent } from "./instance.mjs";

export const federation = createFederation({
  kv: new MemoryKvStore(),
  origin: cli["handle-host"] ? { handleHost: cli["handle-host"], webOrigin: ORIGIN.origin } : ORIGIN.origin,
  allowPrivateAddress: true,
  firstKnock: cli["first-knock"],
  userAgent: { software: "reset-node-interop-peer/1.0", url: ORIGIN },
});
export const context = (data = {}) => federation.createContext(ORIGIN, data);
export const me = (who) => context().getActorUri(who.name);
export const followersOf = (who) => context().getFollowersUri(who.name);

const mayRead = async (ctx) => !behaviour.authorizedFetch || (await ctx.getSignedKeyOwner()) !== null;

/** The document of one of ours. */
export async function actorOf(ctx, name) {
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
    aliases: who.aliases.map((id) => new URL(id)),
    publicKey: pairs[0].cryptographicKey,
    assertionMethods: pairs.map((pair) => pair.multikey),
  });
}

federation
  .setActorDispatcher("/actors/{identifier}", actorOf)
  .setKeyPairsDispatcher((_, name) => people.get(name)?.keys ?? [])
  .mapHandle((_, name) => (people.has(name) ? name : null))
  .authorize(mayRead);
federation
  .setObjectDispatcher(AS.Object, "/objects/{id}", (ctx, { id }) => objects.get(ctx.getObjectUri(AS.Object, { id }).href)?.object ?? null)
  .authorize(mayRead);
federation
  .setFollowersDispatcher("/actors/{identifier}/followers", (_, name) => people.has(name) ? { items: [...people.get(name).followers.values()] } : null)
  .setCounter((_, name) => people.get(name)?.followers.size ?? 0);

const PAGE = 2; // so small that a walk has pages to follow
const published = (name) => sent.filter((one) => one.actor === name && one.public).map((one) => one.activity).reverse();
federation
  .setOutboxDispatcher("/actors/{identifier}/outbox", (_, name, cursor) => {
    if (!people.has(name) || cursor === null) return null;
    const start = Number(cursor);
    const items = published(name);
    return { items: items.slice(start, start + PAGE), nextCursor: start + PAGE < items.length ? String(start + PAGE) : null };
  })
  .setFirstCursor(() => "0")
  .setCounter((_, name) => published(name).length);
federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
  software: { name: "reset-node-interop-peer", version: "1.0.0" },
  protocols: ["activitypub"],
  usage: { users: { total: people.size }, localPosts: objects.size, localComments: 0 },
}));
