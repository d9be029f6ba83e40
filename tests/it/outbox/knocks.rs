//! Two ways to sign: the second is tried where the first is refused, and what worked is remembered for a while.

use std::time::Duration;

use reset_node::ap::fetch::{FetchError, Fetcher};
use reset_node::model::delivery::{DONE, FAILED, PENDING};
use reset_node::model::second_knock;
use url::Url;

use super::{app, deliver, deliveries, host_of, inbox, say, to};
use crate::support::peer::{Answer, DRAFT, MESSAGE};
use crate::support::{Peer, TestApp};

const DAY: Duration = Duration::from_secs(86_400);

/// Says something to the peer; how what came of it was signed, and what it was answered.
async fn knocks(app: &TestApp, speaker: i64, peer: &Peer) -> Vec<(&'static str, u16)> {
    let before = peer.received().len();
    say(app, speaker, "Create", "https://a.example/1", to(&[&inbox(peer, "ada")])).await;
    deliver(app).await;
    peer.received().into_iter().skip(before).map(|got| (got.scheme, got.status)).collect()
}

/// Reads the actor of the peer; how what was asked was signed.
async fn reads(app: &TestApp, peer: &Peer) -> (Result<(), FetchError>, Vec<&'static str>) {
    let before = peer.reads().len();
    let url = Url::parse(&peer.actor("ada")).unwrap();
    let read = Fetcher::new(&app.app).document(&url).await.map(drop);
    (read, peer.reads().into_iter().skip(before).collect())
}

async fn remembered(app: &TestApp) -> Vec<String> {
    let now = app.now().naive_utc();
    let rows = app.read(move |conn| second_knock::all(conn, now)).await;
    rows.into_iter().map(|(host, _)| host).collect()
}

/// An app that has a node actor too, which signs fetches.
async fn reading_app() -> (TestApp, i64) {
    let (app, speaker) = app().await;
    let now = app.now().naive_utc();
    app.write(move |conn| {
        reset_node::model::actor::insert(conn, "node", reset_node::domain::actor::ActorKind::Node, now)
    })
    .await;
    (app, speaker)
}

#[tokio::test]
async fn a_second_knock_by_rfc_9421_follows_a_400_and_a_401() {
    for refusal in [400, 401] {
        let (app, speaker) = app().await;
        let peer = Peer::start().await;
        peer.answer(Answer::Only(MESSAGE, refusal));
        assert_eq!(knocks(&app, speaker, &peer).await, [(DRAFT, refusal), (MESSAGE, 202)]);
        assert!(peer.received().iter().all(|got| got.verified == Ok(())), "{:?}", peer.received());
        let row = deliveries(&app).await.remove(0);
        assert_eq!((row.state, row.attempts, row.last_status), (DONE, 1, Some(202)));
        assert_eq!(remembered(&app).await, [host_of(&peer)]);
    }
}

#[tokio::test]
async fn no_other_answer_asks_for_a_second_knock() {
    for (status, state) in [(202, DONE), (403, FAILED), (404, FAILED), (410, FAILED), (500, PENDING)] {
        let (mut app, speaker) = app().await;
        app.leave_queue("the delivery that met a 500 is tried later");
        let peer = Peer::start().await;
        peer.answer(Answer::Status(status));
        assert_eq!(knocks(&app, speaker, &peer).await, [(DRAFT, status)]);
        assert_eq!(deliveries(&app).await.remove(0).state, state, "{status}");
        assert!(remembered(&app).await.is_empty());
    }
}

#[tokio::test]
async fn where_both_are_refused_a_401_is_tried_again_and_a_400_is_final() {
    for (status, state) in [(401, PENDING), (400, FAILED)] {
        let (mut app, speaker) = app().await;
        app.leave_queue("a 401 may pass");
        let peer = Peer::start().await;
        peer.answer(Answer::Status(status));
        assert_eq!(knocks(&app, speaker, &peer).await, [(DRAFT, status), (MESSAGE, status)]);
        let row = deliveries(&app).await.remove(0);
        assert_eq!((row.state, row.attempts), (state, 1));
        assert!(remembered(&app).await.is_empty());
    }
}

#[tokio::test]
async fn what_worked_is_the_first_knock_for_a_week() {
    let (app, speaker) = app().await;
    let (peer, other) = (Peer::start().await, Peer::start_at("127.0.0.2:0").await);
    peer.answer(Answer::Only(MESSAGE, 401));
    knocks(&app, speaker, &peer).await;
    for _ in 0..6 {
        assert_eq!(knocks(&app, speaker, &peer).await, [(MESSAGE, 202)]);
        app.advance(DAY);
    }
    assert_eq!(knocks(&app, speaker, &other).await, [(DRAFT, 202)], "it is this host's alone");
    app.advance(DAY);
    assert_eq!(knocks(&app, speaker, &peer).await, [(DRAFT, 401), (MESSAGE, 202)]);
    assert_eq!(remembered(&app).await, [host_of(&peer)]);
}

#[tokio::test]
async fn a_host_that_wants_the_first_scheme_again_is_forgotten() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Only(MESSAGE, 401));
    knocks(&app, speaker, &peer).await;
    peer.answer(Answer::Only(DRAFT, 400));
    assert_eq!(knocks(&app, speaker, &peer).await, [(MESSAGE, 400), (DRAFT, 202)]);
    assert!(remembered(&app).await.is_empty());
    assert_eq!(knocks(&app, speaker, &peer).await, [(DRAFT, 202)]);
}

#[tokio::test]
async fn what_another_process_learnt_is_known_within_a_minute() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    assert_eq!(knocks(&app, speaker, &peer).await, [(DRAFT, 202)]);
    let (host, now) = (host_of(&peer), app.now().naive_utc());
    app.write(move |conn| second_knock::keep(conn, &host, now + chrono::TimeDelta::days(1), now)).await;
    app.advance(Duration::from_secs(60));
    assert_eq!(knocks(&app, speaker, &peer).await, [(MESSAGE, 202)]);
}

#[tokio::test]
async fn fetches_knock_twice_too_and_share_what_they_learnt_with_deliveries() {
    let (app, speaker) = reading_app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Only(MESSAGE, 401));
    let (read, asked) = reads(&app, &peer).await;
    assert_eq!((read.is_ok(), asked), (true, vec![DRAFT, MESSAGE]));
    assert_eq!(knocks(&app, speaker, &peer).await, [(MESSAGE, 202)]);
    assert_eq!(reads(&app, &peer).await.1, [MESSAGE]);
    peer.answer(Answer::Only("nobody's", 401));
    let (read, asked) = reads(&app, &peer).await;
    assert!(matches!(read, Err(FetchError::Refused(_))), "{read:?}");
    assert_eq!(asked, [MESSAGE, DRAFT]);
}

#[tokio::test]
async fn a_second_knock_costs_no_fetch_of_the_budget() {
    let (app, _) = reading_app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Only("nobody's", 400));
    let fetcher = Fetcher::new(&app.app);
    for _ in 0..25 {
        // Others each time: what was refused a moment ago is not asked for again.
        fetcher.document(&Url::parse(&peer.new_id("objects")).unwrap()).await.unwrap_err();
    }
    assert_eq!(peer.reads().len(), 40, "twenty fetches, each of two knocks at most");
}
