//! What other servers run.

use std::time::Duration;

use reset_node::ap::nodeinfo::ask_due;
use reset_node::app::Clock;
use reset_node::domain::moderation::Rule;
use reset_node::model::host::{self, Peer as Row};
use serde_json::json;

use crate::inbox::{stage, stage_with};
use crate::support::{Peer, TestApp};

const HOUR: u64 = 3600;

/// An app whose clock stands, to which this peer spoke.
async fn app(peer: &Peer) -> TestApp {
    let app = TestApp::at(Clock::System.now()).await;
    spoke(&app, peer).await;
    app
}

async fn spoke(app: &TestApp, peer: &Peer) {
    let (name, now) = (peer.host(), app.now().naive_utc());
    app.write(move |conn| host::heard(conn, &name, 0, "draft-cavage", now)).await;
}

async fn row(app: &TestApp, peer: &Peer) -> Row {
    let name = peer.host();
    let rows = app.read(|conn| host::peers(conn, 9)).await;
    rows.into_iter().find(|row| row.host.host == name).unwrap()
}

#[tokio::test]
async fn a_server_is_asked_what_it_runs_when_it_is_met_and_again_after_a_week() {
    let peer = Peer::start().await;
    peer.run("mastodon", "4.5.0");
    let app = app(&peer).await;
    assert_eq!(ask_due(&app.app).await.unwrap(), 1);
    let runs = row(&app, &peer).await.runs;
    assert_eq!(
        (runs.software.as_deref(), runs.software_version.as_deref()),
        (Some("mastodon"), Some("4.5.0"))
    );
    peer.run("mastodon", "4.6.0");
    app.advance(Duration::from_secs(7 * 24 * HOUR - 60));
    assert_eq!((ask_due(&app.app).await.unwrap(), peer.asked()), (0, 1));
    app.advance(Duration::from_secs(60));
    assert_eq!((ask_due(&app.app).await.unwrap(), peer.asked()), (1, 2));
    assert_eq!(row(&app, &peer).await.runs.software_version.as_deref(), Some("4.6.0"));
}

#[tokio::test]
async fn a_server_without_nodeinfo_is_left_alone_for_a_week_and_what_it_said_before_stays() {
    let peer = Peer::start().await;
    let app = app(&peer).await;
    assert_eq!(ask_due(&app.app).await.unwrap(), 1);
    let runs = row(&app, &peer).await.runs;
    assert_eq!((runs.software, runs.software_error.as_deref()), (None, Some("there is no such document")));
    app.advance(Duration::from_secs(24 * HOUR));
    assert_eq!((ask_due(&app.app).await.unwrap(), peer.asked()), (0, 1));
    peer.run("gotosocial", "0.20.0");
    app.advance(Duration::from_secs(6 * 24 * HOUR));
    ask_due(&app.app).await.unwrap();
    let runs = row(&app, &peer).await.runs;
    assert_eq!((runs.software.as_deref(), runs.software_error), (Some("gotosocial"), None));
    peer.run("", "");
    app.advance(Duration::from_secs(7 * 24 * HOUR));
    ask_due(&app.app).await.unwrap();
    let runs = row(&app, &peer).await.runs;
    assert_eq!(runs.software.as_deref(), Some("gotosocial"));
    assert!(runs.software_error.unwrap().contains("names no software"));
}

#[tokio::test]
async fn two_workers_ask_a_server_once() {
    let peer = Peer::start().await;
    peer.run("mastodon", "4.5.0");
    let app = app(&peer).await;
    let both = tokio::join!(ask_due(&app.app), ask_due(&app.app));
    assert_eq!((both.0.unwrap() + both.1.unwrap(), peer.asked()), (1, 1));
}

#[tokio::test]
async fn a_blocked_server_is_not_asked_and_nothing_is_asked_at_a_private_address() {
    let blocked = Peer::start_at("127.0.0.2:0").await;
    let app = app(&blocked).await;
    let now = app.now().naive_utc();
    let rule = reset_node::model::moderation::DomainRule {
        domain: "127.0.0.2".into(),
        rule: Rule::Blocked,
        reason: None,
        since: now,
    };
    app.write(move |conn| reset_node::model::moderation::set_rule(conn, &rule)).await;
    assert_eq!((ask_due(&app.app).await.unwrap(), blocked.asked()), (1, 0));
    assert!(row(&app, &blocked).await.runs.software_error.unwrap().contains("is blocked here"));

    let near = Peer::start().await;
    let strict = TestApp::with(|config| config.federation.allow_private_addresses = false).await;
    spoke(&strict, &near).await;
    assert_eq!((ask_due(&strict.app).await.unwrap(), near.asked()), (1, 0));
    let said = row(&strict, &near).await.runs.software_error.unwrap();
    assert!(said.contains("not a public one"), "{said}");
}

#[tokio::test]
async fn an_activity_tells_how_its_server_signs_and_costs_one_write_a_minute() {
    let stage = stage_with(TestApp::at(Clock::System.now()).await).await;
    let like = |n: u8| {
        let id = stage.peer.new_id("activities");
        let actor = stage.peer.actor(&format!("ada{n}"));
        json!({ "id": id, "type": "Like", "actor": actor, "object": stage.proposal })
    };
    let inbox = format!("{}/inbox", stage.coalition.url);
    let body = serde_json::to_vec(&like(1)).unwrap();
    let sent = stage.peer.message("ada1", &inbox, body, stage.app.now()).send().await.unwrap();
    assert_eq!(sent.status(), 202);
    let first = row(&stage.app, &stage.peer).await;
    assert_eq!(first.heard_scheme.as_deref(), Some("rfc9421"));
    let send = async |n: u8| {
        let body = serde_json::to_vec(&like(n)).unwrap();
        let name = format!("ada{n}");
        stage.peer.signed(&name, &inbox, body, stage.app.now()).send().await.unwrap().status()
    };
    assert_eq!(send(2).await, 202);
    assert_eq!(row(&stage.app, &stage.peer).await, first, "within the minute nothing is written");
    stage.work().await;
}

#[tokio::test]
async fn a_peer_that_was_refused_at_the_door_is_not_met() {
    let stage = stage().await;
    let inbox = format!("{}/inbox", stage.coalition.url);
    let sent = stage.peer.signed("ada", &inbox, b"{}".to_vec(), stage.app.now()).send().await.unwrap();
    assert_eq!(sent.status(), 400);
    assert_eq!(stage.app.read(|conn| host::peers(conn, 9)).await, []);
}
