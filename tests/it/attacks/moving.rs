//! Moves that would carry off those who follow, or keep this node following.

use std::time::Duration;

use reset_node::actions::follow::follow;
use serde_json::{Value, json};

use super::named;
use crate::inbox::Stage;
use crate::inbox::moves::followed;
use crate::support::Peer;
use crate::support::voice::Voice;

const TAKEN: &str = "whoever followed it here follows the actor it moved to";

/// Nobody of ours follows another than before.
async fn nobody_follows(stage: &Stage, other: &Peer) {
    let follows = stage.following().await;
    assert!(follows.len() == 2 && follows.iter().all(|(_, whom)| *whom == stage.peer.actor("ada")));
    assert_eq!(other.received().len(), 0);
}

#[tokio::test]
async fn a_move_to_an_actor_that_does_not_know_the_old_one() {
    let (stage, other) = followed().await;
    let new = other.actor("ada");
    let unknown = "the actor it moved to does not say that it is the same";
    for (name, aliases) in [
        named("no word of it", json!([])),
        named("another", json!([stage.peer.actor("eve")])),
        named("a longer id", json!([format!("{}2", stage.peer.actor("ada"))])),
        named("with a fragment", json!([format!("{}#main-key", stage.peer.actor("ada"))])),
    ] {
        other.change_actor("ada", json!({"alsoKnownAs": aliases}));
        let told = stage.send_move("ada", &stage.a_move("ada", &new)).await;
        assert_eq!(told, unknown, "{name}");
    }
    nobody_follows(&stage, &other).await;
}

#[tokio::test]
async fn a_move_that_brings_the_word_of_the_other_along() {
    let (stage, other) = followed().await;
    let (_, mut forged) = stage.peer.get(&other.actor("ada")).await;
    forged["alsoKnownAs"] = json!([stage.peer.actor("ada")]);
    let mut moved = stage.a_move("ada", "x");
    moved["target"] = forged;
    let told = stage.send_move("ada", &moved).await;
    assert_eq!(told, "the actor it moved to does not say that it is the same");
    nobody_follows(&stage, &other).await;
}

#[tokio::test]
async fn a_move_of_another_actor() {
    let (stage, other) = followed().await;
    other.change_actor("ada", json!({"alsoKnownAs": [stage.peer.actor("ada"), stage.peer.actor("eve")]}));
    let mut moved = stage.a_move("eve", &other.actor("ada"));
    moved["object"] = json!(stage.peer.actor("ada"));
    assert!(stage.send_move("eve", &moved).await.starts_with("refused"));
    let told = stage.send_move("eve", &stage.a_move("eve", &other.actor("ada"))).await;
    assert_eq!(told, "nobody here follows it");
    // In the name of Ada, whose key it is not signed with.
    let body = serde_json::to_vec(&stage.a_move("ada", &other.actor("ada"))).unwrap();
    let inbox = format!("{}/inbox", stage.coalition.url);
    let request = stage.peer.signed_with("eve", "ada", &inbox, body, stage.app.now());
    assert_eq!(request.send().await.unwrap().status(), 401);
    nobody_follows(&stage, &other).await;
}

