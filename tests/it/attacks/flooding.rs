//! Too much: of one server, of one address, of one lane.

use std::time::{Duration, Instant};

use chrono::DateTime;
use diesel::prelude::*;
use reqwest::{RequestBuilder, Response};
use reset_node::ap::knock::Scheme;
use reset_node::db::schema::inbox_items;
use reset_node::inbox::{self, LANES, Taken};
use reset_node::jobs::lanes::lane_of;
use reset_node::model;
use reset_node::model::remote::NewRemote;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::nothing_changed;
use crate::inbox::{Stage, stage, stage_with};
use crate::support::peer::PUBLIC;
use crate::support::{Peer, TestApp};

/// A stage whose clock stands, with these limits of one server and of one address, each minute.
async fn limited(server: u32, address: u32) -> Stage {
    let mut app = TestApp::at(reset_node::app::Clock::System.now()).await;
    app.change(|config| {
        config.federation.inbox_per_minute = server;
        config.federation.unsigned_per_minute = address;
    });
    stage_with(app).await
}

fn like(peer: &Peer, name: &str, object: &str) -> Value {
    json!({ "id": peer.new_id("activities"), "type": "Like", "actor": peer.actor(name), "object": object })
}

fn signed(stage: &Stage, peer: &Peer, name: &str) -> RequestBuilder {
    let body = serde_json::to_vec(&like(peer, name, &stage.proposal)).unwrap();
    peer.signed(name, &format!("{}/inbox", stage.coalition.url), body, stage.app.now())
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

fn is_held(answer: &Response) -> bool {
    assert!(answer.status() != 429 || answer.headers()["retry-after"] == "15", "it says when to come again");
    answer.status() == 429
}

#[tokio::test]
async fn ten_thousand_activities_of_one_server_in_a_minute() {
    let stage = limited(1800, 600).await;
    let flood = Peer::start_at("127.0.6.1:0").await;
    // The names of three actors: three keys, asked for once each.
    let first: Vec<RequestBuilder> =
        (0..1800).map(|n| signed(&stage, &flood, &format!("u{}", n % 3))).collect();
    let began = Instant::now();
    let mut held = 0;
    for (n, request) in first.into_iter().enumerate() {
        held += u32::from(is_held(&request.send().await.unwrap()));
        if n % 600 == 0 {
            assert_eq!(status(signed(&stage, &stage.peer, "ada")).await, 202, "others are heard meanwhile");
        }
    }
    let each_taken = began.elapsed() / 1800;
    let more = signed(&stage, &flood, "u0");
    let began = Instant::now();
    for _ in 0..8200 {
        held += u32::from(is_held(&more.try_clone().unwrap().send().await.unwrap()));
    }
    println!("each of 1,800 took {each_taken:?}, each of 8,200 that were held {:?}", began.elapsed() / 8200);
    assert_eq!((held, flood.fetches()), (8200, 3));
    assert_eq!(status(signed(&stage, &stage.peer, "bob")).await, 202);
    assert_eq!(stage.stored().await, (1804, 5));
    stage.app.advance(Duration::from_secs(15));
    assert_eq!(status(more).await, 202, "a quarter of a minute later it is heard again");
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 5, 0, 0));
}

#[tokio::test]
async fn a_server_that_hides_which_key_it_uses_until_its_signature_is_read() {
    let stage = limited(5, 0).await;
    let flood = Peer::start_at("127.0.6.2:0").await;
    let mut taken = 0;
    for n in 0..12 {
        // What is looked at first names another server's key; the signature itself does not.
        let decoy = format!("x=();keyid=\"{}#main-key\"", stage.peer.actor("ada"));
        let request = signed(&stage, &flood, &format!("u{}", n % 2)).header("authorization", decoy);
        taken += u32::from(status(request).await == 202);
    }
    assert_eq!((taken, stage.stored().await.0), (5, 5));
    stage.work().await;
}

#[tokio::test]
async fn posts_that_nobody_signed_from_one_address() {
    let stage = limited(1800, 20).await;
    let from = |request: RequestBuilder, hops: &str| request.header("x-forwarded-for", hops);
    let plain = || crate::support::app::client().post(format!("{}/inbox", stage.app.url())).body("{}");
    let mut answers = Vec::new();
    for n in 0..40 {
        // What the sender itself put before its address is not believed.
        let answer = from(plain(), &format!("198.51.100.{n}, 203.0.113.9")).send().await.unwrap();
        is_held(&answer);
        answers.push(answer.status().as_u16());
    }
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 20);
    assert_eq!(answers.last(), Some(&429));
    for address in ["203.0.113.10", "2001:db8::1"] {
        assert_eq!(status(from(plain(), address)).await, 401, "{address} is another");
    }
    // A network of 2^64 addresses counts as one.
    let mut held = 0;
    for n in 0..30 {
        held += u32::from(status(from(plain(), &format!("2001:db8::{n:x}"))).await == 429);
    }
    assert_eq!(held, 11);
    nothing_changed(&stage, 0).await;
    // What is signed costs its address nothing.
    for n in 0..40 {
        let request = from(signed(&stage, &stage.peer, "ada"), "203.0.113.11");
        assert_eq!(status(request).await, 202, "{n}");
    }
    stage.app.advance(Duration::from_secs(60));
    assert_eq!(status(from(plain(), "203.0.113.9")).await, 401);
    stage.work().await;
}

