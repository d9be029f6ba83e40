//! The Python peer: bovine reads, signs and verifies, and shares no code with Fedify either.

use serde_json::{Value, json};

use super::super::support::python::PythonPeer;
use super::{PLAIN, PROPOSAL, Road, Way};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bovine_finds_a_coalition_follows_it_and_verifies_what_it_publishes() {
    // Its signed reads are looked at only where they are demanded.
    let road = Road::start(Way { node_demands: true, ..PLAIN });
    let peer = PythonPeer::start(road.folder());
    let account = format!("acct:communs@{}", road.node.domain());
    assert_eq!(peer.get(&format!("find?account={account}")).await["id"], road.group);

    // claire shows her document, and with it her key, to signed requests only.
    let read = peer.get(&format!("read?as=claire&id={}", road.group)).await;
    let inbox = read["document"]["inbox"].as_str().unwrap().to_owned();
    let follow = peer.send("claire", &inbox, &json!({ "type": "Follow", "object": road.group })).await;
    assert_eq!(follow["status"], 202, "{follow:#}");
    // Her inbox takes only what bovine has verified with the key that the sender's document names.
    let accept = one(&peer, "Accept").await;
    assert_eq!((&accept["activity"]["object"], &accept["proof"]), (&follow["activity"], &Value::Bool(true)));

    let id = road.publish("proposition", PROPOSAL, "Texte.");
    let create = one(&peer, "Create").await;
    assert_eq!((&create["activity"]["object"]["id"], &create["proof"]), (&json!(id), &json!(true)));
    let read = peer.get(&format!("read?as=claire&id={id}")).await;
    assert_eq!(
        (read["document"]["name"].as_str(), &read["proof"]),
        (Some("Titre de proposition"), &Value::Bool(true))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fediverse_pasture_says_that_signed_requests_are_taken_and_unsigned_posts_are_not() {
    let road = Road::start(PLAIN);
    let peer = PythonPeer::start(road.folder());
    let account = format!("acct:communs@{}", road.node.domain());
    let said = peer.get(&format!("verify?actor={account}")).await;
    let result = &said["result"];
    assert_eq!(result["webfinger"], true, "{said:#}");
    for (name, signs) in
        [("alice", false), ("dean", false), ("bob", true), ("claire", true), ("emily", true), ("frank", true)]
    {
        let wanted = json!({ "get_actor": true, "post_inbox": signs });
        assert_eq!(result[name], wanted, "{name}: {said:#}");
    }
}

/// The first activity of a type that bovine let in.
async fn one(peer: &PythonPeer, kind: &str) -> Value {
    let all = peer.get(&format!("inbox?type={kind}&wait=20")).await;
    all.get(0).unwrap_or_else(|| panic!("no {kind} came")).clone()
}
