//! Workers: side by side, killed, and stopped.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reset_node::jobs::lanes::Lanes;
use reset_node::model::delivery::DONE;
use reset_node::outbox;
use tokio::sync::watch;

use super::{accepted, app, deliver, deliveries, inbox, say, to};
use crate::support::db::is_postgres;
use crate::support::peer::Answer;
use crate::support::{Peer, TestApp};

#[tokio::test]
async fn good_hosts_do_not_wait_for_a_dead_one_nor_for_one_that_never_answers() {
    let (mut app, speaker) = app().await;
    let dead = TcpListener::bind("127.0.0.4:0").unwrap().local_addr().unwrap();
    let mute = Peer::start_at("127.0.0.5:0").await;
    mute.answer(Answer::Never);
    let mut good = Vec::new();
    for n in 0..10 {
        good.push(Peer::start_at(&format!("127.0.1.{}:0", n + 1)).await);
    }
    for n in 0..100 {
        let bad = [format!("http://{dead}/users/u{n}/inbox"), inbox(&mute, &format!("u{n}"))];
        say(&app, speaker, "Create", &format!("https://a.example/bad/{n}"), to(&[&bad[0], &bad[1]])).await;
    }
    let inboxes: Vec<String> = good.iter().map(|peer| inbox(peer, "ada")).collect();
    let begun = Instant::now();
    let (_stop, shutdown) = watch::channel(false);
    let worker = tokio::spawn(outbox::run(app.app.clone(), shutdown));
    for n in 0..5 {
        let all: Vec<&str> = inboxes.iter().map(String::as_str).collect();
        say(&app, speaker, "Create", &format!("https://a.example/{n}"), to(&all)).await;
        app.wake.outbox.notify_one();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for peer in &good {
        peer.wait_for("last activity", |received| received.object_id() == "https://a.example/4").await;
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(good.iter().all(|peer| accepted(peer).len() == 5));
    worker.abort();
    app.leave_queue("two hosts never took theirs");
}

#[tokio::test]
async fn a_kill_between_sending_and_marking_sends_twice_and_loses_nothing() {
    let (app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Slowly(Duration::from_secs(2)));
    let targets: Vec<String> = (0..3).map(|n| inbox(&peer, &format!("u{n}"))).collect();
    let all: Vec<&str> = targets.iter().map(String::as_str).collect();
    say(&app, speaker, "Create", "https://a.example/1", to(&all)).await;
    let shared = app.app.clone();
    let worker = tokio::spawn(async move { outbox::run_until_idle(&shared).await });
    peer.wait_for("first delivery", |_| true).await;
    worker.abort();
    peer.answer(Answer::Accept);
    deliver_as_a_new_process(&app).await;
    let paths: BTreeSet<String> = peer.received().into_iter().map(|received| received.path).collect();
    assert_eq!((peer.received().len(), paths.len()), (4, 3), "the one that was killed had begun with one");
    assert!(deliveries(&app).await.iter().all(|row| row.state == DONE));
}

/// The killed one's leases end first, where there are leases.
async fn deliver_as_a_new_process(app: &TestApp) {
    app.advance(Duration::from_secs(16));
    deliver(app).await;
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_ends_what_it_began_and_leaves_the_rest() {
    let (mut app, speaker) = app().await;
    let peer = Peer::start().await;
    peer.answer(Answer::Slowly(Duration::from_millis(300)));
    let targets: Vec<String> = (0..30).map(|n| inbox(&peer, &format!("u{n}"))).collect();
    let all: Vec<&str> = targets.iter().map(String::as_str).collect();
    say(&app, speaker, "Create", "https://a.example/1", to(&all)).await;
    let (stop, shutdown) = watch::channel(false);
    let worker = tokio::spawn(outbox::run(app.app.clone(), shutdown));
    peer.wait_for("first delivery", |_| true).await;
    stop.send(true).unwrap();
    worker.await.unwrap();
    let done = deliveries(&app).await.iter().filter(|row| row.state == DONE).count();
    assert_eq!((done, done < 30), (peer.received().len(), true));
    peer.answer(Answer::Accept);
    deliver(&app).await;
    assert_eq!(peer.received().len(), 30);
    app.leave_queue("nothing is left; what the workers hold is none of the queue's");
}

#[tokio::test]
async fn on_postgresql_workers_share_the_lanes_and_take_over_those_of_a_dead_one() {
    let (app, _) = app().await;
    let now = app.now().naive_utc();
    let mut one = Lanes::new("outbox", 16, "one".into());
    let mut two = Lanes::new("outbox", 16, "two".into());
    one.tend(&app.db, now, BTreeSet::new()).await.unwrap();
    assert_eq!(one.open(now).len(), 16);
    if !is_postgres() {
        return;
    }
    two.tend(&app.db, now, BTreeSet::new()).await.unwrap();
    assert_eq!(two.open(now).len(), 0);
    let later = now + TimeDelta::seconds(6);
    one.tend(&app.db, later, BTreeSet::from([15])).await.unwrap();
    two.tend(&app.db, later, BTreeSet::new()).await.unwrap();
    assert_eq!((one.open(later).len(), two.open(later).len()), (8, 7), "a busy lane is not given away");
    let later = later + TimeDelta::seconds(6);
    one.tend(&app.db, later, BTreeSet::new()).await.unwrap();
    two.tend(&app.db, later, BTreeSet::new()).await.unwrap();
    let (first, second) = (one.open(later), two.open(later));
    assert_eq!((first.len(), second.len()), (8, 8));
    assert_eq!(first.iter().chain(&second).collect::<BTreeSet<_>>().len(), 16);
    let much_later = later + TimeDelta::seconds(16);
    assert!(one.open(much_later).is_empty(), "an owner that did not renew stops by itself");
    two.tend(&app.db, much_later, BTreeSet::new()).await.unwrap();
    assert_eq!(two.open(much_later).len(), 16);
    two.release(&app.db).await.unwrap();
    one.tend(&app.db, much_later, BTreeSet::new()).await.unwrap();
    assert_eq!(one.open(much_later).len(), 16);
}

#[tokio::test]
async fn on_postgresql_two_workers_deliver_each_thing_once_between_them() {
    if !is_postgres() {
        return;
    }
    let (app, speaker) = app().await;
    let mut peers = Vec::new();
    for n in 0..12 {
        peers.push(Peer::start_at(&format!("127.0.2.{}:0", n + 1)).await);
    }
    let (stop, shutdown) = watch::channel(false);
    let workers = [0, 1].map(|_| tokio::spawn(outbox::run(app.app.clone(), shutdown.clone())));
    for n in 0..20 {
        let inboxes: Vec<String> = peers.iter().map(|peer| inbox(peer, "ada")).collect();
        let all: Vec<&str> = inboxes.iter().map(String::as_str).collect();
        say(&app, speaker, "Update", "https://a.example/1", to(&all)).await;
        if n == 10 {
            app.advance(Duration::from_secs(6));
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let until = Instant::now() + Duration::from_secs(60);
    let waiting = async || {
        let mut rows = deliveries(&app).await;
        rows.retain(|row| row.state != DONE);
        rows
    };
    while !waiting().await.is_empty() && Instant::now() < until {
        app.advance(Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(waiting().await, []);
    stop.send(true).unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
    for peer in &peers {
        assert_eq!(accepted(peer).len(), 20);
    }
}
