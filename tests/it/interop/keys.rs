//! Signatures of the peer that hold and that do not, in both schemes, and keys that change.

use serde_json::{Value, json};

use super::super::support::fedify::Fedify;
use super::{PLAIN, PROPOSAL, RFC9421, Road, STRICT, Way, verified};

/// What is altered on the way, what else is said, and what the inbox answers.
fn attempts(other_key: &str) -> Vec<(&'static str, Value, u16)> {
    vec![
        ("as it should be", json!({}), 202),
        ("without a signature", json!({ "scheme": "none" }), 401),
        ("with another letter in the signature", json!({ "tamper": "signature" }), 401),
        ("with a body altered after signing", json!({ "tamper": "body", "change": { "summary": "x" } }), 401),
        ("signed two hours ago", json!({ "minutes": -120 }), 401),
        ("signed two hours ahead", json!({ "minutes": 120 }), 401),
        ("by the name of another's key", json!({ "keyId": other_key }), 401),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_like_counts_in_either_scheme_and_one_that_was_altered_does_not() {
    let road = Road::open(PLAIN).await;
    let id = road.publish("proposition", PROPOSAL, "Un texte.");
    let inbox = format!("{}/inbox", road.group);
    let other = road.peer.post("/actors", json!({ "name": "other" })).await["id"].clone();
    let other_key = format!("{}#main-key", other.as_str().unwrap());
    let mut good = 0;
    for scheme in ["draft-cavage", "rfc9421"] {
        for (how, mut order, status) in attempts(&other_key) {
            // One who likes for each scheme, and one who never gets through.
            let name = if status == 202 { scheme } else { "mallory" };
            let liker = road.peer.post("/actors", json!({ "name": name })).await["id"].clone();
            order["inbox"] = json!(inbox);
            if order["scheme"].is_null() {
                order["scheme"] = json!(scheme);
            }
            order["activity"] = json!({
                "@context": "https://www.w3.org/ns/activitystreams", "type": "Like", "actor": liker, "object": id,
                "id": format!("{}#like-{}", liker.as_str().unwrap(), how.replace(' ', "-")),
            });
            let answer = road.peer.post(&format!("/actors/{name}/raw"), order).await;
            assert_eq!(answer["status"], status, "{scheme}, {how}: {answer:#}");
            good += u64::from(status == 202);
        }
    }
    road.count(&format!("{id}/likes"), good).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_has_new_keys_under_the_old_names_is_still_believed() {
    peer_with_new_keys(PLAIN).await;
    peer_with_new_keys(STRICT).await;
}

async fn peer_with_new_keys(way: Way) {
    let road = open(way).await;
    let id = road.publish("proposition", PROPOSAL, "Un texte.");
    road.peer.inbox("ada", "type=Create", 1).await;
    road.follow("bob").await;
    for name in ["ada", "bob"] {
        let like = road.peer.post(&format!("/actors/{name}/like"), json!({ "object": id })).await;
        road.count(&format!("{id}/likes"), 1).await;
        // ada tells nobody of them, bob sends an Update that the new key signs.
        let told = json!({ "to": if name == "bob" { vec![&road.group] } else { Vec::new() } });
        road.peer.post(&format!("/actors/{name}/rotate"), told).await;
        let undo = json!({ "activity": like["activity"] });
        let undone = road.peer.post(&format!("/actors/{name}/undo"), undo).await;
        assert_eq!(undone["delivered"], true, "{undone:#}");
        road.count(&format!("{id}/likes"), 0).await;
    }
}

/// With a peer that demands signed reads where the node does.
async fn open(way: Way) -> Road {
    let road = Road::open(way).await;
    road.peer.post("/behaviour", json!({ "authorizedFetch": way.node_demands })).await;
    road
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coalition_with_new_keys_is_still_believed_and_so_is_what_it_said_before() {
    coalition_with_new_keys(PLAIN).await;
    coalition_with_new_keys(STRICT).await;
}

async fn coalition_with_new_keys(way: Way) {
    let road = open(way).await;
    let before = road.publish("avant", PROPOSAL, "Un texte.");
    let create = road.peer.inbox("ada", &format!("type=Create&object={before}"), 1).await;
    road.node.ok(&["coalition", "rotate-keys", "communs"]);
    let update = road.peer.inbox("ada", &format!("type=Update&object={}", road.group), 1).await;
    assert!(verified(&update[0]), "{update:#?}");
    let after = road.publish("apres", PROPOSAL, "Un texte.");
    let told = road.peer.inbox("ada", &format!("type=Create&object={after}"), 1).await;
    assert!(verified(&told[0]), "{told:#?}");
    let key = |delivery: &Value| delivery["verification"]["http"]["keyId"].clone();
    assert_ne!(key(&create[0]), key(&told[0]));
    let read = road.peer.post("/actors/ada/fetch", json!({ "id": before })).await;
    assert_eq!(
        (&read["raw"], &read["verification"]["proof"]["ok"]),
        (&create[0]["raw"]["object"], &json!(true))
    );
}

/// One Like of `ada`'s instance reaches the node by another instance, whose actor hands it on as it came.
async fn handed_on(road: &Road, other: &Fedify, name: &str, order: Value) {
    let liker = road.peer.post("/actors", json!({ "name": name })).await["id"].as_str().unwrap().to_owned();
    let bob = other.post("/actors", json!({ "name": "bob" })).await;
    let mut order = order;
    order["inbox"] = bob["inbox"].clone();
    order["activity"]["@context"] =
        json!(["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v1"]);
    for (key, value) in [("id", format!("{liker}#like")), ("type", "Like".into()), ("actor", liker)] {
        order["activity"][key] = value.into();
    }
    let id = order["activity"]["id"].as_str().unwrap().replace('#', "%23");
    road.peer.post(&format!("/actors/{name}/raw"), order).await;
    let came = other.get(&format!("/inbox?all=1&contains={id}&wait=10")).await;
    let order = json!({ "n": came[0]["n"], "inbox": format!("{}/inbox", road.group) });
    other.post("/actors/bob/forward", order).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_server_hands_on_counts_by_the_proof_of_its_author_alone() {
    let road = Road::open(PLAIN).await;
    let other = Fedify::start(RFC9421, None);
    let [id, second] = ["une", "deux"].map(|slug| road.publish(slug, PROPOSAL, "Un texte."));
    handed_on(&road, &other, "one", json!({ "proof": true, "activity": { "object": id } })).await;
    road.count(&format!("{id}/likes"), 1).await;
    handed_on(&road, &other, "two", json!({ "activity": { "object": id } })).await;
    let altered = json!({ "proof": true, "activity": { "object": second }, "tamper": "document", "change": { "object": id } });
    handed_on(&road, &other, "three", altered).await;
    // In the order in which it came: when this counts, the two before it have been looked at.
    handed_on(&road, &other, "four", json!({ "proof": true, "activity": { "object": id } })).await;
    road.count(&format!("{id}/likes"), 2).await;
    road.count(&format!("{second}/likes"), 0).await;
}
