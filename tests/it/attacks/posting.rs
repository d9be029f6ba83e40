//! POSTs to an inbox.

use std::time::Duration;

use base64::Engine;
use chrono::TimeDelta;
use reqwest::{RequestBuilder, StatusCode};
use reset_federation::{cavage, digest};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

use super::nothing_changed;
use crate::inbox::{Stage, stage};
use crate::support::peer::{ACTIVITY_JSON, key_of};

fn like(stage: &Stage, name: &str) -> Value {
    json!({
        "id": stage.peer.new_id("activities"), "type": "Like", "actor": stage.peer.actor(name), "object": stage.proposal,
    })
}

fn inbox(stage: &Stage) -> String {
    format!("{}/inbox", stage.coalition.url)
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

fn signed(stage: &Stage, name: &str, body: &Value) -> RequestBuilder {
    stage.peer.signed(name, &inbox(stage), bytes(body), stage.app.now())
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// A request without one of its headers.
async fn without(request: RequestBuilder, header: &str) -> StatusCode {
    let mut request = request.build().unwrap();
    request.headers_mut().remove(header).unwrap();
    crate::support::app::client().execute(request).await.unwrap().status()
}

/// A request with another value of one of its headers.
async fn with(request: RequestBuilder, header: &'static str, value: &str) -> u16 {
    let mut request = request.build().unwrap();
    request.headers_mut().insert(header, value.parse().unwrap()).unwrap();
    crate::support::app::client().execute(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn altered_body() {
    let stage = stage().await;
    let request = signed(&stage, "ada", &like(&stage, "ada")).body(bytes(&like(&stage, "ada")));
    assert_eq!(status(request).await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn wrong_digest() {
    let stage = stage().await;
    let request = signed(&stage, "ada", &like(&stage, "ada"));
    assert_eq!(with(request, "digest", &digest::header(b"another body")).await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn altered_body_with_its_own_digest() {
    let stage = stage().await;
    let other = bytes(&like(&stage, "ada"));
    let request = signed(&stage, "ada", &like(&stage, "ada")).body(other.clone());
    assert_eq!(with(request, "digest", &digest::header(&other)).await, 401);
    nothing_changed(&stage, 1).await;
}

#[tokio::test]
async fn missing_digest() {
    let stage = stage().await;
    assert_eq!(without(signed(&stage, "ada", &like(&stage, "ada")), "digest").await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn missing_date() {
    let stage = stage().await;
    assert_eq!(without(signed(&stage, "ada", &like(&stage, "ada")), "date").await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn missing_signature() {
    let stage = stage().await;
    assert_eq!(without(signed(&stage, "ada", &like(&stage, "ada")), "signature").await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn date_a_week_old() {
    let stage = stage().await;
    let then = stage.app.now() - TimeDelta::days(7);
    let request = stage.peer.signed("ada", &inbox(&stage), bytes(&like(&stage, "ada")), then);
    assert_eq!(status(request).await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn date_of_tomorrow() {
    let stage = stage().await;
    let then = stage.app.now() + TimeDelta::days(1);
    let request = stage.peer.signed("ada", &inbox(&stage), bytes(&like(&stage, "ada")), then);
    assert_eq!(status(request).await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn signature_over_digest_only() {
    let stage = stage().await;
    let body = bytes(&like(&stage, "ada"));
    let digest = digest::header(&body);
    let signature = key_of("ada").sign_sha256(format!("digest: {digest}").as_bytes()).unwrap();
    let signature = base64::engine::general_purpose::STANDARD.encode(signature);
    let header = format!(
        "keyId=\"{}#main-key\",algorithm=\"rsa-sha256\",headers=\"digest\",signature=\"{signature}\"",
        stage.peer.actor("ada")
    );
    let request = stage.peer.signed("ada", &inbox(&stage), body, stage.app.now());
    assert_eq!(with(request, "signature", &header).await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn signature_for_another_inbox() {
    let stage = stage().await;
    let body = bytes(&like(&stage, "ada"));
    let elsewhere = stage.peer.signed("ada", &format!("{}/inbox", stage.app.url()), body, stage.app.now());
    let mut request = elsewhere.build().unwrap();
    *request.url_mut() = Url::parse(&inbox(&stage)).unwrap();
    let answer = crate::support::app::client().execute(request).await.unwrap();
    assert_eq!(answer.status().as_u16(), 401);
    nothing_changed(&stage, 1).await;
}

#[tokio::test]
async fn signature_for_another_host() {
    let stage = stage().await;
    let body = bytes(&like(&stage, "ada"));
    let url = Url::parse("http://other.example/inbox").unwrap();
    let key_id = format!("{}#main-key", stage.peer.actor("ada"));
    let digest = digest::header(&body);
    let made =
        cavage::sign_post(&key_of("ada"), &key_id, &url, ACTIVITY_JSON, &digest, stage.app.now()).unwrap();
    let request = crate::support::app::client()
        .post(format!("{}/inbox", stage.app.url()))
        .header("host", "other.example")
        .header("date", made.date)
        .header("digest", digest)
        .header("content-type", ACTIVITY_JSON)
        .header("signature", made.signature)
        .body(body);
    assert_eq!(status(request).await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn another_actors_key() {
    let stage = stage().await;
    let request = signed(&stage, "eve", &like(&stage, "ada"));
    // It is taken as hearsay, which nothing confirms.
    assert_eq!(status(request).await, 202);
    stage.work().await;
    assert_eq!((stage.stored().await, stage.counts().await), ((1, 1), (0, 0, 0, 0)));
    assert_eq!(stage.outcome().await, "its origin does not know it");
}

#[tokio::test]
async fn own_key_under_the_id_of_anothers() {
    let stage = stage().await;
    let body = bytes(&like(&stage, "ada"));
    let request = stage.peer.signed_with("eve", "ada", &inbox(&stage), body, stage.app.now());
    assert_eq!(status(request).await, 401);
    nothing_changed(&stage, 1).await;
}

#[tokio::test]
async fn an_actor_that_lists_the_key_of_another_server() {
    let stage = stage().await;
    let other = crate::support::Peer::start_at("127.0.0.2:0").await;
    // Eve says that the key of Ada, elsewhere, is hers.
    let stolen = format!("{}#main-key", stage.peer.actor("ada"));
    let pem = key_of("eve").public_pem();
    other.change_actor(
        "eve",
        json!({"publicKey": {"id": stolen, "owner": other.actor("eve"), "publicKeyPem": pem}}),
    );
    let body = bytes(&json!({
        "id": other.new_id("activities"), "type": "Like", "actor": other.actor("eve"), "object": stage.proposal,
    }));
    let request = stage.peer.signed_with("eve", "ada", &inbox(&stage), body, stage.app.now());
    assert_eq!(status(request).await, 401);
    nothing_changed(&stage, 1).await;
}

#[tokio::test]
async fn a_key_that_its_owner_does_not_list() {
    let stage = stage().await;
    let id = stage.peer.actor("ada");
    let key =
        json!({"id": format!("{id}#other-key"), "owner": id, "publicKeyPem": key_of("ada").public_pem()});
    stage.peer.change_actor("ada", json!({"publicKey": key}));
    assert_eq!(status(signed(&stage, "ada", &like(&stage, "ada"))).await, 401);
    nothing_changed(&stage, 0).await;
    // The refusal is remembered: no second fetch.
    let fetched = stage.peer.fetches();
    assert_eq!(status(signed(&stage, "ada", &like(&stage, "ada"))).await, 401);
    assert_eq!(stage.peer.fetches(), fetched);
}

#[tokio::test]
async fn replayed_id() {
    let stage = stage().await;
    let body = like(&stage, "ada");
    assert_eq!(status(signed(&stage, "ada", &body)).await, 202);
    stage.work().await;
    assert_eq!((stage.counts().await, stage.stored().await), ((0, 1, 0, 0), (1, 1)));
    let mut undo = body.clone();
    undo["type"] = json!("Undo");
    undo["object"] = body.clone();
    // The same id again, as it was and with another content: told 202, no effect.
    for again in [body, undo] {
        assert_eq!(status(signed(&stage, "ada", &again)).await, 202);
        stage.work().await;
        assert_eq!((stage.counts().await, stage.stored().await), ((0, 1, 0, 0), (1, 1)));
    }
}

#[tokio::test]
async fn an_id_used_up_by_a_neighbour() {
    let stage = stage().await;
    let theirs = like(&stage, "ada");
    let mut first = like(&stage, "eve");
    first["id"] = theirs["id"].clone();
    first["object"] = json!("http://127.0.0.9/1");
    for (name, body) in [("eve", first), ("ada", theirs)] {
        assert_eq!(status(signed(&stage, name, &body)).await, 202);
        stage.work().await;
    }
    assert_eq!((stage.counts().await, stage.stored().await), ((0, 1, 0, 0), (2, 2)));
}

#[tokio::test]
async fn body_of_two_megabytes() {
    let stage = stage().await;
    let mut body = like(&stage, "ada");
    body["content"] = json!("x".repeat(2_000_000));
    assert_eq!(status(signed(&stage, "ada", &body)).await, 413);
    nothing_changed(&stage, 0).await;
}

/// Writes raw bytes to the inbox and reads the beginning of the answer.
async fn raw(stage: &Stage, headers: &str, body: &[u8]) -> String {
    let url = Url::parse(&inbox(stage)).unwrap();
    let address = (url.host_str().unwrap(), url.port().unwrap());
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!("POST {} HTTP/1.1\r\nhost: x\r\n{headers}\r\n\r\n", url.path());
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(body).await.unwrap();
    let mut answer = [0_u8; 12];
    let read = socket.read_exact(&mut answer);
    tokio::time::timeout(Duration::from_secs(5), read).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn body_of_two_megabytes_without_a_length() {
    let stage = stage().await;
    let mut chunks = Vec::new();
    for _ in 0..32 {
        chunks.extend_from_slice(b"10000\r\n");
        chunks.extend_from_slice(&[b'x'; 0x10000]);
        chunks.extend_from_slice(b"\r\n");
    }
    chunks.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(raw(&stage, "transfer-encoding: chunked", &chunks).await, "HTTP/1.1 413");
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn a_body_that_never_ends() {
    let stage = stage().await;
    assert_eq!(raw(&stage, "content-length: 3000000", b"{").await, "HTTP/1.1 413");
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn deep_json() {
    let stage = stage().await;
    let mut deep = json!("x");
    for _ in 0..80 {
        deep = json!([deep]);
    }
    let mut body = like(&stage, "ada");
    body["tag"] = deep;
    assert_eq!(status(signed(&stage, "ada", &body)).await, 400);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn what_is_no_activity() {
    let stage = stage().await;
    let ada = stage.peer.actor("ada");
    for body in [
        b"".to_vec(),
        b"[]".to_vec(),
        b"{".to_vec(),
        b"\xff\xfe".to_vec(),
        bytes(&json!({"type": "Like", "actor": ada})),
        bytes(&json!({"id": stage.peer.new_id("activities"), "actor": ada})),
        bytes(&json!({"id": stage.peer.new_id("activities"), "type": "Like"})),
        bytes(&json!({"id": stage.peer.new_id("activities"), "type": "Like", "actor": ada, "@graph": []})),
    ] {
        let request = stage.peer.signed("ada", &inbox(&stage), body.clone(), stage.app.now());
        assert_eq!(status(request).await, 400, "{}", String::from_utf8_lossy(&body));
    }
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn object_id_on_another_host() {
    let stage = stage().await;
    for kind in ["Create", "Update", "Delete"] {
        let note = json!({
            "id": "http://127.0.0.9/objects/1", "type": "Note", "attributedTo": stage.peer.actor("ada"),
            "inReplyTo": stage.proposal, "content": "<p>x</p>", "to": ["as:Public"],
        });
        let mut body = like(&stage, "ada");
        body["type"] = json!(kind);
        body["object"] = note;
        assert_eq!(status(signed(&stage, "ada", &body)).await, 400, "{kind}");
    }
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn activity_id_on_another_host() {
    let stage = stage().await;
    let mut body = like(&stage, "ada");
    body["id"] = json!("http://127.0.0.9/activities/1");
    assert_eq!(status(signed(&stage, "ada", &body)).await, 400);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn in_the_name_of_an_actor_of_ours() {
    let stage = stage().await;
    let mut body = like(&stage, "ada");
    body["actor"] = json!(stage.coalition.url);
    body["id"] = json!(format!("{}/activities/1", stage.app.url()));
    assert_eq!(status(signed(&stage, "ada", &body)).await, 400);
    nothing_changed(&stage, 0).await;
}
