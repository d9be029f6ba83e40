//! Requests that two readers of HTTP would read differently, and addresses that no database takes.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reset_federation::{cavage, digest};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

use super::{named, nothing_changed};
use crate::inbox::{Stage, stage};
use crate::support::peer::{ACTIVITY_JSON, key_of};

/// A like of Ada's for the proposal, and the head of the request that would be taken: each header by its name.
fn good(stage: &Stage) -> (Vec<u8>, Vec<(&'static str, String)>) {
    let ada = stage.peer.actor("ada");
    let like = json!({"id": stage.peer.new_id("activities"), "type": "Like", "actor": ada, "object": stage.proposal});
    let body = serde_json::to_vec(&like).unwrap();
    let url = Url::parse(&format!("{}/inbox", stage.coalition.url)).unwrap();
    let digest = digest::header(&body);
    let key_id = format!("{ada}#main-key");
    let now = stage.app.now();
    let made = cavage::sign_post(&key_of("ada"), &key_id, &url, ACTIVITY_JSON, &digest, now).unwrap();
    let head = vec![
        ("host", stage.app.urls.host().to_owned()),
        ("date", made.date),
        ("digest", digest),
        ("content-type", ACTIVITY_JSON.to_owned()),
        ("signature", made.signature),
        ("content-length", body.len().to_string()),
    ];
    (body, head)
}

/// Writes a request as it stands; the status of the answer, 0 where the connection is closed without one.
async fn write(stage: &Stage, target: &str, head: &[(&str, String)], body: &[u8]) -> u16 {
    let mut socket = tokio::net::TcpStream::connect(stage.app.urls.host()).await.unwrap();
    let mut request = format!("POST {target} HTTP/1.1\r\n").into_bytes();
    for (name, value) in head {
        request.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    request.extend_from_slice(b"\r\n");
    request.extend_from_slice(body);
    let _ = socket.write_all(&request).await;
    let mut answer = [0_u8; 12];
    let read = tokio::time::timeout(Duration::from_secs(30), socket.read_exact(&mut answer)).await;
    match read.unwrap() {
        Ok(_) => String::from_utf8_lossy(&answer[9..]).parse().unwrap_or(0),
        Err(_) => 0,
    }
}

fn chunked(body: &[u8], trailer: &str) -> Vec<u8> {
    let mut chunks = format!("{:x}\r\n", body.len()).into_bytes();
    chunks.extend_from_slice(body);
    chunks.extend_from_slice(format!("\r\n0\r\n{trailer}\r\n").as_bytes());
    chunks
}

#[tokio::test]
async fn requests_that_can_be_read_in_two_ways() {
    let stage = stage().await;
    let target = Url::parse(&format!("{}/inbox", stage.coalition.url)).unwrap().path().to_owned();
    type Alter = fn(&mut Vec<(&'static str, String)>, &mut Vec<u8>);
    let attacks: Vec<(&str, Alter)> = vec![
        named("two hosts", |head, _| head.push(("host", "other.example".into()))),
        named("two hosts that are the same", |head, _| {
            let host = head[0].clone();
            head.push(host);
        }),
        named("no host", |head, _| head.retain(|(name, _)| *name != "host")),
        named("two digests", |head, _| head.push(("digest", digest::header(b"other")))),
        named("two signatures, the second of nobody", |head, _| head.push(("signature", "x".into()))),
        named("two types of content", |head, _| head.push(("content-type", "text/plain".into()))),
        named("two lengths", |head, _| head.push(("content-length", "1".into()))),
        named("a length that is longer than the body", |head, _| {
            head.retain(|(name, _)| *name != "content-length");
            head.push(("content-length", "999999".into()));
        }),
        named("a length that is shorter than the body", |head, _| {
            head.retain(|(name, _)| *name != "content-length");
            head.push(("content-length", "10".into()));
        }),
        named("a length that is negative", |head, _| {
            head.retain(|(name, _)| *name != "content-length");
            head.push(("content-length", "-1".into()));
        }),
        named("a length and chunks", |head, body| {
            head.push(("transfer-encoding", "chunked".into()));
            *body = chunked(b"{}", "");
        }),
        named("chunks with a digest after them", |head, body| {
            head.retain(|(name, _)| !["content-length", "digest"].contains(name));
            head.push(("transfer-encoding", "chunked".into()));
            *body = chunked(body, &format!("digest: {}\r\n", digest::header(body)));
        }),
        named("chunks of a length beyond all lengths", |head, body| {
            head.retain(|(name, _)| *name != "content-length");
            head.push(("transfer-encoding", "chunked".into()));
            *body = b"ffffffffffffffffff\r\n{}\r\n0\r\n\r\n".to_vec();
        }),
        named("a header that goes on in the next line", |head, _| head.push(("x", "y\r\n digest: z".into()))),
        named("a header with a line break of its own", |head, _| head.push(("x", "y\rdigest: z".into()))),
        named("a thousand headers", |head, _| head.extend((0..1000).map(|_| ("x", "y".into())))),
        named("a header of a megabyte", |head, _| head.push(("x", "y".repeat(1_000_000)))),
        named("a compressed body", |head, _| head.push(("content-encoding", "gzip".into()))),
    ];
    for (name, alter) in attacks {
        let (mut body, mut head) = good(&stage);
        alter(&mut head, &mut body);
        let status = write(&stage, &target, &head, &body).await;
        println!("{name}: {status}");
        // A good signature beside something that it does not cover is not the worse for it.
        let harmless = ["a header with", "a compressed"].iter().any(|start| name.starts_with(start));
        assert!(status == 0 || (400..500).contains(&status) || harmless && status == 202, "{name}: {status}");
    }
    stage.work().await;
    assert!(stage.counts().await.1 <= 1, "one actor, one like");
    let (body, head) = good(&stage);
    assert_eq!(write(&stage, &target, &head, &body).await, 202, "the same hand makes a good one");
    stage.work().await;
}

#[tokio::test]
async fn addresses_that_no_database_takes() {
    let stage = stage().await;
    let base = stage.app.url();
    for (name, path) in [
        named("a publication with a NUL", "publications/%00"),
        named("a note with a NUL", "notes/x%00"),
        named("an activity with a NUL", "activities/%00"),
        named("an actor with a NUL", "coalitions/%00communs"),
        named("an outbox from a NUL on", "coalitions/communs/outbox?before=%00"),
        named("a tag with a NUL", "tags/%00"),
        named("a handle with a NUL", ".well-known/webfinger?resource=acct:a%00@127.0.0.1"),
        named("a page beyond all pages", "coalitions/communs?page=99999999999999999999"),
        named("an offset below nothing", "coalitions/communs/outbox?offset=-9223372036854775808"),
        named("an address that is no UTF-8", "publications/%ff%fe"),
        named("an address that climbs", "publications/..%2f..%2fetc%2fpasswd"),
    ] {
        for accept in [ACTIVITY_JSON, "text/html"] {
            let request =
                crate::support::app::client().get(format!("{base}/{path}")).header("accept", accept);
            let status = request.send().await.unwrap().status().as_u16();
            assert!(status < 500, "{name}: {status} for {accept}");
        }
    }
    let mut headers = HeaderMap::new();
    headers.insert("accept", HeaderValue::from_str(&format!("{ACTIVITY_JSON},").repeat(500)).unwrap());
    let request = crate::support::app::client().get(&stage.proposal).headers(headers);
    assert!(request.send().await.unwrap().status().as_u16() < 500);
    nothing_changed(&stage, 0).await;
}
