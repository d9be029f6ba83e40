//! Moves: a coalition of ours leaves, and an actor of the peer whom an organisation of ours follows.

use serde_json::{Value, json};

use super::{PLAIN, RFC9421, Road, Way, verified};

impl Road {
    /// An actor of the peer of this name, which says that it is also another; its id.
    async fn another(&self, name: &str, of: &str) -> String {
        let made = self.peer.post("/actors", json!({ "name": name, "aliases": [of] })).await;
        made["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coalition_that_moves_tells_the_peer_that_it_did_and_then_where_to() {
    let road = Road::open(PLAIN).await;
    let new = road.another("nouvelle", &road.group).await;
    road.node.ok(&["coalition", "alias", "communs", &new]);
    let read = road.peer.post("/actors/ada/fetch", json!({ "id": road.group })).await;
    // By the terms of its context, and not by their names alone.
    assert_eq!(read["parsed"]["aliases"], json!([new]), "{read:#}");
    let reason = ["--reason", "Une autre région nous accueille"];
    assert_eq!(road.node.ok(&["coalition", "move", "communs", "--to", &new, reason[0], reason[1]]), new);
    let update = road.peer.inbox("ada", &format!("type=Update&object={}", road.group), 2).await.split_off(1);
    let moved = road.peer.inbox("ada", &format!("type=Move&object={}", road.group), 1).await;
    assert!(verified(&update[0]) && verified(&moved[0]), "{update:#?} {moved:#?}");
    assert!(update[0]["n"].as_u64() < moved[0]["n"].as_u64(), "the Move comes after the Update");
    assert_eq!(update[0]["raw"]["object"]["movedTo"], new);
    assert_eq!((&moved[0]["raw"]["actor"], &moved[0]["raw"]["target"]), (&json!(road.group), &json!(new)));
    let read = road.peer.post("/actors/ada/fetch", json!({ "id": road.group })).await;
    assert_eq!((&read["idMatchesUrl"], &read["raw"]["movedTo"]), (&json!(true), &json!(new)));
    assert_eq!(read["parsed"]["successor"], new, "{read:#}");
    assert_eq!(read["verification"]["proof"]["ok"], true, "{read:#}");

    // Who comes later is told to go there.
    road.peer.post("/actors", json!({ "name": "bob" })).await;
    road.peer.post("/actors/bob/follow", json!({ "target": road.group })).await;
    let path = format!("/actors/bob/following?target={}&state=rejected&wait=20", road.group);
    assert_eq!(road.peer.get(&path).await[&road.group]["state"], "rejected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organisation_follows_an_actor_of_the_peer_to_where_it_moved() {
    let road = Road::start(Way { first_knock: RFC9421, ..PLAIN });
    let old = road.peer.post("/actors", json!({ "name": "ancienne" })).await["id"].clone();
    let (old, us) = (old.as_str().unwrap().to_owned(), format!("{}/organisations/atelier", road.node.url()));
    road.node.ok(&["federation", "follow", &old, "--as", "atelier"]);
    let follows = async |name: &str| -> Value {
        road.peer.get(&format!("/actors/{name}/followers?actor={us}&wait=20")).await
    };
    assert_eq!(follows("ancienne").await, json!([us]));
    let new = road.another("nouvelle", &old).await;
    let order = json!({
        "inbox": format!("{us}/inbox"), "proof": true,
        "activity": {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v1"],
            "id": format!("{old}#move"), "type": "Move", "actor": old, "object": old, "target": new,
        },
    });
    assert_eq!(road.peer.post("/actors/ancienne/raw", order).await["status"], 202);
    assert_eq!(follows("nouvelle").await, json!([us]));
    let undo = road.peer.inbox("ancienne", "type=Undo&objectType=Follow", 1).await;
    assert!(verified(&undo[0]), "{undo:#?}");
    assert_eq!(road.peer.get("/actors/ancienne/followers").await, json!([]));
}
