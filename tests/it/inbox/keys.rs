//! Keys of others: where they are found, when they change, and when their owner is gone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reset_federation::key::{Ed25519Private, RsaPrivate};
use reset_federation::{cavage, digest};
use serde_json::{Value, json};
use url::Url;

use super::{Stage, stage, stage_with};
use crate::support::TestApp;
use crate::support::peer::{ACTIVITY_JSON, PUBLIC, key_of};

#[tokio::test]
async fn every_fetch_is_signed_by_the_node_and_says_who_asks() {
    let stage = stage().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.7:0").await.unwrap();
    let url = format!("http://{}/users/ada?x=1", listener.local_addr().unwrap());
    let heads = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = heads.clone();
    let router = axum::Router::new().fallback(move |head: axum::http::HeaderMap| async move {
        kept.lock().unwrap().push(head);
        axum::http::StatusCode::NOT_FOUND
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let _ = reset_node::ap::resolve::key(&stage.app.app, &format!("{url}#main-key")).await;
    let head = heads.lock().unwrap().pop().unwrap();
    let told = |name: &str| head[name].to_str().unwrap();
    let signature = told("signature");
    let begin = format!("keyId=\"{}/actor#main-key\",algorithm=\"rsa-sha256\",", stage.app.url());
    assert!(signature.starts_with(&begin), "{signature}");
    assert!(signature.contains("headers=\"(request-target) host date\""), "{signature}");
    assert!(told("user-agent").starts_with("reset-node/") && told("user-agent").contains(stage.app.url()));
    assert!(told("accept").contains("application/activity+json") && told("date").ends_with(" GMT"));
    assert_eq!(told("accept-encoding"), "identity");
}

fn activity(stage: &Stage, kind: &str, object: &str) -> Value {
    json!({
        "id": stage.peer.new_id("activities"), "type": kind, "actor": stage.peer.actor("ada"), "object": object,
        "to": [PUBLIC],
    })
}

/// Signs as draft-cavage says, with this algorithm, key id and covered target, and sends.
async fn send(
    stage: &Stage,
    activity: &Value,
    (algorithm, key_id): (&str, &str),
    query: (&str, &str),
    sign: impl Fn(&[u8]) -> Vec<u8>,
) -> u16 {
    let body = serde_json::to_vec(activity).unwrap();
    let (digest, date) = (digest::header(&body), cavage::http_date(stage.app.now()));
    let host = stage.app.urls.host();
    let message =
        format!("(request-target): post /inbox{}\nhost: {host}\ndate: {date}\ndigest: {digest}", query.1);
    let signature = STANDARD.encode(sign(message.as_bytes()));
    let header = format!(
        "keyId=\"{key_id}\", algorithm=\"{algorithm}\", headers=\"(request-target) host date digest\", signature=\"{signature}\""
    );
    let request = crate::support::app::client()
        .post(format!("{}/inbox{}", stage.app.url(), query.0))
        .header("date", date)
        .header("digest", digest)
        .header("signature", header)
        .header("content-type", ACTIVITY_JSON)
        .body(body);
    request.send().await.unwrap().status().as_u16()
}

fn ada(message: &[u8]) -> Vec<u8> {
    key_of("ada").sign_sha256(message).unwrap()
}

#[tokio::test]
async fn a_key_id_without_a_fragment_leads_to_the_actor_that_lists_it() {
    let stage = stage().await;
    let id = stage.peer.actor("ada");
    let key_id = format!("{id}/main-key");
    let key = json!({"id": key_id, "owner": id, "publicKeyPem": key_of("ada").public_pem()});
    stage.peer.change_actor("ada", json!({"publicKey": key}));
    let like = activity(&stage, "Like", &stage.proposal);
    assert_eq!(send(&stage, &like, ("hs2019", &key_id), ("", ""), ada).await, 202);
    stage.work().await;
    assert_eq!(stage.counts().await, (0, 1, 0, 0));
}

#[tokio::test]
async fn a_stub_that_claims_a_key_its_actor_does_not_list_is_not_believed() {
    let stage = stage().await;
    let key_id = format!("{}/main-key", stage.peer.actor("ada"));
    let like = activity(&stage, "Like", &stage.proposal);
    assert_eq!(send(&stage, &like, ("hs2019", &key_id), ("", ""), ada).await, 401);
}

#[tokio::test]
async fn a_target_is_signed_with_its_query_or_without() {
    let stage = stage().await;
    let key_id = format!("{}#main-key", stage.peer.actor("ada"));
    for (signed, status) in [("?x=1", 202), ("", 202), ("?x=2", 401)] {
        let like = activity(&stage, "Like", &stage.proposal);
        let sent = send(&stage, &like, ("rsa-sha256", &key_id), ("?x=1", signed), ada).await;
        assert_eq!(sent, status, "{signed}");
    }
    stage.work().await;
}

#[tokio::test]
async fn an_actor_may_sign_with_its_ed25519_key() {
    let stage = stage().await;
    let key = Ed25519Private::generate().unwrap();
    let id = stage.peer.actor("ada");
    let key_id = format!("{id}#ed25519-key");
    let method = json!([{
        "id": key_id, "type": "Multikey", "controller": id, "publicKeyMultibase": key.public_multibase(),
    }]);
    stage.peer.change_actor("ada", json!({"assertionMethod": method}));
    let sign = |message: &[u8]| key.sign(message).unwrap();
    for (algorithm, status) in [("hs2019", 202), ("ed25519", 202), ("rsa-sha256", 401)] {
        let like = activity(&stage, "Like", &stage.proposal);
        assert_eq!(send(&stage, &like, (algorithm, &key_id), ("", ""), sign).await, status, "{algorithm}");
    }
    stage.work().await;
}

#[tokio::test]
async fn a_new_key_under_the_old_id_is_asked_for_once() {
    let stage = stage().await;
    assert_eq!(stage.peer.like("ada", &stage.proposal, &stage.coalition.url).await.1, 202);
    let new = RsaPrivate::generate().unwrap();
    let id = stage.peer.actor("ada");
    let key_id = format!("{id}#main-key");
    let sign = |message: &[u8]| new.sign_sha256(message).unwrap();
    let key = json!({"id": key_id, "owner": id, "publicKeyPem": new.public_pem()});
    stage.peer.change_actor("ada", json!({"publicKey": key}));
    let before = stage.peer.fetches();
    for _ in 0..3 {
        let like = activity(&stage, "Like", &stage.proposal);
        assert_eq!(send(&stage, &like, ("rsa-sha256", &key_id), ("", ""), sign).await, 202);
    }
    // A wrong one is not asked about again within a minute.
    let like = activity(&stage, "Like", &stage.proposal);
    assert_eq!(send(&stage, &like, ("rsa-sha256", &key_id), ("", ""), ada).await, 401);
    assert_eq!(stage.peer.fetches(), before + 1);
    stage.work().await;
}

#[tokio::test]
async fn a_read_that_was_badly_signed_keeps_no_activity_under_a_new_key_out() {
    let app = TestApp::with(|config| config.federation.authorized_fetch = true).await;
    let stage = stage_with(app).await;
    assert_eq!(stage.peer.like("ada", &stage.proposal, &stage.coalition.url).await.1, 202);
    let new = RsaPrivate::generate().unwrap();
    let id = stage.peer.actor("ada");
    let key_id = format!("{id}#main-key");
    // A stranger reads under her name, before she has a new key.
    let other = format!("{}/followers", stage.coalition.url);
    let made = cavage::sign_get(&new, &key_id, &Url::parse(&other).unwrap(), stage.app.now()).unwrap();
    let read = crate::support::app::client().get(&other).header("accept", ACTIVITY_JSON);
    let read = read.header("date", made.date).header("signature", made.signature);
    assert_eq!(read.send().await.unwrap().status(), 401);
    let key = json!({"id": key_id, "owner": id, "publicKeyPem": new.public_pem()});
    stage.peer.change_actor("ada", json!({"publicKey": key}));
    let like = activity(&stage, "Like", &stage.proposal);
    let sign = |message: &[u8]| new.sign_sha256(message).unwrap();
    assert_eq!(send(&stage, &like, ("rsa-sha256", &key_id), ("", ""), sign).await, 202);
    stage.work().await;
}

#[tokio::test]
async fn the_delete_of_an_actor_that_was_never_known_is_taken_without_a_fetch() {
    let stage = stage().await;
    let id = stage.peer.actor("ada");
    let delete = activity(&stage, "Delete", &id);
    let key_id = format!("{id}#main-key");
    assert_eq!(send(&stage, &delete, ("rsa-sha256", &key_id), ("", ""), |_| vec![0; 256]).await, 202);
    let url = Url::parse(&format!("{}/inbox", stage.app.url())).unwrap();
    let body = serde_json::to_vec(&delete).unwrap();
    let message = stage.peer.message("ada", url.as_str(), body, stage.app.now());
    assert_eq!(message.send().await.unwrap().status(), 202);
    stage.work().await;
    assert_eq!((stage.stored().await, stage.peer.fetches()), ((0, 0), 0));
}

#[tokio::test]
async fn the_delete_of_a_known_actor_needs_its_stored_key_alone() {
    let stage = stage().await;
    stage.peer.follow("ada", &stage.coalition.url).await;
    stage.settle().await;
    // Its document is gone now: what stands at its id is no actor.
    stage.peer.change_actor("ada", json!({"type": "Tombstone", "publicKey": null}));
    let id = stage.peer.actor("ada");
    let key_id = format!("{id}#main-key");
    let delete = activity(&stage, "Delete", &id);
    assert_eq!(send(&stage, &delete, ("rsa-sha256", &key_id), ("", ""), |_| vec![0; 256]).await, 401);
    assert_eq!(stage.followers().await, 1);
    assert_eq!(send(&stage, &delete, ("rsa-sha256", &key_id), ("", ""), ada).await, 202);
    stage.settle().await;
    assert_eq!(stage.followers().await, 0);
}

#[tokio::test]
async fn the_delete_of_a_known_actor_by_a_key_that_was_never_seen_is_not_taken_unread() {
    let stage = stage().await;
    stage.peer.follow("ada", &stage.coalition.url).await;
    stage.settle().await;
    let id = stage.peer.actor("ada");
    let delete = activity(&stage, "Delete", &id);
    let key_id = format!("{id}#other-key");
    assert_eq!(send(&stage, &delete, ("rsa-sha256", &key_id), ("", ""), ada).await, 401);
    assert_eq!(stage.followers().await, 1);
}
