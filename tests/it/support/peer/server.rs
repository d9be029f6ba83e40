//! What a peer answers: WebFinger, its actors and objects, and its inboxes, which verify before they record.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use reset_federation::key::PublicKey;
use reset_federation::signature;
use serde_json::{Value, json};

use super::{ACTIVITY_JSON, Answer, DRAFT, MESSAGE, Received, Shared, key_of};

pub(super) async fn webfinger(
    State(peer): State<Arc<Shared>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let host = peer.base.trim_start_matches("http://").to_owned();
    let resource = query.get("resource").cloned().unwrap_or_default();
    if let Some(jrd) = peer.handles.lock().unwrap().get(&resource) {
        return ([(header::CONTENT_TYPE, "application/jrd+json")], jrd.to_string()).into_response();
    }
    let name = resource.strip_prefix("acct:").and_then(|acct| acct.strip_suffix(&format!("@{host}")));
    let Some(name) = name else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let jrd = json!({
        "subject": resource,
        "links": [{ "rel": "self", "type": ACTIVITY_JSON, "href": format!("{}/users/{name}", peer.base) }],
    });
    ([(header::CONTENT_TYPE, "application/jrd+json")], jrd.to_string()).into_response()
}

/// Where NodeInfo is, if it says what it runs.
pub(super) async fn nodeinfo_links(State(peer): State<Arc<Shared>>) -> Response {
    peer.asked.fetch_add(1, Ordering::Relaxed);
    if peer.runs.lock().unwrap().is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let link = |version: &str| {
        let rel = format!("http://nodeinfo.diaspora.software/ns/schema/{version}");
        json!({ "rel": rel, "href": format!("{}/nodeinfo/{version}", peer.base) })
    };
    axum::Json(json!({ "links": [link("1.0"), link("2.0")] })).into_response()
}

pub(super) async fn nodeinfo(State(peer): State<Arc<Shared>>, Path(version): Path<String>) -> Response {
    let software = peer.runs.lock().unwrap().clone();
    axum::Json(json!({ "version": version, "software": software, "openRegistrations": true })).into_response()
}

/// Counts a request for a document; the status that refuses it, if any.
fn read(peer: &Shared, headers: &HeaderMap) -> Option<StatusCode> {
    peer.fetches.fetch_add(1, Ordering::Relaxed);
    let scheme = scheme(headers);
    peer.reads.lock().unwrap().push(scheme);
    match *peer.answer.lock().unwrap() {
        Answer::Only(only, status) if only != scheme => StatusCode::from_u16(status).ok(),
        _ => None,
    }
}

fn scheme(headers: &HeaderMap) -> &'static str {
    match (headers.contains_key("signature-input"), headers.contains_key("signature")) {
        (true, _) => MESSAGE,
        (false, true) => DRAFT,
        (false, false) => "",
    }
}

pub(super) async fn actor(
    State(peer): State<Arc<Shared>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Some(status) = read(&peer, &headers) {
        return status.into_response();
    }
    let id = format!("{}/users/{name}", peer.base);
    let mut document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id,
        "type": "Person",
        "preferredUsername": name,
        "name": name,
        "inbox": format!("{id}/inbox"),
        "outbox": format!("{id}/outbox"),
        "followers": format!("{id}/followers"),
        "endpoints": { "sharedInbox": format!("{}/inbox", peer.base) },
        "publicKey": {
            "id": format!("{id}#main-key"),
            "owner": id,
            "publicKeyPem": key_of(&name).public_pem(),
        },
    });
    if let Some(Value::Object(changes)) = peer.actors.lock().unwrap().get(&name) {
        for (property, value) in changes {
            document[property] = value.clone();
        }
    }
    ([(header::CONTENT_TYPE, ACTIVITY_JSON)], document.to_string()).into_response()
}

/// The key of an actor under an id of its own, as GoToSocial serves it: a part of the actor, whose id is another.
pub(super) async fn key(State(peer): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    peer.fetches.fetch_add(1, Ordering::Relaxed);
    let id = format!("{}/users/{name}", peer.base);
    let stub = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id,
        "type": "Person",
        "preferredUsername": name,
        "publicKey": {
            "id": format!("{id}/main-key"),
            "owner": id,
            "publicKeyPem": key_of(&name).public_pem(),
        },
    });
    ([(header::CONTENT_TYPE, ACTIVITY_JSON)], stub.to_string()).into_response()
}

pub(super) async fn object(
    State(peer): State<Arc<Shared>>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Some(status) = read(&peer, &headers) {
        return status.into_response();
    }
    let found = peer.objects.lock().unwrap().get(&format!("{}/objects/{number}", peer.base)).cloned();
    match found {
        Some(object) => ([(header::CONTENT_TYPE, ACTIVITY_JSON)], object.to_string()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(super) async fn inbox(
    State(peer): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = *peer.answer.lock().unwrap();
    let (status, wait, later) = match answer {
        Answer::Accept => (202, None, None),
        Answer::Status(status) => (status, None, None),
        Answer::Only(only, status) => (if only == scheme(&headers) { 202 } else { status }, None, None),
        Answer::Later(status, seconds) => (status, None, Some(seconds)),
        Answer::Slowly(time) => (202, Some(time), None),
        Answer::Never => (0, Some(Duration::from_secs(3600)), None),
    };
    let verified = peer.verify(&uri, &headers, &body).await;
    let activity = serde_json::from_slice(&body).unwrap_or_default();
    peer.received.lock().unwrap().push(Received {
        path: uri.path().to_owned(),
        scheme: scheme(&headers),
        activity,
        verified,
        status,
    });
    peer.arrived.notify_waiters();
    if let Some(wait) = wait {
        tokio::time::sleep(wait).await;
    }
    let mut response = StatusCode::from_u16(status).unwrap_or(StatusCode::ACCEPTED).into_response();
    if let Some(seconds) = later {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

impl Shared {
    /// Compares the digest and verifies the signature with the key that the signer's document shows.
    async fn verify(&self, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
        let target = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let parsed = signature::parse("http", &Method::POST, &target, headers);
        let parsed = parsed.map_err(|error| error.to_string())?;
        parsed.check_body(body).map_err(|error| error.to_string())?;
        parsed.check_time(reset_node::app::Clock::System.now()).map_err(|error| error.to_string())?;
        let key = self.key(&parsed.key_id).await?;
        parsed.verify(&key).map_err(|error| error.to_string())
    }

    async fn key(&self, key_id: &str) -> Result<PublicKey, String> {
        if let Some(key) = self.keys.lock().unwrap().get(key_id) {
            return Ok(key.clone());
        }
        let request = self.http.get(key_id).header(header::ACCEPT, ACTIVITY_JSON);
        let response = request.send().await.map_err(|error| error.to_string())?;
        let bytes = response.bytes().await.map_err(|error| error.to_string())?;
        let actor: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        if actor["publicKey"]["id"] != key_id {
            return Err(format!("{key_id} is not the key of {}", actor["id"]));
        }
        let pem = actor["publicKey"]["publicKeyPem"].as_str().unwrap_or_default();
        let key = PublicKey::from_pem(pem).map_err(|error| error.to_string())?;
        self.keys.lock().unwrap().insert(key_id.to_owned(), key.clone());
        Ok(key)
    }
}
