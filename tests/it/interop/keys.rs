//! Signatures of the peer that hold and that do not, in both schemes, and keys that change.

use serde_json::{Value, json};

use super::{PLAIN, PROPOSAL, Road};

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
    let road = Road::open(PLAIN).await;
    let id = road.publish("proposition", PROPOSAL, "Un texte.");
    road.peer.inbox("ada", "type=Create", 1).await;
    let like = road.peer.post("/actors/ada/like", json!({ "object": id })).await;
    road.count(&format!("{id}/likes"), 1).await;

    // The first time it tells nobody of them, the second time by an Update that the new key signs.
    road.peer.post("/actors/ada/rotate", json!({})).await;
    let undone = road.peer.post("/actors/ada/undo", json!({ "activity": like["activity"] })).await;
    assert_eq!(undone["delivered"], true, "{undone:#}");
    road.count(&format!("{id}/likes"), 0).await;
    assert_eq!(road.peer.post("/actors/ada/rotate", json!({ "to": [road.group] })).await["delivered"], true);
    assert_eq!(road.peer.post("/actors/ada/like", json!({ "object": id })).await["delivered"], true);
    road.count(&format!("{id}/likes"), 1).await;
}
