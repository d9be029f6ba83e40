//! No good delivery waits for a bad host: one that accepts and never answers, one where nobody listens, one that fails, one
//! that says 410. Five hundred good hosts are one listener on every loopback address.

use std::collections::HashSet;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use chrono::TimeDelta;
use diesel::prelude::*;
use reset_node::ap::client;
use reset_node::db::schema::{deliveries, hosts};
use reset_node::model::delivery::{DONE, PENDING};
use reset_node::outbox::{self, Audience};
use tokio::sync::watch;

use super::{app, say};
use crate::support::TestApp;

/// Good hosts of a test.
const GOOD: usize = 500;
/// Inboxes on each bad host: more than may be under way to one host.
const ON_BAD: usize = 12;

/// How hosts misbehave from now on, by their authority; any other answers 202 at once.
#[derive(Default)]
struct Bad {
    mute: Mutex<HashSet<String>>,
    failing: Mutex<HashSet<String>>,
    gone: Mutex<HashSet<String>>,
    /// Requests that a mute host has taken, and those among them that were given up.
    asked: AtomicUsize,
    left: AtomicUsize,
}

/// Counts a request of a mute host that its sender gave up.
struct Left(Arc<Bad>);
impl Drop for Left {
    fn drop(&mut self) {
        self.0.left.fetch_add(1, Ordering::Relaxed);
    }
}

/// Hosts `127.{net}.{n / 250}.{n % 250 + 1}`, all on the port of one listener.
struct Crowd {
    bad: Arc<Bad>,
    port: u16,
    dead: u16,
}

impl Crowd {
    async fn start() -> Crowd {
        let bad = Arc::new(Bad::default());
        let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = axum::Router::new().fallback(answer).with_state(bad.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let dead = TcpListener::bind("127.0.0.4:0").unwrap().local_addr().unwrap().port();
        Crowd { bad, port, dead }
    }

    fn host(&self, net: usize, n: usize) -> String {
        format!("127.{net}.{}.{}:{}", n / 250, n % 250 + 1, self.port)
    }

    fn good(&self) -> Vec<String> {
        (0..GOOD).map(|n| format!("http://{}/users/ada/inbox", self.host(1, n))).collect()
    }

    /// Inboxes on the mute, the failing, the gone and the dead host.
    fn worse(&self) -> Vec<String> {
        let hosts = [self.host(2, 0), self.host(2, 1), self.host(2, 2), format!("127.0.0.4:{}", self.dead)];
        let inboxes = |host: String| {
            (0..ON_BAD).map(move |n| format!("http://{host}/users/u{n}/inbox")).collect::<Vec<_>>()
        };
        hosts.into_iter().flat_map(inboxes).collect()
    }

    fn turn_bad(&self) {
        self.bad.mute.lock().unwrap().insert(self.host(2, 0));
        self.bad.failing.lock().unwrap().insert(self.host(2, 1));
        self.bad.gone.lock().unwrap().insert(self.host(2, 2));
    }
}

async fn answer(State(bad): State<Arc<Bad>>, request: Request) -> StatusCode {
    let host = request.headers().get(header::HOST).unwrap().to_str().unwrap().to_owned();
    if bad.mute.lock().unwrap().contains(&host) {
        bad.asked.fetch_add(1, Ordering::Relaxed);
        let _left = Left(bad.clone());
        return std::future::pending().await;
    }
    if bad.failing.lock().unwrap().contains(&host) {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    if bad.gone.lock().unwrap().contains(&host) {
        return StatusCode::GONE;
    }
    StatusCode::ACCEPTED
}

/// An app that would wait two minutes for an answer: whoever waits for a mute host fails the test.
async fn patient() -> (TestApp, i64) {
    let (mut app, speaker) = app().await;
    let builder = client::builder(&app.config.federation.clone(), app.url()).unwrap();
    app.set_client(builder.timeout(Duration::from_secs(120)).build().unwrap());
    app.leave_queue("bad hosts never took theirs");
    (app, speaker)
}

/// Says something to all of these, and waits until what is for the good hosts is done; how long that took.
async fn good_ones_done(app: &TestApp, speaker: i64, subject: &str, inboxes: Vec<String>) -> Duration {
    let begun = Instant::now();
    say(app, speaker, "Create", subject, Audience::Inboxes(inboxes)).await;
    app.wake.outbox.notify_one();
    let waiting = async || {
        let rows =
            deliveries::table.filter(deliveries::state.eq(PENDING)).filter(deliveries::host.like("127.1.%"));
        app.read(move |conn| rows.count().get_result::<i64>(conn)).await
    };
    while waiting().await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "{} good deliveries wait", waiting().await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begun.elapsed()
}

async fn done(app: &TestApp) -> i64 {
    let rows = deliveries::table.filter(deliveries::state.eq(DONE)).filter(deliveries::host.like("127.1.%"));
    app.read(move |conn| rows.count().get_result(conn)).await
}

#[tokio::test]
async fn no_delivery_to_500_good_hosts_waits_for_four_that_are_bad() {
    let ((app, speaker), crowd) = (patient().await, Crowd::start().await);
    let (_stop, shutdown) = watch::channel(false);
    let worker = tokio::spawn(outbox::run(app.app.clone(), shutdown));
    let all: Vec<String> = crowd.worse().into_iter().chain(crowd.good()).collect();
    // The dead host is a stranger, the others were well; then they turn bad.
    good_ones_done(&app, speaker, "https://a.example/0", all.clone()).await;
    let alone = good_ones_done(&app, speaker, "https://a.example/1", crowd.good()).await;
    crowd.turn_bad();
    let mut beside = Vec::new();
    for n in 2..5 {
        beside.push(good_ones_done(&app, speaker, &format!("https://a.example/{n}"), all.clone()).await);
    }
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!("{GOOD} good hosts alone: {alone:?}; beside four bad ones: {beside:?}");
    assert!(count(&crowd.bad.asked) > 0 && count(&crowd.bad.left) == 0, "the mute host is still waited for");
    assert_eq!(done(&app).await, 5 * GOOD as i64);
    worker.abort();
}

#[tokio::test]
async fn good_hosts_do_not_wait_though_more_bad_ones_are_due_than_one_look_reads() {
    let ((app, speaker), crowd) = (patient().await, Crowd::start().await);
    let bad: Vec<String> = (0..2000).map(|n| crowd.host(3, n)).collect();
    crowd.bad.mute.lock().unwrap().extend(bad.iter().cloned());
    // They failed once, long ago, and are due before anybody else.
    let inboxes = bad.iter().map(|host| format!("http://{host}/inbox")).collect();
    say(&app, speaker, "Create", "https://a.example/0", Audience::Inboxes(inboxes)).await;
    let before = app.now().naive_utc() - TimeDelta::hours(1);
    app.write(move |conn| {
        diesel::update(hosts::table).set((hosts::failures.eq(1), hosts::due_at.eq(before))).execute(conn)
    })
    .await;
    let (_stop, shutdown) = watch::channel(false);
    let worker = tokio::spawn(outbox::run(app.app.clone(), shutdown));
    // New hosts, and then the same when they are known.
    for n in 1..3 {
        good_ones_done(&app, speaker, &format!("https://a.example/{n}"), crowd.good()).await;
    }
    assert_eq!(crowd.bad.left.load(Ordering::Relaxed), 0, "the mute hosts are still waited for");
    assert_eq!(done(&app).await, 2 * GOOD as i64);
    worker.abort();
}
