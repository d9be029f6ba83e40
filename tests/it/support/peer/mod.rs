//! Another server, in this process: actors with fixed keys, WebFinger, inboxes that record and verify what they get, and acts
//! that send signed POSTs. It answers as told: any status, slowly, or never. For speed; the Fedify peer is for truth.

mod server;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{Method, header};
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use reset_federation::key::{PublicKey, RsaPrivate};
use reset_federation::{cavage, digest, rfc9421};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use url::Url;

/// What peers send and accept.
pub(crate) const ACTIVITY_JSON: &str = "application/activity+json";
/// Who may read what is public.
pub(crate) const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// How an inbox answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// With 202.
    Accept,
    /// With this status, nothing recorded as accepted.
    Status(u16),
    /// With this status and `Retry-After` in seconds.
    Later(u16, u64),
    /// As [`Answer::Accept`] to requests signed by this scheme ([`DRAFT`], [`MESSAGE`]), also for documents; with this status
    /// to others.
    Only(&'static str, u16),
    /// With 202 after this time.
    Slowly(Duration),
    /// Not at all.
    Never,
}

/// Signed as draft-cavage says.
pub(crate) const DRAFT: &str = "draft";
/// Signed by RFC 9421.
pub(crate) const MESSAGE: &str = "message";

/// One POST to an inbox, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The path of the inbox.
    pub(crate) path: String,
    /// How it was signed: [`DRAFT`], [`MESSAGE`] or nothing.
    pub(crate) scheme: &'static str,
    /// The JSON.
    pub(crate) activity: Value,
    /// What verifying its digest and signature said.
    pub(crate) verified: Result<(), String>,
    /// The status that was answered.
    pub(crate) status: u16,
}

impl Received {
    /// The activity's type.
    pub(crate) fn kind(&self) -> &str {
        self.activity["type"].as_str().unwrap_or_default()
    }

    /// The id of its object, embedded or not.
    pub(crate) fn object_id(&self) -> &str {
        let object = &self.activity["object"];
        object.as_str().or_else(|| object["id"].as_str()).unwrap_or_default()
    }
}

/// See the module. Stops when dropped.
pub(crate) struct Peer {
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    base: String,
    http: reqwest::Client,
    received: Mutex<Vec<Received>>,
    reads: Mutex<Vec<&'static str>>,
    arrived: Notify,
    answer: Mutex<Answer>,
    objects: Mutex<HashMap<String, Value>>,
    actors: Mutex<HashMap<String, Value>>,
    keys: Mutex<HashMap<String, PublicKey>>,
    handles: Mutex<HashMap<String, Value>>,
    fetches: AtomicU64,
    count: AtomicU64,
    runs: Mutex<Option<Value>>,
    asked: AtomicU64,
}

impl Peer {
    /// Reads the keys of others anew from now on.
    pub(crate) fn forget_keys(&self) {
        self.shared.keys.lock().unwrap().clear();
    }

    /// On a free port of 127.0.0.1.
    pub(crate) async fn start() -> Peer {
        Peer::start_at("127.0.0.1:0").await
    }

    /// On this address; any of 127.0.0.0/8 makes another host.
    pub(crate) async fn start_at(address: &str) -> Peer {
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        Peer::serve(listener, base)
    }

    /// On a free port of 127.0.0.1, with ids at this name: who asks it must know where the name leads.
    pub(crate) async fn start_as(name: &str) -> Peer {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{name}:{}", listener.local_addr().unwrap().port());
        Peer::serve(listener, base)
    }

