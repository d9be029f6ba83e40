//! What others make us fetch.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use reset_node::ap::fetch::{FetchError, Fetcher};
use reset_node::ap::{client, resolve};
use serde_json::json;
use url::Url;

use super::{named, nothing_changed};
use crate::inbox::{stage, stage_with};
use crate::support::TestApp;
use crate::support::peer::ACTIVITY_JSON;

/// A server that answers each path in its own bad way, and counts.
struct Bad {
    base: String,
    hits: Arc<AtomicU64>,
}

async fn bad() -> Bad {
    let hits = Arc::new(AtomicU64::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state((base.clone(), hits.clone()));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Bad { base, hits }
}

async fn answer(State((base, hits)): State<(String, Arc<AtomicU64>)>, uri: Uri) -> Response {
    hits.fetch_add(1, Ordering::Relaxed);
    let id = format!("{base}{}", uri.path());
    let document = |id: &str| json!({"id": id, "type": "Note"}).to_string();
    let to = |place: String| (StatusCode::FOUND, [(header::LOCATION, place)]).into_response();
    let like = |kind: &'static str, text: String| ([(header::CONTENT_TYPE, kind)], text).into_response();
    match uri.path() {
        "/good" => like(ACTIVITY_JSON, document(&id)),
        "/profile" => {
            like("application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", document(&id))
        }
        "/html" => like("text/html", document(&id)),
        "/json" => like("application/json", document(&id)),
        "/zipped" => {
            let headers = [(header::CONTENT_TYPE, ACTIVITY_JSON), (header::CONTENT_ENCODING, "gzip")];
            (headers, document(&id)).into_response()
        }
        "/large" => like(ACTIVITY_JSON, format!("{{\"id\":\"{id}\",\"x\":\"{}\"}}", "x".repeat(1_100_000))),
        "/other-id" => like(ACTIVITY_JSON, document(&format!("{base}/good"))),
        "/false-id" => like(ACTIVITY_JSON, document(&format!("{base}/other-id"))),
        "/loop" => to(format!("{base}/loop")),
        "/1" => to("/2".into()),
        "/2" => to("/3".into()),
        "/3" => to("/good".into()),
        "/0" => to("/1".into()),
        "/private" => to(format!("http://127.0.0.1:{}/good", base.rsplit(':').next().unwrap())),
        "/by-name" => to(format!("http://localhost:{}/good", base.rsplit(':').next().unwrap())),
        "/file" => to("file:///etc/passwd".into()),
        "/script" => to("javascript:alert(1)".into()),
        "/user" => to(base.replace("http://", "http://good@")),
        "/nowhere" => StatusCode::FOUND.into_response(),
        "/png" => like("image/png", document(&id)),
        "/plain" => like("text/plain; profile=\"https://www.w3.org/ns/activitystreams\"", document(&id)),
        "/both" => like("text/html; x=application/activity+json", document(&id)),
        "/none" => document(&id).into_response(),
        "/br" => coded("br", document(&id)),
        "/twice" => coded("identity, gzip", document(&id)),
        "/bomb" => coded("deflate", "x".repeat(900_000)),
        "/full/1" | "/full/2" | "/full/3" | "/full/4" | "/full/5" => {
            like(ACTIVITY_JSON, format!("{{\"id\":\"{id}\",\"x\":\"{}\"}}", "x".repeat(900_000)))
        }
        "/drip" => forever(Duration::from_millis(100), b" "),
        "/endless" => forever(Duration::from_millis(1), &[b' '; 65_536]),
        "/array" => like(ACTIVITY_JSON, format!("[{}]", document(&id))),
        "/deep" => {
            like(ACTIVITY_JSON, format!("{{\"id\":\"{id}\",\"x\":{}1{}}}", "[".repeat(80), "]".repeat(80)))
        }
        "/no-id" => like(ACTIVITY_JSON, json!({"type": "Note"}).to_string()),
        "/elsewhere" => like(ACTIVITY_JSON, document("http://127.0.0.9:1/good")),
        "/missing" => StatusCode::GONE.into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn coded(coding: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, ACTIVITY_JSON), (header::CONTENT_ENCODING, coding)], text).into_response()
}

