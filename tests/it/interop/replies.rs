//! What people answer on the peer: it comes, it is corrected, it goes.

use serde_json::json;

use super::{PLAIN, PROPOSAL, RFC9421, Road, Way};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_likes_and_announces_come_back_and_are_taken_back() {
    let road = Road::open(Way { first_knock: RFC9421, ..PLAIN }).await;
    let id = road.publish("proposition", PROPOSAL, "Un texte.");
    road.peer.inbox("ada", "type=Create", 1).await;

    let reply = road
        .peer
        .post("/actors/ada/reply", json!({ "object": id, "content": "<p>Une réponse <b>claire</b>.</p>" }))
        .await;
    let like = road.peer.post("/actors/ada/like", json!({ "object": id })).await;
    let announce = road.peer.post("/actors/ada/announce", json!({ "object": id })).await;
    road.read_until(&id, "the reply", |html| html.contains("Une réponse <b>claire</b>.")).await;
    for part in ["replies", "likes", "shares"] {
        road.count(&format!("{id}/{part}"), 1).await;
    }

    let note = reply["object"].as_str().unwrap();
    road.peer
        .post("/actors/ada/update", json!({ "object": note, "content": "<p>Une réponse corrigée.</p>" }))
        .await;
    road.read_until(&id, "the corrected reply", |html| {
        html.contains("Une réponse corrigée.") && !html.contains("claire")
    })
    .await;

    road.peer.post("/actors/ada/delete", json!({ "object": note })).await;
    for activity in [&like["activity"], &announce["activity"]] {
        road.peer.post("/actors/ada/undo", json!({ "activity": activity })).await;
    }
    road.read_until(&id, "the page without the reply", |html| !html.contains("Une réponse")).await;
    for part in ["replies", "likes", "shares"] {
        road.count(&format!("{id}/{part}"), 0).await;
    }

    road.peer.post("/actors/ada/unfollow", json!({ "target": road.group })).await;
    road.count(&format!("{}/followers", road.group), 0).await;
}
