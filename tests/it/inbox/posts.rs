//! The door: what is answered before anything is known of the meaning.

use serde_json::json;

use super::stage;

#[tokio::test]
async fn an_activity_that_comes_twice_is_stored_once_and_told_202_both_times() {
    let stage = stage().await;
    let (like, status) = stage.peer.like("ada", &stage.proposal, &stage.coalition.url).await;
    assert_eq!(status, 202);
    assert_eq!(stage.peer.send("ada", &format!("{}/inbox", stage.app.url()), &like).await, 202);
    assert_eq!(stage.stored().await, (1, 1));
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 1, 0, 0));
    assert_eq!(stage.peer.send("ada", &format!("{}/inbox", stage.app.url()), &like).await, 202);
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 1, 0, 0));
}

#[tokio::test]
async fn the_delete_of_an_actor_that_was_never_known_is_taken_without_a_fetch() {
    let stage = stage().await;
    let ada = stage.peer.actor("ada");
    let (_, status) = stage.peer.act("ada", "Delete", json!(ada), &stage.coalition.url).await;
    assert_eq!((status, stage.peer.fetches(), stage.stored().await), (202, 0, (0, 0)));
}

#[tokio::test]
async fn a_known_actor_is_fetched_once() {
    let stage = stage().await;
    for _ in 0..3 {
        stage.peer.like("ada", &stage.proposal, &stage.coalition.url).await;
    }
    stage.work().await;
    assert_eq!(stage.peer.fetches(), 1);
}

#[tokio::test]
async fn an_inbox_of_nobody_is_404_and_one_of_the_node_takes_activities() {
    let stage = stage().await;
    let nobody = format!("{}/coalitions/nobody", stage.app.url());
    assert_eq!(stage.peer.like("ada", &stage.proposal, &nobody).await.1, 404);
    assert_eq!(stage.peer.like("ada", &stage.proposal, &format!("{}/actor", stage.app.url())).await.1, 202);
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 1, 0, 0));
}

#[tokio::test]
async fn a_key_that_was_rotated_is_fetched_again_once() {
    let stage = stage().await;
    stage.peer.like("ada", &stage.proposal, &stage.coalition.url).await;
    // The same actor now has another key: that of the name `bob`.
    let pem = crate::support::peer::key_of("bob").public_pem();
    let id = stage.peer.actor("ada");
    let key = json!({"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": pem});
    stage.peer.change_actor("ada", json!({"publicKey": key}));
    let body =
        json!({"id": stage.peer.new_id("activities"), "type": "Like", "actor": id, "object": stage.proposal});
    let send = async |body: &serde_json::Value| {
        let (inbox, now) = (format!("{}/inbox", stage.app.url()), stage.app.now());
        let body = serde_json::to_vec(body).unwrap();
        let sent = stage.peer.signed_with("bob", "ada", &inbox, body, now).send().await;
        sent.unwrap().status().as_u16()
    };
    assert_eq!((send(&body).await, stage.peer.fetches()), (202, 2));
    // And not again with each bad signature.
    stage.peer.change_actor("ada", json!({}));
    assert_eq!(stage.peer.like("ada", &stage.proposal, &stage.coalition.url).await.1, 401);
    assert_eq!(stage.peer.fetches(), 2);
    stage.work().await;
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_for_its_key_is_told_to_come_again() {
    let stage = stage().await;
    let other = crate::support::Peer::start().await;
    let inbox = format!("{}/inbox", stage.app.url());
    let like = json!({
        "id": other.new_id("activities"), "type": "Like", "actor": other.actor("ada"), "object": stage.proposal,
    });
    let request = other.signed("ada", &inbox, serde_json::to_vec(&like).unwrap(), stage.app.now());
    drop(other);
    assert_eq!(request.send().await.unwrap().status().as_u16(), 503);
    assert_eq!(stage.stored().await, (0, 0));
}

#[tokio::test]
async fn an_unknown_kind_of_activity_is_taken_and_ignored() {
    let stage = stage().await;
    assert_eq!(stage.peer.act("ada", "Teleport", json!(stage.proposal), &stage.coalition.url).await.1, 202);
    stage.work().await;
    assert_eq!(stage.outcome().await, "this kind of activity has no effect here");
}