/// A body without an end: this piece at each tick.
struct Forever(tokio::time::Interval, &'static [u8]);

impl HttpBody for Forever {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.1;
        self.0.poll_tick(cx).map(|_| Some(Ok(Frame::data(Bytes::from_static(piece)))))
    }
}

fn forever(every: Duration, piece: &'static [u8]) -> Response {
    let body = Body::new(Forever(tokio::time::interval(every), piece));
    ([(header::CONTENT_TYPE, ACTIVITY_JSON)], body).into_response()
}

async fn fetch(app: &TestApp, url: &str) -> Result<String, FetchError> {
    let document = Fetcher::new(&app.app).document(&Url::parse(url).unwrap()).await?;
    Ok(document.id.into())
}

fn refused(result: Result<String, FetchError>, why: &str) {
    match result {
        Err(FetchError::Refused(found)) => assert!(found.contains(why), "{found}"),
        other => panic!("{other:?} is no refusal because of: {why}"),
    }
}

#[tokio::test]
async fn fetch_of_a_private_address_by_name() {
    let bad = bad().await;
    let app = TestApp::with(|config| config.federation.allow_private_addresses = false).await;
    let stage = stage_with(app).await;
    let port = bad.base.rsplit(':').next().unwrap();
    for (name, host) in [
        named("a private address by name", "localhost"),
        named("a private address", "127.0.0.1"),
        named("a private address of IPv6", "[::1]"),
        named("a private address as one number", "2130706433"),
        named("a private address in hexadecimal", "0x7f.1"),
        named("a private address mapped into IPv6", "[::ffff:127.0.0.1]"),
        named("a private address in NAT64", "[64:ff9b::7f00:1]"),
        named("a private address in 6to4", "[2002:7f00:1::]"),
        named("the address of this host", "0.0.0.0"),
    ] {
        println!("{name}");
        refused(fetch(&stage.app, &format!("http://{host}:{port}/good")).await, "not a public one");
    }
    assert_eq!(bad.hits.load(Ordering::Relaxed), 0);
    // And through the door: the key of an actor behind such a name.
    let like = json!({
        "id": format!("{}/a/1", bad.base), "type": "Like", "actor": stage.peer.actor("ada"), "object": stage.proposal,
    });
    let body = serde_json::to_vec(&like).unwrap();
    let inbox = format!("{}/inbox", stage.app.url());
    let request = stage.peer.signed("ada", &inbox, body, stage.app.now());
    assert_eq!(request.send().await.unwrap().status().as_u16(), 400);
    let (_, status) = stage.peer.like("ada", &stage.proposal, &stage.coalition.url).await;
    assert_eq!((status, stage.peer.fetches()), (401, 0));
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn fetch_of_a_private_address_by_redirect() {
    let bad = bad().await;
    let port: u16 = bad.base.rsplit(':').next().unwrap().parse().unwrap();
    // A name that the client takes for public leads to the bad server; everything else is checked as ever.
    let mut app = TestApp::with(|config| config.federation.allow_private_addresses = false).await;
    let federation = app.config.federation.clone();
    let named = client::builder(&federation, app.url()).unwrap();
    let named = named.resolve("public.example", ([127, 0, 0, 1], port).into()).build().unwrap();
    app.set_client(named);
    app.node().await;
    let base = format!("http://public.example:{port}");
    refused(fetch(&app, &format!("{base}/private")).await, "not a public one");
    refused(fetch(&app, &format!("{base}/by-name")).await, "not a public one");
    refused(fetch(&app, &format!("{base}/file")).await, "redirects to file:");
    assert_eq!(bad.hits.load(Ordering::Relaxed), 3, "only the first address was ever asked");
}

#[tokio::test]
async fn endless_redirects() {
    let (stage, bad) = (stage().await, bad().await);
    refused(fetch(&stage.app, &format!("{}/loop", bad.base)).await, "more than three redirects");
    refused(fetch(&stage.app, &format!("{}/0", bad.base)).await, "more than three redirects");
    assert_eq!(bad.hits.load(Ordering::Relaxed), 8);
    for (name, path) in [
        named("a redirect to a script", "script"),
        named("a redirect to nowhere", "nowhere"),
        named("a redirect with a user name", "user"),
    ] {
        let found = fetch(&stage.app, &format!("{}/{path}", bad.base)).await;
        assert!(matches!(&found, Err(FetchError::Refused(_))), "{name}: {found:?}");
    }
    // Three are followed.
    assert_eq!(fetch(&stage.app, &format!("{}/1", bad.base)).await.unwrap(), format!("{}/good", bad.base));
}

#[tokio::test]
async fn a_page_or_a_picture_served_as_an_activity() {
    let (stage, bad) = (stage().await, bad().await);
    for (name, path) in [
        named("a page", "html"),
        named("any JSON", "json"),
        named("a picture", "png"),
        named("a text with the profile of activities", "plain"),
        named("a page with the type of activities in a parameter", "both"),
        named("a document without a type that says so", "none"),
    ] {
        let found = fetch(&stage.app, &format!("{}/{path}", bad.base)).await;
        assert!(
            matches!(&found, Err(FetchError::Refused(why)) if why.contains("content type")),
            "{name}: {found:?}"
        );
    }
    assert!(fetch(&stage.app, &format!("{}/profile", bad.base)).await.is_ok());
}

#[tokio::test]
async fn a_compressed_or_a_large_answer() {
    let (stage, bad) = (stage().await, bad().await);
    for (name, path) in [
        named("gzip that was not asked for", "zipped"),
        named("brotli that was not asked for", "br"),
        named("two codings", "twice"),
        named("what would burst when inflated", "bomb"),
    ] {
        let found = fetch(&stage.app, &format!("{}/{path}", bad.base)).await;
        assert!(
            matches!(&found, Err(FetchError::Refused(why)) if why.contains("compressed")),
            "{name}: {found:?}"
        );
    }
    refused(fetch(&stage.app, &format!("{}/large", bad.base)).await, "larger than 1 MB");
}

#[tokio::test]
async fn a_document_that_says_it_is_another() {
    let (stage, bad) = (stage().await, bad().await);
    // Confirmed by one fetch of that id; not by two.
    assert_eq!(
        fetch(&stage.app, &format!("{}/other-id", bad.base)).await.unwrap(),
        format!("{}/good", bad.base)
    );
    refused(fetch(&stage.app, &format!("{}/false-id", bad.base)).await, "says it is");
    for (name, path) in [
        named("a document that says it is another server's", "elsewhere"),
        named("a document without an id", "no-id"),
        named("a list of documents", "array"),
        named("a document nested eighty deep", "deep"),
    ] {
        assert!(fetch(&stage.app, &format!("{}/{path}", bad.base)).await.is_err(), "{name}");
    }
}

#[tokio::test]
async fn more_than_twenty_fetches_for_one_activity() {
    let (stage, bad) = (stage().await, bad().await);
    let fetcher = Fetcher::new(&stage.app.app);
    let good = Url::parse(&format!("{}/good", bad.base)).unwrap();
    for _ in 0..20 {
        fetcher.document(&good).await.unwrap();
    }
    assert!(matches!(fetcher.document(&good).await, Err(FetchError::Refused(_))));
    assert_eq!(bad.hits.load(Ordering::Relaxed), 20);
}

#[tokio::test]
async fn failures_are_told_apart() {
    let (stage, bad) = (stage().await, bad().await);
    assert!(matches!(fetch(&stage.app, &format!("{}/missing", bad.base)).await, Err(FetchError::Gone)));
    assert!(matches!(fetch(&stage.app, &format!("{}/broken", bad.base)).await, Err(FetchError::Later(_))));
    assert!(matches!(fetch(&stage.app, "http://127.0.0.1:9/x").await, Err(FetchError::Later(_))));
    let key = format!("{}/missing#main-key", bad.base);
    for _ in 0..3 {
        assert!(matches!(resolve::key(&stage.app, &key).await, Err(FetchError::Gone)));
    }
    assert_eq!(bad.hits.load(Ordering::Relaxed), 3, "one for the key that is gone: failures are remembered");
}

#[tokio::test]
async fn a_host_that_never_answers_holds_few_fetches_and_others_none() {
    let stage = stage().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.4:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let open = Arc::new(AtomicU64::new(0));
    let counted = open.clone();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            held.push(socket);
        }
    });
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..40 {
        let (app, key) = (stage.app.app.clone(), format!("{base}/users/{number}#main-key"));
        asked.spawn(async move { resolve::key(&app, &key).await });
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    // Meanwhile another host is heard at once.
    assert_eq!(stage.peer.like("ada", &stage.proposal, &stage.coalition.url).await.1, 202);
    while let Some(answer) = asked.join_next().await {
        assert!(matches!(answer.unwrap(), Err(FetchError::Later(_))));
    }
    assert_eq!(open.load(Ordering::Relaxed), 16);
    stage.work().await;
}

