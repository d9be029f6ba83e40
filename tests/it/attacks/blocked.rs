//! Ways around a block.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use reset_federation::{cavage, digest};
use reset_node::actions::suspension;
use reset_node::ap::fetch::{FetchError, Fetcher};
use reset_node::domain::moderation::Rule;
use serde_json::{Value, json};
use url::Url;

use super::nothing_changed;
use crate::inbox::Stage;
use crate::moderation::{stage_apart, stage_named};
use crate::support::peer::{ACTIVITY_JSON, PUBLIC, key_of};

/// A like by this actor, signed with the key `{actor}#main-key`; the status.
async fn like_as(stage: &Stage, actor: &str, key: &str) -> u16 {
    let origin = actor.split("/users/").next().unwrap();
    let body = json!({
        "id": format!("{origin}/activities/{}", stage.app.new_id()), "type": "Like", "actor": actor,
        "object": stage.proposal,
    });
    post(stage, &body, key).await
}

async fn post(stage: &Stage, body: &Value, key: &str) -> u16 {
    let body = serde_json::to_vec(body).unwrap();
    let url = Url::parse(&format!("{}/inbox", stage.coalition.url)).unwrap();
    let digest = digest::header(&body);
    let signed =
        cavage::sign_post(&key_of("ada"), key, &url, ACTIVITY_JSON, &digest, stage.app.now()).unwrap();
    let request = crate::support::app::client()
        .post(url)
        .header(header::DATE, signed.date)
        .header("digest", digest)
        .header("signature", signed.signature)
        .header(header::CONTENT_TYPE, ACTIVITY_JSON)
        .body(body);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_blocked_host_however_it_is_written() {
    let (stage, others) = stage_named(&["evil.example", "a.b.evil.example"], |_| {}).await;
    stage.rule("EVIL.example.", Rule::Blocked).await;
    stage.rule("bücher.example", Rule::Blocked).await;
    let port = stage.peer.port();
    for host in [
        format!("evil.example:{port}"),
        format!("EVIL.Example:{port}"),
        format!("evil.example.:{port}"),
        "evil.example".into(),
        "evil.example:9999".into(),
        "a.b.evil.example".into(),
        format!("a.b.evil.example:{}", others[0].port()),
        // Full-width letters, an ideographic full stop and a soft hyphen are the same name to every resolver.
        "ｅｖｉｌ.example".into(),
        "evil。example".into(),
        "ev\u{ad}il.example".into(),
        "xn--bcher-kva.example".into(),
        "BÜCHER.example".into(),
        "bu\u{308}cher.example".into(),
    ] {
        let actor = format!("http://{host}/users/ada");
        for key in [actor.as_str(), "http://good.example/users/ada"] {
            // Headers are ASCII.
            let key =
                format!("{}#main-key", if key.is_ascii() { key } else { "http://evil.example/users/ada" });
            assert_eq!(like_as(&stage, &actor, &key).await, 403, "{host} {key}");
        }
    }
    assert_eq!((stage.peer.fetches(), others[0].fetches()), (0, 0), "nobody was asked for a key");
    nothing_changed(&stage, 0).await;
    // What only looks alike is another server, and is not blocked by this rule.
    let alike = "http://еvil.example/users/ada";
    let key = format!("{}#main-key", Url::parse(alike).unwrap());
    assert_eq!(like_as(&stage, alike, &key).await, 503, "its key is looked for, and nobody has that name");
}

#[tokio::test]
async fn a_key_of_a_blocked_host_for_an_actor_of_another() {
    let (stage, good) = stage_named(&["evil.example", "good.example"], |_| {}).await;
    stage.rule("evil.example", Rule::Blocked).await;
    let key = format!("{}#main-key", stage.peer.actor("ada"));
    assert_eq!(like_as(&stage, &good[0].actor("ada"), &key).await, 403);
    assert_eq!(stage.peer.fetches(), 0);
    nothing_changed(&stage, 0).await;
}

/// GETs a document with a signature by this key; the status.
async fn get_as(stage: &Stage, url: &str, key: &str) -> u16 {
    let url = Url::parse(url).unwrap();
    let signed = cavage::sign_get(&key_of("ada"), key, &url, stage.app.now()).unwrap();
    let request = crate::support::app::client()
        .get(url)
        .header(header::ACCEPT, ACTIVITY_JSON)
        .header(header::DATE, signed.date)
        .header("signature", signed.signature);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_blocked_host_fetches() {
    let (stage, others) = stage_named(&["evil.example", "good.example"], |_| {}).await;
    stage.rule("evil.example", Rule::Blocked).await;
    let key = |peer: &crate::support::Peer| format!("{}#main-key", peer.actor("ada"));
    let urls = [
        stage.proposal.clone(),
        stage.coalition.url.clone(),
        format!("{}/outbox?page=true", stage.coalition.url),
        format!("{}/actor", stage.app.url()),
    ];
    for url in &urls {
        // What was kept for another is not given to it.
        assert_eq!(get_as(&stage, url, &key(&others[0])).await, 200, "{url}");
        assert_eq!(get_as(&stage, url, &key(&stage.peer)).await, 403, "{url}");
        assert_eq!(get_as(&stage, url, "http://EVIL.example./users/ada#main-key").await, 403, "{url}");
        assert_eq!(get_as(&stage, url, &key(&others[0])).await, 200, "{url}");
    }
    assert_eq!(stage.peer.fetches(), 0);
}

#[tokio::test]
async fn a_redirect_from_an_allowed_host_to_a_blocked_one() {
    let (stage, _) = stage_named(&["evil.example"], |_| {}).await;
    stage.rule("evil.example", Rule::Blocked).await;
    let note = json!({"id": stage.peer.new_id("objects"), "type": "Note"});
    stage.peer.keep(&note);
    let to = note["id"].as_str().unwrap().to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let good = format!("http://{}/x", listener.local_addr().unwrap());
    let redirect = move || {
        let to = to.clone();
        async move { (StatusCode::FOUND, [(header::LOCATION, to)]).into_response() }
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(redirect)).await.unwrap() });
    let ask = |url: String| {
        let app = stage.app.app.clone();
        async move { Fetcher::new(&app).document(&Url::parse(&url).unwrap()).await.map(|found| found.text) }
    };
    for url in [good.clone(), note["id"].as_str().unwrap().to_owned()] {
        match ask(url).await {
            Err(FetchError::Refused(why)) => assert!(why.contains("is blocked here"), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(stage.peer.fetches(), 0);
    reset_node::actions::moderation::unset(&stage.app, "evil.example", None).await.unwrap();
    assert!(ask(good).await.is_ok(), "without the rule the redirect is followed");
}

#[tokio::test]
async fn a_suspended_actor_of_a_good_host() {
    let stage = stage_apart().await;
    let eve = stage.peer.actor("eve");
    suspension::suspend(&stage.app, &eve, Some("harcèlement".into())).await.unwrap();
    for kind in ["Follow", "Like", "Announce", "Delete"] {
        let object = if kind == "Delete" { json!(eve) } else { json!(stage.proposal) };
        assert_eq!(stage.peer.act("eve", kind, object, &stage.coalition.url).await.1, 403, "{kind}");
    }
    assert_eq!(stage.peer.fetches(), 0, "nothing was asked about the suspended actor");
    nothing_changed(&stage, 0).await;
    assert_eq!(stage.peer.like("ada", &stage.proposal, &stage.coalition.url).await.1, 202);
    stage.settle().await;
    assert_eq!(stage.counts().await, (0, 1, 0, 0));
}

/// What a blocked server's actor wrote, as it sent it itself.
fn blocked_create(stage: &Stage) -> Value {
    let author = stage.peer.actor("ada");
    let note = json!({
        "id": stage.peer.new_id("objects"), "type": "Note", "attributedTo": author, "inReplyTo": stage.proposal,
        "content": "<p>Pourriel.</p>", "to": [PUBLIC],
    });
    stage.peer.keep(&note);
    json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": stage.peer.new_id("activities"), "type": "Create",
        "actor": author, "object": note, "to": [PUBLIC],
    })
}

#[tokio::test]
async fn a_blocked_actors_activity_forwarded_by_another_host() {
    let (stage, good) = stage_named(&["evil.example", "good.example"], |_| {}).await;
    stage.rule("evil.example", Rule::Blocked).await;
    let forwarder = format!("{}#main-key", good[0].actor("ada"));
    assert_eq!(post(&stage, &blocked_create(&stage), &forwarder).await, 403);
    assert_eq!(stage.peer.fetches(), 0);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn a_blocked_actors_activity_inside_an_announce() {
    let (stage, good) = stage_named(&["evil.example", "good.example"], |_| {}).await;
    stage.rule("evil.example", Rule::Blocked).await;
    let create = blocked_create(&stage);
    for object in
        [create.clone(), create["id"].clone(), create["object"].clone(), create["object"]["id"].clone()]
    {
        assert_eq!(good[0].announce_of("ada", object, &stage.coalition.url).await, 202);
    }
    stage.settle().await;
    assert_eq!(stage.counts().await, (0, 0, 0, 0));
    assert_eq!(stage.peer.fetches(), 0);
}

#[tokio::test]
async fn what_waited_when_its_host_was_blocked() {
    let stage = stage_apart().await;
    let g = &stage.coalition.url;
    assert_eq!(stage.peer.follow("ada", g).await.1, 202);
    assert_eq!(stage.peer.reply("ada", &stage.proposal, "<p>Pourriel.</p>", g).await.1, 202);
    stage.rule("127.0.0.2", Rule::Blocked).await;
    stage.settle().await;
    assert_eq!(stage.outcomes().await, ["refused: its sender is blocked here"; 2]);
    assert_eq!((stage.counts().await, stage.followers().await), ((0, 0, 0, 0), 0));
    assert!(stage.peer.received().is_empty());
}