    fn serve(listener: tokio::net::TcpListener, base: String) -> Peer {
        let shared = Arc::new(Shared {
            base,
            http: crate::support::app::client(),
            received: Mutex::default(),
            reads: Mutex::default(),
            arrived: Notify::new(),
            answer: Mutex::new(Answer::Accept),
            objects: Mutex::default(),
            actors: Mutex::default(),
            keys: Mutex::default(),
            handles: Mutex::default(),
            fetches: AtomicU64::new(0),
            count: AtomicU64::new(0),
            runs: Mutex::default(),
            asked: AtomicU64::new(0),
        });
        let router = axum::Router::new()
            .route("/.well-known/webfinger", get(server::webfinger))
            .route("/.well-known/nodeinfo", get(server::nodeinfo_links))
            .route("/nodeinfo/{version}", get(server::nodeinfo))
            .route("/users/{name}", get(server::actor))
            .route("/users/{name}/main-key", get(server::key))
            .route("/users/{name}/inbox", post(server::inbox))
            .route("/inbox", post(server::inbox))
            .route("/objects/{number}", get(server::object))
            .with_state(shared.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Peer { shared, server }
    }

    /// `http://127.0.0.1:PORT`, or at its name.
    pub(crate) fn base(&self) -> &str {
        &self.shared.base
    }

    /// The port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.base().rsplit(':').next().unwrap().parse().unwrap()
    }

    /// The id of the actor `name`; every name lives here.
    pub(crate) fn actor(&self, name: &str) -> String {
        format!("{}/users/{name}", self.base())
    }

    /// Merges these properties into what the actor's document says.
    pub(crate) fn change_actor(&self, name: &str, properties: Value) {
        self.shared.actors.lock().unwrap().insert(name.to_owned(), properties);
    }

    /// From now on WebFinger answers this about `resource`.
    pub(crate) fn tells(&self, resource: &str, jrd: Value) {
        self.shared.handles.lock().unwrap().insert(resource.to_owned(), jrd);
    }

    /// From now on inboxes answer so.
    pub(crate) fn answer(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap() = answer;
    }

    /// From now on it says that it runs this; before that it knows no NodeInfo.
    pub(crate) fn run(&self, name: &str, version: &str) {
        *self.shared.runs.lock().unwrap() = Some(json!({ "name": name, "version": version }));
    }

    /// How often it was asked what it runs.
    pub(crate) fn asked(&self) -> u64 {
        self.shared.asked.load(Ordering::Relaxed)
    }

    /// `host:port`, as the node knows it.
    pub(crate) fn host(&self) -> String {
        self.base().trim_start_matches("http://").to_owned()
    }