#[tokio::test]
async fn more_than_four_megabytes_for_one_activity() {
    let (stage, bad) = (stage().await, bad().await);
    let fetcher = Fetcher::new(&stage.app.app);
    let full = |n: u8| Url::parse(&format!("{}/full/{n}", bad.base)).unwrap();
    for n in 1..5 {
        fetcher.document(&full(n)).await.unwrap();
    }
    assert!(
        matches!(fetcher.document(&full(5)).await, Err(FetchError::Refused(why)) if why.contains("4 MB"))
    );
    // That says nothing about the document: another activity may ask for it.
    Fetcher::new(&stage.app.app).document(&full(5)).await.unwrap();
}

#[tokio::test]
async fn a_body_that_comes_a_byte_at_a_time_or_never_ends() {
    let bad = bad().await;
    let mut app = TestApp::new().await;
    let builder = client::builder(&app.config.federation.clone(), app.url()).unwrap();
    app.set_client(builder.timeout(Duration::from_secs(1)).build().unwrap());
    let stage = stage_with(app).await;
    let began = std::time::Instant::now();
    // The limit of a whole answer, here a second, holds for its body too.
    let slow = fetch(&stage.app, &format!("{}/drip", bad.base)).await;
    assert!(matches!(slow, Err(FetchError::Later(_))), "{slow:?}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    refused(fetch(&stage.app, &format!("{}/endless", bad.base)).await, "larger than 1 MB");
}

#[tokio::test]
async fn the_same_bad_document_asked_for_again_and_again() {
    let bad = bad().await;
    let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let stage = stage_with(TestApp::at(now).await).await;
    let hits = || bad.hits.swap(0, Ordering::Relaxed);
    for (path, life) in [("missing", 60), ("html", 60), ("broken", 1)] {
        let url = format!("{}/{path}", bad.base);
        for _ in 0..50 {
            assert!(fetch(&stage.app, &url).await.is_err());
        }
        assert_eq!(hits(), 1, "{path} is asked for once");
        stage.app.advance(Duration::from_secs(life));
        assert!(fetch(&stage.app, &url).await.is_err());
        assert_eq!(hits(), 1, "{path} is asked for again after its term");
    }
    // A hundred activities about one of them cost one request.
    for _ in 0..100 {
        let object = json!(format!("{}/objects/none", stage.peer.base()));
        let body = serde_json::to_vec(&json!({
            "id": stage.peer.new_id("activities"), "type": "Create", "actor": stage.peer.actor("ada"), "object": object,
        }));
        let inbox = format!("{}/inbox", stage.app.url());
        let request = stage.peer.signed("ada", &inbox, body.unwrap(), stage.app.now());
        assert_eq!(request.send().await.unwrap().status().as_u16(), 202);
    }
    let before = stage.peer.fetches();
    stage.work().await;
    assert_eq!(stage.peer.fetches() - before, 1);
}
