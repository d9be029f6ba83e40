//! Hosts that are away and come back, and hosts that are set aside.

use std::net::TcpListener;
use std::time::Duration;

use diesel::connection::{Connection, SimpleConnection};
use reset_node::model;
use reset_node::model::delivery::DONE;
use reset_node::model::host::{forget_silent, heard};
use reset_node::outbox::Audience;

use super::{accepted, app, deliver, deliveries, host, host_of, inbox, say, to};
use crate::support::Peer;
use crate::support::db::is_postgres;
use crate::support::peer::Answer;

#[tokio::test]
async fn a_host_that_was_dead_gets_everything_when_it_is_back_and_in_order() {
    let (app, speaker) = app().await;
    let address = TcpListener::bind("127.0.0.3:0").unwrap().local_addr().unwrap();
    let target = format!("http://{address}/users/ada/inbox");
    for kind in ["Create", "Update", "Delete"] {
        say(&app, speaker, kind, "https://a.example/1", to(&[&target])).await;
    }
    let others = (0..20).map(|n| format!("http://{address}/users/u{n}/inbox")).collect();
    say(&app, speaker, "Create", "https://a.example/2", Audience::Inboxes(others)).await;
    for _ in 0..6 {
        deliver(&app).await;
        app.advance(Duration::from_secs(40));
    }
    let peer = Peer::start_at(&address.to_string()).await;
    assert!(host(&app, host_of(&peer)).await.failures >= 3);
    app.advance(Duration::from_secs(600));
    deliver(&app).await;
    let all = accepted(&peer);
    assert_eq!(all.len(), 23);
    let about: Vec<&str> =
        all.iter().filter(|(_, object)| object.ends_with("/1")).map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(about, ["Create", "Update", "Delete"]);
    assert_eq!(host(&app, host_of(&peer)).await.due_at, None);
}

#[tokio::test]
async fn a_host_failing_on_seven_days_is_set_aside_until_it_speaks_to_us() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Status(502));
    for day in 0..8 {
        say(&app, speaker, "Create", &format!("https://a.example/{day}"), to(&[&inbox(&peer, "ada")])).await;
        for _ in 0..3 {
            deliver(&app).await;
            app.advance(Duration::from_secs(3 * 3600));
        }
        app.advance(Duration::from_secs(15 * 3600));
    }
    let aside = host(&app, host_of(&peer)).await;
    assert!(aside.set_aside && aside.due_at.is_none(), "{aside:?}");
    let before = peer.received().len();
    say(&app, speaker, "Create", "https://a.example/new", to(&[&inbox(&peer, "ada")])).await;
    app.advance(Duration::from_secs(86_400));
    deliver(&app).await;
    assert_eq!(peer.received().len(), before, "nothing is tried any more");

    peer.answer(Answer::Accept);
    let (name, now) = (host_of(&peer), app.now().naive_utc());
    app.write(move |conn| heard(conn, &name, 0, "rfc9421", now)).await;
    deliver(&app).await;
    assert!(accepted(&peer).iter().any(|(_, object)| object.ends_with("new")));
    let well = host(&app, host_of(&peer)).await;
    assert!(
        !well.set_aside && well.failures == 0 && well.failing_days == 0 && well.last_heard_at == Some(now)
    );
}

#[tokio::test]
async fn hearing_from_a_paused_host_ends_its_pause() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Later(503, 3600));
    say(&app, speaker, "Create", "https://a.example/1", to(&[&inbox(&peer, "ada")])).await;
    deliver(&app).await;
    peer.answer(Answer::Accept);
    let (name, now) = (host_of(&peer), app.now().naive_utc());
    app.write(move |conn| heard(conn, &name, 0, "rfc9421", now)).await;
    deliver(&app).await;
    assert!(deliveries(&app).await.iter().all(|row| row.state == DONE));
}

#[tokio::test]
async fn a_stranger_that_spoke_has_a_row_that_keeps_nothing_busy_and_is_forgotten_once_silent() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    let (name, now) = (host_of(&peer), app.now().naive_utc());
    app.write(move |conn| heard(conn, &name, 3, "draft-cavage", now)).await;
    let met = host(&app, host_of(&peer)).await;
    assert_eq!((met.due_at, met.last_heard_at, met.failures), (None, Some(now), 0));
    let later = app.write(move |conn| forget_silent(conn, now)).await;
    assert_eq!(later, 0, "it spoke a moment ago");
    say(&app, speaker, "Create", "https://a.example/1", to(&[&inbox(&peer, "ada")])).await;
    let due = host(&app, host_of(&peer)).await;
    assert_eq!(due.due_at, Some(now), "what is first said to it makes it due");
    deliver(&app).await;
    assert_eq!(accepted(&peer).len(), 1);
    let name = "silent.example";
    app.write(move |conn| heard(conn, name, 3, "draft-cavage", now)).await;
    let gone = now + chrono::TimeDelta::days(200);
    assert_eq!(app.write(move |conn| forget_silent(conn, gone)).await, 1, "the other one takes deliveries");
}

#[tokio::test]
async fn on_postgresql_what_is_enqueued_while_a_round_ends_makes_its_host_due_again() {
    if !is_postgres() {
        return;
    }
    let (app, _) = app().await;
    let now = app.now().naive_utc();
    app.write(move |conn| model::host::make_due(conn, "a.example", 0, now)).await;
    let (mut ending, mut enqueuing) = (app.db.dedicated().unwrap(), app.db.dedicated().unwrap());
    // A round is about to end: nothing waits, as far as it can see.
    ending.batch_execute("BEGIN").unwrap();
    model::host::schedule(&mut ending, "a.example", None).unwrap();
    let enqueue = tokio::task::spawn_blocking(move || {
        enqueuing.transaction(|conn| model::host::make_due(conn, "a.example", 0, now)).unwrap();
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    ending.batch_execute("COMMIT").unwrap();
    enqueue.await.unwrap();
    let row = app.read(|conn| model::host::find(conn, "a.example")).await.unwrap();
    assert_eq!(row.due_at, Some(now));
}
