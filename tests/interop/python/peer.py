"""A second peer of the interoperability tests: bovine and fediverse-pasture, which share no code with reset-node or Fedify.

Actors, WebFinger, inboxes, signatures and their checks are fediverse-pasture's and bovine's; here is only what drives them,
under /control on the same port. README.md lists the calls. For tests on loopback only.
"""

import argparse
import asyncio
import json
import socket
import sys

import aiohttp
from bovine.clients import lookup_uri_with_webfinger
from bovine.crypto.helper import jcs_sha256
from bovine.crypto.multibase import multibase_decode
from bovine.crypto.types import CryptographicIdentifier
from bovine.jsonld import activitystreams_context
from fediverse_pasture.data_provider import DataProvider, bovine_actor_for_actor_data
from fediverse_pasture.server import BlueprintForActors
from fediverse_pasture.server.verify_actor import ActorVerifier
from fediverse_pasture.types import Message
from hypercorn.asyncio import serve
from hypercorn.config import Config
from pyld import jsonld
from quart import Quart, request


def no_context_from_outside(url, _options, **_more):
    """What pyld asks for a JSON-LD context: the one that bovine brings, or nothing, so that a test asks nobody else."""
    known = activitystreams_context if url == "https://www.w3.org/ns/activitystreams" else {}
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": {"@context": known}}


jsonld.set_document_loader(no_context_from_outside)

# Who asks for what is fediverse-pasture's: alice and dean sign nothing and demand nothing, bob and emily check what is
# posted to them, claire and frank also who reads their document. dean, emily and frank have no WebFinger. `actor` signs
# what the server itself reads.
data = DataProvider.generate()
actors = [*data.possible_actors, data.one_actor]
app = Quart(__name__)
received = []
arrived = asyncio.Condition()


async def on_inbox(activity):
    """Kept once the actor's own demands have been met."""
    async with arrived:
        received.append(activity)
        arrived.notify_all()


app.register_blueprint(BlueprintForActors(actors, on_inbox=on_inbox).blueprint)


def id_of(name):
    return f"http://{request.host}/{name}"


async def bovine_actor(name, session):
    one = next(actor for actor in actors if actor.actor_name == name)
    actor, _ = bovine_actor_for_actor_data(id_of(name), one)
    await actor.init(session=session)
    return actor


@app.get("/control/verify")
async def verify():
    """fediverse-pasture's `verify_actor`: reads the actor and posts to its inbox as each of its own actors."""
    message = Message()
    verifier = ActorVerifier(actors, request.args["actor"], request.host, message)
    return {"result": await verifier.verify(), "messages": message.response}


@app.get("/control/find")
async def find():
    """The id behind `acct:user@host`."""
    account = request.args["account"]
    host = account.rsplit("@", 1)[1]
    async with aiohttp.ClientSession() as session:
        found, _ = await lookup_uri_with_webfinger(session, account, f"http://{host}")
    return {"id": found}


@app.get("/control/read")
async def read():
    """A document, read with a signed GET, and whether the proof on it holds for the key that its actor lists."""
    async with aiohttp.ClientSession() as session:
        actor = await bovine_actor(request.args["as"], session)
        document = await actor.get(request.args["id"])
        return {"document": document, "proof": await proof_of(document, actor)}


@app.post("/control/send")
async def send():
    """Posts an activity, given without `id` and `actor`, signed."""
    order = await request.get_json()
    async with aiohttp.ClientSession() as session:
        actor = await bovine_actor(order["as"], session)
        activity = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{actor.actor_id}/{len(received)}/{order['activity']['type']}",
            "actor": actor.actor_id,
            **order["activity"],
        }
        answer = await actor.post(order["inbox"], data=activity)
        return {"status": answer.status, "activity": activity}


@app.get("/control/inbox")
async def inbox():
    """What came in of a type, and the verdict on its proof; waits a while for the first."""

    def wanted():
        return [one for one in received if one["type"] == request.args["type"]]

    async with arrived:
        try:
            await asyncio.wait_for(arrived.wait_for(wanted), float(request.args.get("wait", 0)))
        except asyncio.TimeoutError:
            pass
    async with aiohttp.ClientSession() as session:
        actor = await bovine_actor("actor", session)
        return [{"activity": one, "proof": await proof_of(one, actor)} for one in wanted()]


async def proof_of(document, reader):
    """None without a proof; else whether the actor who made the document made the proof (FEP-8b32, `eddsa-jcs-2022`).

    The hashes are laid together here: bovine renames the `@context` of a proof before it hashes it.
    """
    if "proof" not in document:
        return None
    maker = document.get("actor") or document.get("attributedTo") or document.get("id")
    proof = dict(document["proof"])
    listed = (await reader.get(maker)).get("assertionMethod", [])
    key = next((one for one in listed if one["id"] == proof["verificationMethod"]), None)
    if key is None:
        return f"{maker} does not list {proof['verificationMethod']}"
    signature = multibase_decode(proof.pop("proofValue"))
    bare = {name: value for name, value in document.items() if name not in ("proof", "signature")}
    identifier = CryptographicIdentifier.from_multikey(key)
    return identifier.verify(jcs_sha256(proof) + jcs_sha256(bare), signature) == maker


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--until-stdin-closes", action="store_true")
    options = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", 0))
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.loglevel = "ERROR"
    print(json.dumps({"ready": True, "port": listener.getsockname()[1]}), flush=True)
    ends = asyncio.Event()
    if options.until_stdin_closes:
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ends.set)))
    await serve(app, config, shutdown_trigger=ends.wait)


if __name__ == "__main__":
    asyncio.run(main())
