//! Follow, Undo of a follow, and answers to our own.

use diesel::prelude::*;
use reset_node::db::schema::following as rows;
use reset_node::domain::following::State;
use reset_node::model;
use serde_json::json;

use super::stage;

#[tokio::test]
async fn a_follow_is_accepted_at_the_followers_own_inbox_with_the_follow_as_it_came() {
    let stage = stage().await;
    let (follow, status) = stage.peer.follow("ada", &stage.coalition.url).await;
    assert_eq!(status, 202);
    stage.settle().await;
    assert_eq!(stage.followers().await, 1);
    let accept = stage.peer.wait_for("Accept", |got| got.kind() == "Accept").await;
    assert_eq!(accept.verified, Ok(()));
    assert_eq!(accept.path, "/users/ada/inbox");
    assert_eq!(accept.activity["object"], follow);
    assert_eq!(accept.activity["actor"], stage.coalition.url);
    assert_ne!(accept.activity["id"], follow["id"]);
}

#[tokio::test]
async fn a_repeated_follow_is_accepted_again_and_adds_nobody() {
    let stage = stage().await;
    for _ in 0..2 {
        assert_eq!(stage.peer.follow("ada", &stage.coalition.url).await.1, 202);
        stage.settle().await;
    }
    assert_eq!(stage.followers().await, 1);
    assert_eq!(stage.peer.received().iter().filter(|got| got.kind() == "Accept").count(), 2);
}

#[tokio::test]
async fn organisations_and_the_node_can_be_followed_and_strangers_cannot() {
    let stage = stage().await;
    let organisation = format!("{}/organisations/communs_org", stage.app.url());
    let node = format!("{}/actor", stage.app.url());
    assert_eq!(stage.peer.follow("ada", &organisation).await.1, 202);
    assert_eq!(stage.peer.follow("ada", &node).await.1, 202);
    stage.settle().await;
    assert_eq!(stage.followers().await, 2);
    // Right handle, wrong kind of actor; then nobody at all, through the shared inbox.
    let shared = format!("{}/inbox", stage.app.url());
    for nobody in ["people/communs", "coalitions/nobody"] {
        let follow = json!({
            "id": stage.peer.new_id("activities"), "type": "Follow", "actor": stage.peer.actor("bob"),
            "object": format!("{}/{nobody}", stage.app.url()),
        });
        assert_eq!(stage.peer.send("bob", &shared, &follow).await, 202);
        stage.settle().await;
        assert_eq!(stage.outcome().await, "refused: there is no such actor here");
    }
    assert_eq!(stage.followers().await, 2);
}

#[tokio::test]
async fn an_undo_removes_the_follower_whatever_id_the_follow_has_in_it() {
    let stage = stage().await;
    let (mut follow, _) = stage.peer.follow("ada", &stage.coalition.url).await;
    stage.settle().await;
    follow["id"] = json!(stage.peer.new_id("activities"));
    assert_eq!(stage.peer.undo("ada", &follow, &stage.coalition.url).await.1, 202);
    stage.settle().await;
    assert_eq!(stage.followers().await, 0);
    assert_eq!(stage.peer.undo("ada", &follow, &stage.coalition.url).await.1, 202);
    stage.settle().await;
    assert_eq!(stage.outcome().await, "there was no such follower");
}

#[tokio::test]
async fn nobody_undoes_the_follow_of_another() {
    let stage = stage().await;
    let (follow, _) = stage.peer.follow("ada", &stage.coalition.url).await;
    stage.settle().await;
    assert_eq!(stage.peer.undo("eve", &follow, &stage.coalition.url).await.1, 202);
    stage.settle().await;
    assert_eq!(stage.outcome().await, "refused: the actor does not own the object");
    assert_eq!(stage.followers().await, 1);
}

async fn our_follow(stage: &super::Stage) -> (String, String) {
    let id = stage.app.new_id();
    let bob = stage.peer.actor("bob");
    // Bob becomes known by following.
    stage.peer.follow("bob", &stage.coalition.url).await;
    stage.settle().await;
    let (actor, url, uuid, now) = (stage.coalition.id, bob.clone(), id.clone(), stage.app.now().naive_utc());
    stage
        .app
        .write(move |conn| {
            let (remote, _) = model::remote::sender(conn, &url)?.unwrap();
            model::following::ask(conn, actor, remote, &uuid, now)
        })
        .await;
    (stage.app.urls.activity(&id), bob)
}

async fn states(stage: &super::Stage) -> Vec<State> {
    stage.app.read(|conn| rows::table.select(rows::state).load(conn)).await
}

#[tokio::test]
async fn an_accept_and_a_reject_act_by_id_or_by_type_and_actors() {
    let stage = stage().await;
    let (follow, bob) = our_follow(&stage).await;
    assert_eq!(states(&stage).await, [State::Requested]);
    stage.peer.act("bob", "Accept", json!(follow), &stage.coalition.url).await;
    stage.settle().await;
    assert_eq!(states(&stage).await, [State::Accepted]);
    let embedded = json!({"type": "Follow", "actor": stage.coalition.url, "object": bob});
    stage.peer.act("bob", "Reject", embedded, &stage.coalition.url).await;
    stage.settle().await;
    assert_eq!(states(&stage).await, []);
}

#[tokio::test]
async fn a_reject_acts_neither_from_another_nor_around_something_nested() {
    let stage = stage().await;
    let (follow, bob) = our_follow(&stage).await;
    let shape = json!({"type": "Follow", "id": follow, "actor": stage.coalition.url, "object": bob});
    stage.peer.act("eve", "Reject", shape.clone(), &stage.coalition.url).await;
    let around = json!({"type": "Create", "id": stage.peer.new_id("activities"), "object": shape});
    stage.peer.act("bob", "Reject", around, &stage.coalition.url).await;
    stage.settle().await;
    assert_eq!(states(&stage).await, [State::Requested]);
    assert_eq!(stage.outcome().await, "it rejects no follow of ours");
}
