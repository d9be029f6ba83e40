//! The worker: order, retries, several at once, and what comes while it runs.

use std::time::Duration;

use chrono::DateTime;
use diesel::prelude::*;
use reset_node::ap::knock::Scheme;
use reset_node::db::schema::inbox_items;
use reset_node::inbox::{self, Taken};
use reset_node::model;
use reset_node::model::remote::NewRemote;
use serde_json::json;
use tokio::sync::watch;

use super::{stage, stage_with};
use crate::support::TestApp;

#[tokio::test]
async fn a_running_worker_has_the_effects_soon_and_stops_when_told() {
    let stage = stage().await;
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(inbox::run(stage.app.app.clone(), stopped));
    for name in ["ada", "bob", "carl"] {
        stage.peer.like(name, &stage.proposal, &stage.coalition.url).await;
        stage.peer.reply(name, &stage.proposal, "<p>Oui.</p>", &stage.coalition.url).await;
    }
    let done = async {
        while stage.counts().await != (3, 3, 0, 3) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), done).await.unwrap();
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(5), worker).await.unwrap().unwrap();
}

/// A server where nobody answers.
const DEAD: &str = "http://127.0.0.3:9";

/// What an actor of the dead server said while it lived.
async fn said(stage: &super::Stage, name: &str, kind: &str, object: &str) {
    let actor = format!("{DEAD}/users/{name}");
    let activity = json!({
        "id": format!("{DEAD}/acts/{}", stage.app.new_id()), "type": kind, "actor": actor, "object": object,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
    });
    let known = NewRemote {
        url: actor.clone(),
        kind: "Person".into(),
        username: name.into(),
        host: "127.0.0.3:9".into(),
        name: name.into(),
        page: None,
        inbox: format!("{actor}/inbox"),
        shared_inbox: None,
        document: String::new(),
        fetched_at: stage.app.now().naive_utc(),
        gone_at: None,
    };
    stage.app.write(move |conn| model::remote::upsert(conn, &known, &[])).await;
    let taken = Taken {
        id: activity["id"].as_str().unwrap().to_owned(),
        signer: actor.clone(),
        actor,
        host: "127.0.0.3:9".into(),
        scheme: Scheme::Cavage,
        document: activity.to_string(),
    };
    assert!(inbox::take(&stage.app, taken).await.unwrap());
}

async fn unfinished(stage: &super::Stage) -> Vec<(i32, i32)> {
    let rows = inbox_items::table.filter(inbox_items::state.ne(1)).order(inbox_items::seq);
    stage.app.read(move |conn| rows.select((inbox_items::state, inbox_items::attempts)).load(conn)).await
}

#[tokio::test]
async fn what_cannot_be_read_for_now_is_tried_again_and_holds_only_its_own_sender() {
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let stage = stage_with(TestApp::at(now).await).await;
    said(&stage, "ada", "Create", &format!("{DEAD}/objects/1")).await;
    said(&stage, "bob", "Like", &stage.proposal).await;
    said(&stage, "ada", "Announce", &stage.proposal).await;
    stage.work().await;
    // Ada's share waits behind her post; Bob's like does not.
    assert_eq!(stage.counts().await, (0, 1, 0, 0));
    assert_eq!(unfinished(&stage).await, [(0, 1), (0, 0)]);
    for _ in 0..4 {
        stage.app.advance(Duration::from_secs(40));
        stage.work().await;
    }
    assert_eq!(stage.counts().await, (0, 1, 1, 0), "it waits only for a bounded time");
    assert_eq!(unfinished(&stage).await, [(0, 5)]);
    for _ in 0..8 {
        stage.app.advance(Duration::from_secs(6 * 3600));
        stage.work().await;
    }
    assert_eq!(unfinished(&stage).await, [(2, 10)], "it is given up in the end");
}

#[tokio::test]
async fn the_acts_of_one_sender_have_their_effects_in_order() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    for _ in 0..10 {
        let (like, _) = stage.peer.like("ada", &stage.proposal, g).await;
        stage.peer.undo("ada", &like, g).await;
        let (create, _) = stage.peer.reply("ada", &stage.proposal, "<p>Oui.</p>", g).await;
        stage.peer.delete("ada", create["object"]["id"].as_str().unwrap(), g).await;
    }
    stage.peer.like("ada", &stage.proposal, g).await;
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 1, 0, 0));
}

#[tokio::test]
async fn an_item_that_is_worked_off_twice_changes_nothing_the_second_time() {
    let stage = stage().await;
    let g = &stage.coalition.url;
    stage.peer.like("ada", &stage.proposal, g).await;
    stage.peer.announce("ada", &stage.proposal, g).await;
    stage.peer.follow("ada", g).await;
    stage.settle().await;
    let before = (stage.counts().await, stage.followers().await);
    stage
        .app
        .write(|conn| diesel::update(inbox_items::table).set(inbox_items::state.eq(0)).execute(conn))
        .await;
    stage.settle().await;
    assert_eq!((stage.counts().await, stage.followers().await), before);
}
