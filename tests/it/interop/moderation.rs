//! A publication that takes no replies for now, and an actor of the peer that is suspended here.

use serde_json::json;

use super::{ACTIVITY, PLAIN, PROPOSAL, Road, verified};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_is_told_and_keeps_replies_out_until_it_is_opened() {
    let road = Road::open(PLAIN).await;
    let id = road.publish("proposition", PROPOSAL, "Un texte.");
    let reply = |text: &str| json!({ "object": id, "content": format!("<p>{text}</p>") });
    road.node.ok(&["publication", "lock", &id, "--reason", "Trop de bruit"]);
    // Fedify knows no Lock and says so, which is no reason to lose it.
    let lock = road.peer.inbox("ada", &format!("all=1&type=Lock&object={id}"), 1).await;
    assert_eq!(lock[0]["verification"]["http"]["ok"], true, "{lock:#?}");
    road.peer.post("/actors/ada/reply", reply("Trop tard")).await;
    // What she does after it has its effect after it: the lock has met the reply before it is opened.
    road.peer.post("/actors/ada/like", json!({ "object": id })).await;
    road.count(&format!("{id}/likes"), 1).await;
    road.node.ok(&["publication", "unlock", &id]);
    let undo = road.peer.inbox("ada", "all=1&type=Undo", 1).await;
    assert!(verified(&undo[0]), "{undo:#?}");
    road.peer.post("/actors/ada/reply", reply("À temps")).await;
    road.read_until(&id, "the second reply alone", |html| {
        html.contains("À temps") && !html.contains("Trop tard")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_actor_is_refused_and_follows_no_more() {
    let road = Road::open(PLAIN).await;
    road.follow("bob").await;
    let id = road.publish("proposition", PROPOSAL, "Un texte.");
    road.peer.post("/actors/bob/reply", json!({ "object": id, "content": "<p>Du bruit</p>" })).await;
    road.read_until(&id, "the reply", |html| html.contains("Du bruit")).await;

    let bob = road.peer.get("/actors/bob").await["id"].as_str().unwrap().to_owned();
    road.node.ok(&["federation", "suspend", &bob, "--reason", "Du bruit"]);
    road.read_until(&id, "no reply", |html| !html.contains("Du bruit")).await;
    // What he does is refused, as soon as the running node knows of it (half a second); what is public he still reads.
    let mut answers = Vec::new();
    while answers.last() != Some(&json!(403)) {
        assert!(answers.len() < 50, "his activities are still taken: {answers:?}");
        let like = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{bob}#like-{}", answers.len()), "type": "Like",
            "actor": bob, "object": id,
        });
        let order = json!({ "inbox": format!("{}/inbox", road.group), "activity": like });
        answers.push(road.peer.post("/actors/bob/raw", order).await["status"].clone());
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let read = road.peer.post("/actors/bob/fetch", json!({ "id": id })).await;
    assert_eq!(read["raw"]["id"], id, "{read:#}");
    road.publish("suite", PROPOSAL, "Un autre texte.");
    let got = road.peer.inbox("ada", "type=Create", 2).await;
    assert!(got.iter().all(verified), "{got:#?}");
    let followers = road.page(&format!("{}/followers", road.group), ACTIVITY).await.1;
    assert!(followers.contains("\"totalItems\":1"), "ada alone: {followers}");
}
