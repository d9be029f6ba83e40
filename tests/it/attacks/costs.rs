//! What is small to send and dear to understand, to keep or to answer.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use reset_node::db::schema::{deliveries, inbox_items, replies};
use serde_json::{Value, json};

use super::named;
use crate::inbox::hearsay::relay;
use crate::inbox::{Stage, stage};

/// Texts that would burst into millions of elements, or that take the square of their length.
fn bombs() -> Vec<(&'static str, String)> {
    let opened: String = (0..3000).map(|n| format!("<b a={n}>")).collect();
    vec![
        named("elements that each paragraph opens again", format!("<p>{opened}{}", "<p>x".repeat(7000))),
        named("elements that are nested without end", "<blockquote>".repeat(5000)),
        named("links in links in links", "<a href=\"https://a.example/\"><p>".repeat(2000)),
        named("ends of what never began", "<p><i><u>x".to_owned() + &"</q></b></a>".repeat(4000)),
        named("tables in tables", "<table><tr><td>".repeat(4000)),
        named("one long entity", format!("<p>&{};", "a".repeat(60_000))),
        named("a tag without an end", format!("<p {}", "a ".repeat(30_000))),
    ]
}

#[tokio::test]
async fn texts_that_burst_when_they_are_read() {
    let stage = stage().await;
    for (name, html) in bombs() {
        let (note, status) = stage.peer.reply("ada", &stage.proposal, &html, &stage.coalition.url).await;
        assert_eq!(status, 202);
        let began = Instant::now();
        stage.work().await;
        assert!(began.elapsed() < Duration::from_secs(5), "{name}: {:?}", began.elapsed());
        let url = note["object"]["id"].as_str().unwrap().to_owned();
        let kept: String = stage
            .app
            .read(move |conn| replies::table.filter(replies::url.eq(url)).select(replies::html).first(conn))
            .await;
        assert!(kept.len() < 500_000, "{name}: {} bytes are kept", kept.len());
    }
}

/// Documents with a proof that is to be verified over all of them.
fn proven() -> Vec<(&'static str, &'static str, Value)> {
    let deep = (0..50).fold(json!("x"), |inner, _| json!({"a": inner}));
    let contexts: Vec<String> = (0..12_000).map(|n| format!("https://a.example/{n}")).collect();
    let names: Value = (0..30_000).map(|n| (format!("{:05}", n * 7919 % 30_000), json!(n))).collect();
    vec![
        named("a proof with twelve thousand contexts", ("@context", json!(contexts))),
        named("a proof over thirty thousand names out of order", ("x", names)),
        named("a proof over ninety thousand numbers", ("x", json!(vec![1e-300; 90_000]))),
        named("a proof over what is nested fifty deep", ("x", json!(vec![deep; 500]))),
    ]
    .into_iter()
    .map(|(name, (key, value))| (name, key, value))
    .collect()
}

#[tokio::test]
async fn proofs_that_are_dear_to_verify() {
    let relay = relay().await;
    for (name, key, value) in proven() {
        let mut like = relay.act("Like", json!(relay.stage.proposal));
        like[key] = value;
        let mut like = relay.vouched(&like);
        like["type"] = json!("Dislike");
        let began = Instant::now();
        assert_eq!(relay.hand_on(&like).await, "its origin does not know it", "{name}");
        assert!(began.elapsed() < Duration::from_secs(5), "{name}: {:?}", began.elapsed());
    }
    assert_eq!(relay.stage.counts().await, (0, 0, 0, 0));
}

/// Bytes of what came in, and of what waits to be sent.
async fn kept(stage: &Stage) -> (usize, i64) {
    let read = |conn: &mut reset_node::db::Conn| {
        let documents: Vec<String> = inbox_items::table.select(inbox_items::document).load(conn)?;
        let sent = deliveries::table.count().get_result(conn)?;
        Ok((documents.iter().map(String::len).sum(), sent))
    };
    stage.app.read(read).await
}

#[tokio::test]
async fn large_activities_that_would_fill_the_disk() {
    let stage = stage().await;
    let filler = "x".repeat(800_000);
    for (name, kind, object) in [
        ("a like with 800 kB beside it", "Like", stage.proposal.clone()),
        ("an unknown activity of 800 kB", "Teleport", stage.proposal.clone()),
        ("a follow of 800 kB, to be sent back in its Accept", "Follow", stage.coalition.url.clone()),
        ("a join of 800 kB, to be sent back in its Reject", "Join", stage.proposal.clone()),
        ("a request to quote of 800 kB", "QuoteRequest", stage.proposal.clone()),
    ]
    .map(|(name, kind, object)| (named(name, ()).0, kind, object))
    {
        let post = json!({
            "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": stage.peer.actor("ada"),
        });
        let activity = json!({
            "id": stage.peer.new_id("activities"), "type": kind, "actor": stage.peer.actor("ada"), "object": object,
            "instrument": post, "filler": filler,
        });
        let inbox = format!("{}/inbox", stage.coalition.url);
        assert_eq!(stage.peer.send("ada", &inbox, &activity).await, 202, "{name}");
        stage.work().await;
        assert_eq!(kept(&stage).await, (0, 0), "{name}");
    }
    assert_eq!(stage.followers().await, 0);
}