#[tokio::test]
async fn forgeries_that_would_use_up_the_share_of_another_server() {
    let stage = limited(3, 0).await;
    for _ in 0..10 {
        let body = serde_json::to_vec(&like(&stage.peer, "ada", &stage.proposal)).unwrap();
        let inbox = format!("{}/inbox", stage.coalition.url);
        let forged = stage.peer.signed_with("eve", "ada", &inbox, body, stage.app.now());
        assert_eq!(status(forged).await, 401);
    }
    for answer in [202, 202, 202, 429] {
        assert_eq!(status(signed(&stage, &stage.peer, "ada")).await, answer);
    }
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 1, 0, 0));
}

/// Stores what an actor of `host`, whom we know, is taken to have sent.
async fn said(stage: &Stage, host: &str, name: &str, kind: &str, object: Value) {
    let actor = format!("http://{host}/users/{name}");
    let known = NewRemote {
        url: actor.clone(),
        kind: "Person".into(),
        username: name.into(),
        host: host.into(),
        name: name.into(),
        page: None,
        inbox: format!("{actor}/inbox"),
        shared_inbox: None,
        document: String::new(),
        fetched_at: stage.app.now().naive_utc(),
        gone_at: None,
    };
    stage.app.write(move |conn| model::remote::upsert(conn, &known, &[])).await;
    let id = format!("http://{host}/acts/{}", stage.app.new_id());
    let activity = json!({ "id": id, "type": kind, "actor": actor, "object": object, "to": [PUBLIC] });
    let (signer, scheme) = (actor.clone(), Scheme::Cavage);
    let taken = Taken { id, signer, actor, host: host.into(), scheme, document: activity.to_string() };
    assert!(inbox::take(&stage.app, taken).await.unwrap());
}

/// A loopback address in the same lane of the inbox as that of `peer`, where a server accepts and never answers.
async fn mute_neighbour(peer: &Peer) -> String {
    let lane = |host: &str| lane_of(host, LANES);
    let wanted = lane(peer.base().trim_start_matches("http://"));
    for _ in 0..1000 {
        let listener = TcpListener::bind("127.0.6.3:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        if lane(&host) == wanted {
            tokio::spawn(async move {
                let mut held = Vec::new();
                while let Ok((socket, _)) = listener.accept().await {
                    held.push(socket);
                }
            });
            return host;
        }
    }
    panic!("no port of a thousand falls into lane {wanted}")
}

async fn pending(stage: &Stage) -> i64 {
    let rows = inbox_items::table.filter(inbox_items::state.eq(0)).count();
    stage.app.read(move |conn| rows.get_result(conn)).await
}

#[tokio::test]
async fn a_flood_of_one_server_before_others_in_its_lane() {
    let stage = stage().await;
    let flood = mute_neighbour(&stage.peer).await;
    for n in 0..2000 {
        let object = json!(format!("http://{flood}/objects/{n}"));
        said(&stage, &flood, &format!("u{}", n % 50), "Like", object).await;
    }
    let other = stage.peer.base().trim_start_matches("http://").to_owned();
    said(&stage, &other, "ada", "Like", json!(stage.proposal)).await;
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(inbox::run(stage.app.app.clone(), stopped));
    while stage.counts().await.1 == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let behind = pending(&stage).await;
    assert!(behind > 1000, "its turn came with the first page, not after the flood: {behind} still wait");
    stop.send(true).unwrap();
    worker.await.unwrap();
    stage.work().await;
}

#[tokio::test]
async fn a_flood_that_must_be_fetched_from_a_server_that_never_answers() {
    let mut stage = stage().await;
    let flood = mute_neighbour(&stage.peer).await;
    for n in 0..200 {
        let object = json!(format!("http://{flood}/objects/{n}"));
        said(&stage, &flood, &format!("u{n}"), "Create", object).await;
    }
    let (_stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(inbox::run(stage.app.app.clone(), stopped));
    tokio::time::sleep(Duration::from_millis(300)).await;
    // A reply that must be fetched as well, from a good server in the same lane.
    let note = json!({
        "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": stage.peer.actor("ada"),
        "inReplyTo": stage.proposal, "content": "<p>Oui.</p>", "to": [PUBLIC],
    });
    stage.peer.keep(&note);
    let began = Instant::now();
    assert_eq!(stage.peer.act("ada", "Create", note["id"].clone(), &stage.coalition.url).await.1, 202);
    while stage.counts().await.0 == 0 {
        assert!(began.elapsed() < Duration::from_secs(8), "it waits for the server that never answers");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(pending(&stage).await >= 196, "four of the flood are asked for at once");
    worker.abort();
    stage.app.leave_queue("the server that never answers is still asked");
}

#[tokio::test]
async fn large_activities_of_one_server_are_worked_off_few_at_a_time() {
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let stage = stage_with(TestApp::at(now).await).await;
    let host = stage.peer.base().trim_start_matches("http://").to_owned();
    for n in 0..12 {
        let object = json!({ "id": format!("http://{host}/objects/{n}"), "x": "x".repeat(900_000) });
        said(&stage, &host, "ada", "Like", object).await;
    }
    let (lane, most) = (lane_of(&host, LANES), model::inbox_item::Most { items: 128, bytes: 4_000_000 });
    let (page, ended) = stage
        .app
        .read(move |conn| model::inbox_item::page(conn, (lane, &host), 0, now.naive_utc(), most))
        .await;
    assert_eq!((page.len(), ended), (5, false));
    stage.work().await;
    assert_eq!(pending(&stage).await, 0);
}
