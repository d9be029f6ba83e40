//! What happens when the other side refuses, fails, or asks for time.

use std::time::Duration;

use reset_node::model::delivery::{self, DONE, FAILED, PENDING};
use reset_node::model::follower;
use reset_node::outbox::{Audience, retry_failed};

use super::{accepted, app, deliver, deliveries, follow, gone, host, host_of, inbox, say, to};
use crate::support::Peer;
use crate::support::peer::Answer;

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn a_delivery_that_met_a_500_is_tried_again_and_done() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Status(500));
    say(&app, speaker, "Create", "https://a.example/1", to(&[&inbox(&peer, "ada")])).await;
    deliver(&app).await;
    peer.answer(Answer::Accept);
    deliver(&app).await;
    assert_eq!(peer.received().len(), 1, "not before its time");
    app.advance(Duration::from_secs(3));
    deliver(&app).await;
    let row = deliveries(&app).await.remove(0);
    assert_eq!((row.state, row.attempts, row.last_status, row.last_error), (DONE, 2, Some(202), None));
    assert_eq!(host(&app, host_of(&peer)).await.failures, 0);
}

#[tokio::test]
async fn what_waits_holds_up_only_what_is_about_the_same_object() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    let target = inbox(&peer, "ada");
    peer.answer(Answer::Status(401));
    say(&app, speaker, "Create", "https://a.example/1", to(&[&target])).await;
    deliver(&app).await;
    peer.answer(Answer::Accept);
    say(&app, speaker, "Update", "https://a.example/1", to(&[&target])).await;
    say(&app, speaker, "Create", "https://a.example/2", to(&[&target])).await;
    deliver(&app).await;
    assert_eq!(accepted(&peer), [("Create".to_owned(), "https://a.example/2".to_owned())]);
    app.advance(Duration::from_secs(3));
    deliver(&app).await;
    let kinds: Vec<String> = accepted(&peer).into_iter().skip(1).map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["Create", "Update"]);
}

#[tokio::test]
async fn a_404_is_final_and_what_comes_after_still_goes() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Status(404));
    let target = inbox(&peer, "ada");
    say(&app, speaker, "Create", "https://a.example/1", to(&[&target])).await;
    say(&app, speaker, "Update", "https://a.example/1", to(&[&target])).await;
    deliver(&app).await;
    let states: Vec<_> = deliveries(&app).await.iter().map(|row| (row.state, row.last_status)).collect();
    assert_eq!(states, [(FAILED, Some(404)), (FAILED, Some(404))]);
    assert_eq!(host(&app, host_of(&peer)).await.failures, 0, "a host that refuses is there");
}

#[tokio::test]
async fn failed_deliveries_go_again_when_somebody_asks_for_it() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Status(403));
    say(&app, speaker, "Create", "https://a.example/1", to(&[&inbox(&peer, "ada")])).await;
    deliver(&app).await;
    peer.answer(Answer::Accept);
    let now = app.now().naive_utc();
    assert_eq!(app.db.write(move |conn| retry_failed(conn, now)).await.unwrap(), 1);
    deliver(&app).await;
    assert_eq!(deliveries(&app).await.remove(0).state, DONE);
}

#[tokio::test]
async fn retry_after_is_honoured_for_the_whole_host() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Later(429, 90));
    say(&app, speaker, "Create", "https://a.example/1", to(&[&inbox(&peer, "ada")])).await;
    deliver(&app).await;
    peer.answer(Answer::Accept);
    app.advance(Duration::from_secs(60));
    say(&app, speaker, "Create", "https://a.example/2", to(&[&inbox(&peer, "bob")])).await;
    deliver(&app).await;
    assert_eq!(peer.received().len(), 1);
    app.advance(Duration::from_secs(31));
    deliver(&app).await;
    assert_eq!(accepted(&peer).len(), 2);
}

#[tokio::test]
async fn a_failing_host_is_paused_after_three_attempts_however_much_waits_for_it() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Status(503));
    let inboxes: Vec<String> = (0..40).map(|n| inbox(&peer, &format!("u{n}"))).collect();
    say(&app, speaker, "Create", "https://a.example/1", Audience::Inboxes(inboxes)).await;
    deliver(&app).await;
    assert_eq!(peer.received().len(), 3);
    let paused = host(&app, host_of(&peer)).await;
    let pause = paused.due_at.unwrap() - app.now().naive_utc();
    assert!(pause.num_seconds() >= 9 && pause.num_seconds() <= 15, "{pause}");
    app.advance(Duration::from_secs(15));
    deliver(&app).await;
    assert_eq!(peer.received().len(), 4, "one asks whether it is back");
    peer.answer(Answer::Accept);
    app.advance(Duration::from_secs(60));
    deliver(&app).await;
    assert_eq!(accepted(&peer).len(), 40, "what failed while the host was away goes at once");
}

#[tokio::test]
async fn a_delivery_that_always_fails_does_not_keep_its_host_paused() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Status(500));
    say(&app, speaker, "Create", "https://a.example/poison", to(&[&inbox(&peer, "ada")])).await;
    for _ in 0..4 {
        deliver(&app).await;
        app.advance(Duration::from_secs(40));
    }
    peer.answer(Answer::Accept);
    say(&app, speaker, "Create", "https://a.example/good", to(&[&inbox(&peer, "bob")])).await;
    app.advance(Duration::from_secs(120));
    deliver(&app).await;
    assert!(accepted(&peer).iter().any(|(_, object)| object.ends_with("good")));
}

#[tokio::test]
async fn followers_whose_inbox_is_gone_for_days_are_dropped() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    follow(&app, speaker, peer.base(), "ada", false).await;
    follow(&app, speaker, peer.base(), "bob", true).await;
    let mut number = 0;
    let mut meet = async |answer: Answer, later: Duration| {
        app.advance(later);
        peer.answer(answer);
        number += 1;
        say(&app, speaker, "Create", &format!("https://a.example/{number}"), Audience::Followers).await;
        deliver(&app).await;
        gone(&app).await.into_iter().map(|since| since.is_some()).collect::<Vec<_>>()
    };
    assert_eq!(meet(Answer::Status(410), Duration::ZERO).await, [true, true]);
    assert_eq!(meet(Answer::Status(404), DAY).await, [true, true]);
    assert_eq!(meet(Answer::Accept, DAY).await, [false, false]);
    assert_eq!(meet(Answer::Status(410), DAY).await, [true, true]);
    assert_eq!(meet(Answer::Status(410), 4 * DAY).await, [false; 0]);
    assert_eq!(app.read(move |conn| follower::count(conn, speaker)).await, 0);
}

#[tokio::test]
async fn a_delivery_is_given_up_after_seven_days() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Status(401));
    say(&app, speaker, "Create", "https://a.example/1", to(&[&inbox(&peer, "ada")])).await;
    deliver(&app).await;
    app.advance(6 * DAY);
    deliver(&app).await;
    assert_eq!(deliveries(&app).await.remove(0).state, PENDING);
    app.advance(DAY);
    deliver(&app).await;
    assert_eq!(deliveries(&app).await.remove(0).state, FAILED);
    let later = app.now().naive_utc() + DAY;
    let forgotten = app.write(move |conn| delivery::forget(conn, later)).await;
    assert_eq!((forgotten, deliveries(&app).await.len()), (1, 0));
}
