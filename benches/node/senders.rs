//! Sixteen other servers on loopback, with four actors each: their documents are served while the node fetches them, their replies
//! are signed before the clock starts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Path, State};
use axum::http::header;
use axum::routing::get;
use chrono::{DateTime, Utc};
use reset_federation::key::RsaPrivate;
use reset_federation::{cavage, digest};
use serde_json::json;
use url::Url;

const ACTIVITY_JSON: &str = "application/activity+json";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
/// Hosts; as many as connections, so that each connection is one server.
pub(crate) const HOSTS: usize = 16;
const ACTORS: usize = 4;

/// See the module. The servers end with it.
pub(crate) struct Senders {
    bases: Vec<String>,
    sent: AtomicUsize,
    _runtime: tokio::runtime::Runtime,
}

/// One of the four keys of the tests' peers.
pub(crate) fn key(number: usize) -> RsaPrivate {
    let files: [&[u8]; 4] = [
        include_bytes!("../../tests/it/support/keys/1.pkcs8.der"),
        include_bytes!("../../tests/it/support/keys/2.pkcs8.der"),
        include_bytes!("../../tests/it/support/keys/3.pkcs8.der"),
        include_bytes!("../../tests/it/support/keys/4.pkcs8.der"),
    ];
    RsaPrivate::from_pkcs8_der(files.get(number % ACTORS).unwrap()).unwrap()
}

impl Senders {
    /// Starts the servers.
    pub(crate) fn start() -> Senders {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let bases = runtime.block_on(async {
            let mut bases = Vec::new();
            for number in 0..HOSTS {
                let listener =
                    tokio::net::TcpListener::bind(format!("127.0.0.{}:0", 10 + number)).await.unwrap();
                let base = format!("http://{}", listener.local_addr().unwrap());
                let router =
                    axum::Router::new().route("/users/{name}", get(actor)).with_state(Arc::new(base.clone()));
                tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
                bases.push(base);
            }
            bases
        });
        Senders { bases, sent: AtomicUsize::new(0), _runtime: runtime }
    }

    /// `count` signed POSTs of distinct replies to `publication`, as bytes ready to be written. Number N comes from host N % 16.
    pub(crate) fn replies(&self, node: &Url, publication: &str, count: usize) -> Vec<Vec<u8>> {
        let first = self.sent.fetch_add(count, Ordering::Relaxed);
        let now = reset_node::app::Clock::System.now();
        let cores = std::thread::available_parallelism().unwrap().get();
        let mut requests: Vec<Vec<u8>> = vec![Vec::new(); count];
        std::thread::scope(|scope| {
            for (part, chunk) in requests.chunks_mut(count.div_ceil(cores)).enumerate() {
                let start = first + part * count.div_ceil(cores);
                scope.spawn(move || {
                    for (number, slot) in (start..).zip(chunk) {
                        *slot = self.reply(node, publication, number, now);
                    }
                });
            }
        });
        requests
    }

    fn reply(&self, node: &Url, publication: &str, number: usize, now: DateTime<Utc>) -> Vec<u8> {
        let base = self.bases.get(number % HOSTS).unwrap();
        let name = number / HOSTS % ACTORS;
        let actor = format!("{base}/users/actor{name}");
        let time = now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let content = format!(
            "<p><span class=\"h-card\"><a href=\"{node}coalitions/communs\" class=\"u-url mention\">@<span>communs</span></a></span> \
             Réponse {number} : nous sommes <strong>d’accord</strong> sur le principe, mais le calendrier nous paraît court.</p>\
             <p>Voir <a href=\"https://example.org/note-{number}\" rel=\"nofollow\">notre note</a>.</p>"
        );
        let body = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", { "sensitive": "as:sensitive", "toot": "http://joinmastodon.org/ns#" }],
            "id": format!("{base}/notes/{number}/activity"),
            "type": "Create",
            "actor": actor,
            "published": time,
            "to": [PUBLIC],
            "cc": [format!("{actor}/followers"), format!("{node}coalitions/communs")],
            "object": {
                "id": format!("{base}/notes/{number}"),
                "type": "Note",
                "summary": null,
                "inReplyTo": publication,
                "published": time,
                "url": format!("{base}/@actor{name}/{number}"),
                "attributedTo": actor,
                "to": [PUBLIC],
                "cc": [format!("{actor}/followers"), format!("{node}coalitions/communs")],
                "sensitive": false,
                "content": content,
                "contentMap": { "fr": content },
                "attachment": [],
                "tag": [{ "type": "Mention", "href": format!("{node}coalitions/communs"), "name": "@communs" }],
            },
        });
        signed(node, &format!("{actor}#main-key"), &key_of(name), body.to_string().as_bytes(), now)
    }
}

fn key_of(name: usize) -> RsaPrivate {
    thread_local!(static KEYS: [RsaPrivate; ACTORS] = std::array::from_fn(key));
    KEYS.with(|keys| keys.get(name).unwrap().clone())
}

/// A whole HTTP/1.1 request to the shared inbox.
fn signed(node: &Url, key_id: &str, key: &RsaPrivate, body: &[u8], now: DateTime<Utc>) -> Vec<u8> {
    let inbox = node.join("inbox").unwrap();
    let digest = digest::header(body);
    let signed = cavage::sign_post(key, key_id, &inbox, ACTIVITY_JSON, &digest, now).unwrap();
    let host = reset_federation::url_check::authority(node);
    let mut request = format!(
        "POST /inbox HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench\r\nDate: {}\r\nDigest: {digest}\r\nSignature: {}\r\n\
         Content-Type: {ACTIVITY_JSON}\r\nContent-Length: {}\r\n\r\n",
        signed.date,
        signed.signature,
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

async fn actor(
    State(base): State<Arc<String>>,
    Path(name): Path<String>,
) -> impl axum::response::IntoResponse {
    let id = format!("{base}/users/{name}");
    let number: usize = name.trim_start_matches("actor").parse().unwrap();
    let document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id,
        "type": "Person",
        "preferredUsername": name,
        "name": format!("Actrice {name}"),
        "inbox": format!("{id}/inbox"),
        "outbox": format!("{id}/outbox"),
        "endpoints": { "sharedInbox": format!("{base}/inbox") },
        "publicKey": { "id": format!("{id}#main-key"), "owner": id, "publicKeyPem": key(number).public_pem() },
    });
    ([(header::CONTENT_TYPE, ACTIVITY_JSON)], document.to_string())
}
