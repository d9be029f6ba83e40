//! Who says this? The body of a POST within its bounds, its digest, its signature and time, and that the owner of the key is
//! the actor: all of it before anything is stored. It knows no meaning of an activity.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use http_body_util::BodyExt;
use reset_federation::activity::{ActivityKind, Envelope, envelope};
use reset_federation::cavage::{self, SignatureError};
use reset_federation::limits::{DRAIN_TIME, MAX_BODY, MAX_DRAIN};
use reset_federation::url_check::{authority, normalise_authority, same_origin};
use reset_federation::{check, digest};

use crate::ap::fetch::FetchError;
use crate::ap::resolve::{self, KnownKey};
use crate::app::App;

/// Why a POST to an inbox is not taken (FEDERATION.md, answers).
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refused {
    /// 400: it cannot be read, or says what it may not.
    #[error("malformed: {0}")]
    Malformed(String),
    /// 401: the signature is missing, wrong, too old, or another's.
    #[error("not signed by its actor: {0}")]
    Unsigned(String),
    /// 413: over 1 MB.
    #[error("the body is larger than 1 MB")]
    TooLarge,
    /// 429: its server, or its address, has sent more than its share; how long to wait.
    #[error("more than its share was sent")]
    TooMany(Duration),
    /// 503: the key could not be fetched for now, or the database does not answer.
    #[error("not now: {0}")]
    NotNow(String),
    /// 404: nobody lives at this inbox.
    #[error("there is no such inbox")]
    NoSuchInbox,
    /// 202 without effect: the `Delete` of an actor that was never known here, whose key is mostly gone with it.
    #[error("the actor that was deleted was never known here")]
    NeverKnown,
}

/// A POST whose sender is known.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The outside of the activity.
    pub envelope: Envelope,
    /// Its id, which lies at the origin of its actor.
    pub id: String,
    /// The host of the actor, normalised.
    pub host: String,
    /// The bytes.
    pub document: String,
}

/// How long a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(20);

/// Reads at most 1 MB, in at most 20 seconds. Of a larger body up to 4 MB or 2 seconds are thrown away, so that its sender reads the answer.
///
/// # Errors
/// [`Refused::TooLarge`], or [`Refused::Malformed`] where the connection broke off.
pub async fn bounded(headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
    let slow = |_| Refused::Malformed("the body took too long".into());
    tokio::time::timeout(BODY_TIME, read(headers, body)).await.map_err(slow)?
}

async fn read(headers: &HeaderMap, mut body: Body) -> Result<Bytes, Refused> {
    let announced = headers
        .get(axum::http::header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY) {
        drain(body, 0).await;
        return Err(Refused::TooLarge);
    }
    let mut first = Bytes::new();
    let mut rest: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refused::Malformed("the body broke off".into()))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + rest.len() + data.len() > MAX_BODY {
            drain(body, first.len() + rest.len() + data.len()).await;
            return Err(Refused::TooLarge);
        }
        match first.is_empty() {
            true => first = data,
            false => rest.extend_from_slice(&data),
        }
    }
    if rest.is_empty() {
        return Ok(first);
    }
    let mut whole = Vec::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&rest);
    Ok(whole.into())
}

/// Throws away what is left of a body, up to 4 MB or 2 seconds, so that its sender reads the answer.
pub async fn drain(mut body: Body, mut read: usize) {
    let reading = async {
        while read < MAX_DRAIN
            && let Some(Ok(frame)) = body.frame().await
        {
            read += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    // When time is up the connection closes with whatever was read.
    let _ = tokio::time::timeout(DRAIN_TIME, reading).await;
}

/// Verifies a POST to an inbox.
///
/// # Errors
/// See [`Refused`].
pub async fn verify(app: &App, parts: &Parts, body: Bytes) -> Result<Signed, Refused> {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let signature = cavage::parse(&parts.method, target, &parts.headers).map_err(unsigned)?;
    signature.check_time(app.now()).map_err(unsigned)?;
    let is_here = signature.host == app.urls.host()
        || normalise_authority(&signature.host) == normalise_authority(app.urls.host());
    if !is_here {
        return Err(Refused::Unsigned(format!("it was signed for the host {}", signature.host)));
    }
    let stated = signature.digest.as_deref().unwrap_or_default();
    digest::verify(stated, &body).map_err(|error| Refused::Unsigned(error.to_string()))?;
    let envelope = envelope(&body).map_err(malformed)?;
    let id = own_id(app, &envelope)?;
    let key = owner_key(app, &signature.key_id, &envelope).await?;
    if key.owner != envelope.actor {
        return Err(Refused::Unsigned("the key is another actor's".into()));
    }
    if signature.verify(&key.public).is_err() {
        again(app, &signature, &key).await?;
    }
    // The whole body is UTF-8 where it is JSON, so this copies nothing and fails for nobody honest.
    let document =
        String::from_utf8(Vec::from(body)).map_err(|error| Refused::Malformed(error.to_string()))?;
    Ok(Signed { host: key.host.clone(), envelope, id, document })
}

fn unsigned(error: SignatureError) -> Refused {
    Refused::Unsigned(error.to_string())
}

fn malformed(refusal: check::Refusal) -> Refused {
    Refused::Malformed(refusal.to_string())
}

/// What can be said of the outside alone: the id is the actor's to give, and so is what it creates, changes or deletes.
fn own_id(app: &App, envelope: &Envelope) -> Result<String, Refused> {
    let id = envelope.id.as_ref().ok_or_else(|| malformed(check::Refusal::Missing("id")))?;
    if !app.config.federation.allow_http && envelope.actor.scheme() != "https" {
        return Err(Refused::Malformed("the id of the actor is not an https URL".into()));
    }
    if !same_origin(id, &envelope.actor) {
        return Err(malformed(check::Refusal::ForeignId));
    }
    let owns = matches!(envelope.kind, ActivityKind::Create | ActivityKind::Update | ActivityKind::Delete);
    if owns && envelope.object_id.as_ref().is_some_and(|object| !same_origin(object, &envelope.actor)) {
        return Err(malformed(check::Refusal::ForeignObject));
    }
    if authority(&envelope.actor) == app.urls.host() {
        return Err(Refused::Malformed("the actor lives here and needs no signature to speak".into()));
    }
    Ok(id.as_str().to_owned())
}

/// The key: of a deleted actor only as stored, since its document may be gone; of any other known, or fetched now.
async fn owner_key(
    app: &App,
    key_id: &str,
    envelope: &Envelope,
) -> Result<std::sync::Arc<KnownKey>, Refused> {
    if envelope.kind == ActivityKind::Delete && envelope.object_id.as_ref() == Some(&envelope.actor) {
        let stored =
            resolve::stored_key(app, key_id).await.map_err(|error| Refused::NotNow(error.to_string()))?;
        return stored.ok_or(Refused::NeverKnown);
    }
    resolve::key(app, key_id).await.map_err(not_fetched)
}

fn not_fetched(error: FetchError) -> Refused {
    match error {
        FetchError::Later(why) => Refused::NotNow(why),
        FetchError::Gone => Refused::Unsigned("there is no such key".into()),
        FetchError::Refused(why) => Refused::Unsigned(why),
    }
}

/// The owner may have a new key: ask once.
async fn again(app: &App, signature: &cavage::Parsed, old: &KnownKey) -> Result<(), Refused> {
    let fresh = resolve::refetched_key(app, &signature.key_id, old).await.map_err(not_fetched)?;
    match fresh {
        Some(fresh) if fresh.owner == old.owner => signature.verify(&fresh.public).map_err(unsigned),
        _ => Err(unsigned(SignatureError::Mismatch)),
    }
}