    /// Everything that came, in order, also what was refused.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// How each request for an actor or object was signed.
    pub(crate) fn reads(&self) -> Vec<&'static str> {
        self.shared.reads.lock().unwrap().clone()
    }

    /// How often an actor or object of this peer was fetched.
    pub(crate) fn fetches(&self) -> u64 {
        self.shared.fetches.load(Ordering::Relaxed)
    }

    /// Waits up to ten seconds for a POST that `wanted` picks; fails the test if none comes.
    pub(crate) async fn wait_for(&self, what: &str, wanted: impl Fn(&Received) -> bool) -> Received {
        let search = async {
            loop {
                let arrived = self.shared.arrived.notified();
                if let Some(found) = self.received().into_iter().find(|received| wanted(received)) {
                    return found;
                }
                arrived.await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(10), search).await {
            Ok(found) => found,
            Err(_) => panic!("no {what} came within ten seconds; got {:#?}", self.received()),
        }
    }

    /// A new id of this kind on this peer.
    pub(crate) fn new_id(&self, kind: &str) -> String {
        let number = self.shared.count.fetch_add(1, Ordering::Relaxed);
        format!("{}/{kind}/{number}", self.base())
    }

    /// Asks to follow; the activity and the status of the answer.
    pub(crate) async fn follow(&self, name: &str, target: &str) -> (Value, u16) {
        self.act(name, "Follow", json!(target), target).await
    }

    /// Likes a publication, through the inbox at `inbox_of`.
    pub(crate) async fn like(&self, name: &str, publication: &str, inbox_of: &str) -> (Value, u16) {
        self.act(name, "Like", json!(publication), inbox_of).await
    }

    /// Announces a publication.
    pub(crate) async fn announce(&self, name: &str, publication: &str, inbox_of: &str) -> (Value, u16) {
        self.act(name, "Announce", json!(publication), inbox_of).await
    }

    /// Announces anything; the status.
    pub(crate) async fn announce_of(&self, name: &str, object: Value, inbox_of: &str) -> u16 {
        self.act(name, "Announce", object, inbox_of).await.1
    }

    /// Takes an activity back.
    pub(crate) async fn undo(&self, name: &str, activity: &Value, inbox_of: &str) -> (Value, u16) {
        self.act(name, "Undo", activity.clone(), inbox_of).await
    }

    /// Replies to a publication; the Create and the status.
    pub(crate) async fn reply(
        &self,
        name: &str,
        publication: &str,
        html: &str,
        inbox_of: &str,
    ) -> (Value, u16) {
        let note = json!({
            "id": self.new_id("objects"),
            "type": "Note",
            "attributedTo": self.actor(name),
            "inReplyTo": publication,
            "content": html,
            "published": cavage_time(self.now()),
            "to": [PUBLIC],
            "cc": [inbox_of],
        });
        self.keep(&note);
        self.act(name, "Create", note, inbox_of).await
    }

    /// Changes the text of an own note.
    pub(crate) async fn update(&self, name: &str, note: &Value, html: &str, inbox_of: &str) -> (Value, u16) {
        let mut changed = note.clone();
        changed["content"] = json!(html);
        changed["updated"] = json!(cavage_time(self.now()));
        self.keep(&changed);
        self.act(name, "Update", changed, inbox_of).await
    }

    /// Deletes an own note.
    pub(crate) async fn delete(&self, name: &str, note_id: &str, inbox_of: &str) -> (Value, u16) {
        self.shared.objects.lock().unwrap().remove(note_id);
        let tombstone = json!({ "id": note_id, "type": "Tombstone" });
        self.act(name, "Delete", tombstone, inbox_of).await
    }

    /// Serves an object under its id.
    pub(crate) fn keep(&self, object: &Value) {
        let id = object["id"].as_str().unwrap().to_owned();
        self.shared.objects.lock().unwrap().insert(id, object.clone());
    }

    /// Sends an activity of this type to the inbox of `inbox_of`.
    pub(crate) async fn act(&self, name: &str, kind: &str, object: Value, inbox_of: &str) -> (Value, u16) {
        let activity = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.new_id("activities"),
            "type": kind,
            "actor": self.actor(name),
            "object": object,
            "to": [PUBLIC],
            "cc": [inbox_of],
        });
        let status = self.send(name, &format!("{inbox_of}/inbox"), &activity).await;
        (activity, status)
    }

    /// Signs and POSTs any JSON; the status of the answer.
    pub(crate) async fn send(&self, name: &str, inbox: &str, activity: &Value) -> u16 {
        let body = serde_json::to_vec(activity).unwrap();
        self.signed(name, inbox, body, self.now()).send().await.unwrap().status().as_u16()
    }

    /// A signed POST, for tests that alter it before they send it.
    pub(crate) fn signed(
        &self,
        name: &str,
        inbox: &str,
        body: Vec<u8>,
        now: DateTime<Utc>,
    ) -> reqwest::RequestBuilder {
        self.signed_with(name, name, inbox, body, now)
    }

    /// As [`Peer::signed`], by the key of another name than the one whose key id it states.
    pub(crate) fn signed_with(
        &self,
        key: &str,
        name: &str,
        inbox: &str,
        body: Vec<u8>,
        now: DateTime<Utc>,
    ) -> reqwest::RequestBuilder {
        let url = Url::parse(inbox).unwrap();
        let key_id = format!("{}#main-key", self.actor(name));
        let digest = digest::header(&body);
        let signed = cavage::sign_post(&key_of(key), &key_id, &url, ACTIVITY_JSON, &digest, now).unwrap();
        self.shared
            .http
            .post(url)
            .header(header::DATE, signed.date)
            .header("digest", digest)
            .header("signature", signed.signature)
            .header(header::CONTENT_TYPE, ACTIVITY_JSON)
            .header(header::USER_AGENT, "test-peer")
            .body(body)
    }

    /// A POST signed by RFC 9421, for tests that alter it before they send it.
    pub(crate) fn message(
        &self,
        name: &str,
        inbox: &str,
        body: Vec<u8>,
        now: DateTime<Utc>,
    ) -> reqwest::RequestBuilder {
        let url = Url::parse(inbox).unwrap();
        let key_id = format!("{}#main-key", self.actor(name));
        let digest = digest::content_header(&body);
        let signed = rfc9421::sign(&key_of(name), &key_id, &Method::POST, &url, Some(&digest), now).unwrap();
        self.shared
            .http
            .post(url)
            .header("content-digest", digest)
            .header("signature-input", signed.input)
            .header("signature", signed.signature)
            .header(header::CONTENT_TYPE, ACTIVITY_JSON)
            .body(body)
    }

    /// GETs a document as ActivityPub servers do that sign their fetches, by RFC 9421 or else draft-cavage.
    pub(crate) fn reading(&self, name: &str, url: &str, by_message: bool) -> reqwest::RequestBuilder {
        let (key, parsed) = (key_of(name), Url::parse(url).unwrap());
        let key_id = format!("{}#main-key", self.actor(name));
        let request = self.shared.http.get(url).header(header::ACCEPT, ACTIVITY_JSON);
        if by_message {
            let made = rfc9421::sign(&key, &key_id, &Method::GET, &parsed, None, self.now()).unwrap();
            return request.header("signature-input", made.input).header("signature", made.signature);
        }
        let made = cavage::sign_get(&key, &key_id, &parsed, self.now()).unwrap();
        request.header(header::DATE, made.date).header("signature", made.signature)
    }

    /// GETs a document as ActivityPub servers do.
    pub(crate) async fn get(&self, url: &str) -> (u16, Value) {
        let response = self.shared.http.get(url).header(header::ACCEPT, ACTIVITY_JSON).send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
    }

    fn now(&self) -> DateTime<Utc> {
        reset_node::app::Clock::System.now()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The key of the actor `name`: one of four, chosen by its name.
pub(crate) fn key_of(name: &str) -> RsaPrivate {
    static KEYS: std::sync::OnceLock<Vec<RsaPrivate>> = std::sync::OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let files: [&[u8]; 4] = [
            include_bytes!("../keys/1.pkcs8.der"),
            include_bytes!("../keys/2.pkcs8.der"),
            include_bytes!("../keys/3.pkcs8.der"),
            include_bytes!("../keys/4.pkcs8.der"),
        ];
        files.iter().map(|der| RsaPrivate::from_pkcs8_der(der).unwrap()).collect()
    });
    let number = name.bytes().map(usize::from).sum::<usize>() % keys.len();
    keys.get(number).unwrap().clone()
}

fn cavage_time(now: DateTime<Utc>) -> String {
    now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

mod tests {
    use super::*;

    #[tokio::test]
    async fn a_peer_verifies_what_another_signs_and_notices_what_was_altered() {
        let (here, there) = (Peer::start().await, Peer::start_at("127.0.0.2:0").await);
        let (follow, status) = here.follow("ada", &there.actor("bob")).await;
        assert_eq!(status, 202);
        let got = there.wait_for("Follow", |received| received.kind() == "Follow").await;
        assert_eq!((got.verified.clone(), got.activity.clone()), (Ok(()), follow));
        assert_eq!((got.object_id(), got.path.as_str()), (there.actor("bob").as_str(), "/users/bob/inbox"));

        let inbox = format!("{}/inbox", there.base());
        there.answer(Answer::Later(503, 7));
        let request = here.signed("ada", &inbox, b"{}".to_vec(), here.now()).body("{\"type\":\"Altered\"}");
        let response = request.send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()),
            (503, "7")
        );
        let altered = there.wait_for("altered activity", |received| received.kind() == "Altered").await;
        assert!(altered.verified.is_err());
        assert_eq!((altered.status, there.fetches(), here.fetches()), (503, 0, 1));
    }
}