#[tokio::test]
async fn a_move_inside_an_announce_or_handed_on() {
    let (stage, other) = followed().await;
    let ada = Voice::of(&stage.peer, "ada");
    other.change_actor("ada", json!({"alsoKnownAs": [stage.peer.actor("ada")]}));
    let relay = Peer::start_at("127.0.0.3:0").await;
    let g = &stage.coalition.url;
    let mut moved = stage.a_move("ada", &other.actor("ada"));
    moved["id"] = json!(stage.peer.new_id("objects"));
    moved["@context"] =
        json!(["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]);
    stage.peer.keep(&moved);
    let vouched = ada.vouched(&moved, stage.app.now());
    for (by, name, activity) in [(&relay, "eve", &vouched), (&stage.peer, "eve", &moved)] {
        let (_, status) = by.act(name, "Announce", activity.clone(), g).await;
        assert_eq!(status, 202);
        stage.settle().await;
        assert_eq!(stage.outcome().await, "a move that somebody else tells of");
        assert_eq!(by.send(name, &format!("{g}/inbox"), activity).await, 202);
        stage.settle().await;
        assert_eq!(stage.outcome().await, "a move that somebody else tells of");
    }
    nobody_follows(&stage, &other).await;
}

#[tokio::test]
async fn moves_in_circles() {
    let (stage, other) = followed().await;
    let (here, there) = (stage.peer.actor("ada"), other.actor("ada"));
    let know = |from: &Peer, whom: &str| from.change_actor("ada", json!({"alsoKnownAs": [whom]}));
    know(&other, &here);
    know(&stage.peer, &there);
    assert_eq!(stage.send_move("ada", &stage.a_move("ada", &there)).await, TAKEN);
    for _ in 0..5 {
        let back: Value = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": other.new_id("activities"), "type": "Move",
            "actor": there, "object": there, "target": here,
        });
        assert_eq!(other.send("ada", &format!("{}/inbox", stage.coalition.url), &back).await, 202);
        stage.settle().await;
        assert_eq!(stage.outcome().await, "it was part of a move less than seven days ago");
    }
    assert!(stage.following().await.iter().all(|(_, whom)| *whom == there));
    let itself = stage.send_move("ada", &stage.a_move("ada", &here)).await;
    assert_eq!(itself, "it moved to where it was");
    assert_eq!(other.received().len(), 2);
}

#[tokio::test]
async fn a_move_to_an_actor_that_has_moved_itself() {
    let (stage, other) = followed().await;
    let known = json!({"alsoKnownAs": [stage.peer.actor("ada")], "movedTo": other.actor("eve")});
    other.change_actor("ada", known);
    let told = stage.send_move("ada", &stage.a_move("ada", &other.actor("ada"))).await;
    assert_eq!(told, "it moved to an actor that has moved itself");
    nobody_follows(&stage, &other).await;
}

#[tokio::test]
async fn a_move_that_would_make_us_follow_ten_thousand_times() {
    let (stage, other) = followed().await;
    let names: Vec<String> = (0..20).map(|number| format!("a{number}")).collect();
    for (at, name) in names.iter().enumerate() {
        let before = at.checked_sub(1).map_or_else(|| stage.peer.actor("ada"), |at| other.actor(&names[at]));
        other.change_actor(name, json!({"alsoKnownAs": [stage.peer.actor("ada"), before]}));
    }
    // One actor to twenty others.
    for (at, name) in names.iter().enumerate() {
        let told = stage.send_move("ada", &stage.a_move("ada", &other.actor(name))).await;
        assert_eq!(told == TAKEN, at == 0, "{told}");
    }
    // And on from each to the next.
    let follows = other.received().len();
    for pair in names.windows(2) {
        let (from, to) = (other.actor(&pair[0]), other.actor(&pair[1]));
        let moved = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": other.new_id("activities"), "type": "Move",
            "actor": from, "object": from, "target": to,
        });
        other.send(&pair[0], &format!("{}/inbox", stage.coalition.url), &moved).await;
        stage.settle().await;
        assert_ne!(stage.outcome().await, TAKEN);
    }
    assert_eq!((follows, other.received().len()), (2, 2));
}

#[tokio::test]
async fn many_actors_that_all_move_to_one() {
    let (stage, other) = followed().await;
    let names = ["ada", "bea", "cleo", "dora"];
    let all: Vec<String> = names.iter().map(|name| stage.peer.actor(name)).collect();
    other.change_actor("eve", json!({"alsoKnownAs": all}));
    for name in names {
        follow(&stage.app, &stage.peer.actor(name), "communs").await.unwrap();
    }
    stage.settle().await;
    for name in names {
        stage.app.advance(Duration::from_secs(1));
        assert_eq!(stage.send_move(name, &stage.a_move(name, &other.actor("eve"))).await, TAKEN);
    }
    assert!(stage.following().await.iter().all(|(_, whom)| *whom == other.actor("eve")));
    assert_eq!(other.received().len(), 2, "each of ours asked once");
}

#[tokio::test]
async fn a_move_that_makes_us_fetch_what_nobody_needs() {
    let (stage, other) = followed().await;
    for number in 0..20 {
        let told = stage.send_move("bob", &stage.a_move("bob", &other.actor(&format!("x{number}")))).await;
        assert_eq!(told, "nobody here follows it");
    }
    assert_eq!(other.fetches(), 0);
}
