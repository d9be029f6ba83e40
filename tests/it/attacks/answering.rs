//! Servers that answer our deliveries in bad faith.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use reset_node::db::schema::deliveries;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::named;
use crate::inbox::{Stage, stage};

/// A server that says this to whoever asks, and how often it was asked. What begins with `…` has no end.
async fn says(answer: Vec<u8>) -> (String, Arc<AtomicU64>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.6:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicU64::new(0));
    let counted = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut taken = [0; 8192];
                let _ = socket.read(&mut taken).await;
                let _ = socket.write_all(&answer).await;
                if answer.ends_with("…".as_bytes()) {
                    while socket.write_all(&[b'x'; 65_536]).await.is_ok() {}
                }
            });
        }
    });
    (base, asked)
}

/// Says something to this inbox and to that of a good server; what is known of the first afterwards, and how long both took.
async fn deliver(stage: &Stage, inbox: String) -> (i32, Option<i32>, Option<String>, Duration) {
    let good = format!("{}/users/ada/inbox", stage.peer.base());
    let before = stage.peer.received().len();
    crate::outbox::say_to(&stage.app, stage.coalition.id, "https://a.example/1", &[&inbox, &good]).await;
    let began = Instant::now();
    let work = reset_node::outbox::run_until_idle(&stage.app.app);
    tokio::time::timeout(Duration::from_secs(30), work).await.unwrap().unwrap();
    let took = began.elapsed();
    assert_eq!(stage.peer.received().len(), before + 1, "the good server has it");
    let row = deliveries::table.filter(deliveries::inbox.eq(inbox)).order(deliveries::id.desc());
    let row = row.select((deliveries::state, deliveries::last_status, deliveries::last_error));
    let (state, status, error) =
        stage.app.read(move |conn| row.first::<(i32, Option<i32>, Option<String>)>(conn)).await;
    (state, status, error, took)
}

#[tokio::test]
async fn answers_to_deliveries_that_are_meant_to_harm() {
    let mut stage = stage().await;
    let head = |status: &str, more: &str| format!("HTTP/1.1 {status} X\r\n{more}connection: close\r\n\r\n");
    let third = crate::support::Peer::start_at("127.0.0.2:0").await;
    let elsewhere = format!("location: {}/inbox\r\n", third.base());
    for (name, answer) in [
        named("an answer with a NUL, which no database takes", head("404", "") + "a\0b\u{1b}[2Jc"),
        named("an answer with a NUL and a failure", head("500", "") + "\0"),
        named("an answer without an end", head("200", "") + "…"),
        named("a refusal without an end", head("403", "") + "…"),
        named("a wait of a thousand years", head("503", "retry-after: 99999999999999999999\r\n")),
        named("a wait until a day that is none", head("429", "retry-after: Fri, 99 Nov 9999\r\n")),
        named("an inbox that sends us on to a third server", head("307", &elsewhere)),
        named("an answer of a hundred thousand headers", head("200", &"x: y\r\n".repeat(100_000))),
        named("an answer that is compressed", head("400", "content-encoding: gzip\r\n") + "\u{1f}\u{8b}"),
        named("what is no answer", "SSH-2.0-OpenSSH_9.6\r\n".to_owned()),
        named("an answer with a status beyond all", head("999", "")),
        named("an answer that is a continuation without end", "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000)),
    ] {
        let (base, asked) = says(answer.into_bytes()).await;
        let (_, status, error, took) = deliver(&stage, format!("{base}/inbox")).await;
        assert!(took < Duration::from_secs(20), "{name}: {took:?}");
        assert!(asked.load(Ordering::Relaxed) <= 2, "{name}: two knocks at most");
        let error = error.unwrap_or_default();
        assert!(
            error.len() <= 1000 && !error.contains(|c: char| c.is_control()),
            "{name}: {status:?} {error}"
        );
    }
    assert!(third.received().is_empty(), "an inbox sends us nowhere");
    let latest =
        deliveries::table.filter(deliveries::state.eq(0)).select(diesel::dsl::max(deliveries::run_at));
    let latest = stage.app.read(move |conn| latest.first::<Option<chrono::NaiveDateTime>>(conn)).await;
    let bound = stage.app.now().naive_utc() + chrono::TimeDelta::hours(25);
    assert!(latest.is_some_and(|at| at < bound), "what waits is tried again within a day");
    stage.app.leave_queue("what failed is tried again later");
}
