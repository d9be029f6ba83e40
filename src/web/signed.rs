//! Who says this, who reads this? The body of a POST within its bounds, its digest, its signature and time, and who owns the
//! key (the actor, or another who hands on what the actor did): all of it before anything is stored; and of a GET the owner
//! of the key that signed it. Both signature schemes are taken everywhere. It knows no meaning of an activity.

mod body;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use reset_federation::activity::{ActivityKind, Envelope, envelope};
use reset_federation::check;
use reset_federation::signature::{self, Parsed, SignatureError};
use reset_federation::url_check::{authority, normalise_authority, same_origin};
use url::Url;

pub use body::{bounded, drain};

use crate::ap::fetch::FetchError;
use crate::ap::knock::{self, Scheme};
use crate::ap::policy::{self, Policy};
use crate::ap::resolve::{self, Failed, KnownKey};
use crate::app::App;
use crate::db;
use crate::web::fair;

/// Why a POST to an inbox is not taken (FEDERATION.md, answers), or a reader not believed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refused {
    /// 400: it cannot be read, or says what it may not.
    #[error("malformed: {0}")]
    Malformed(Why),
    /// 401: the signature is missing, wrong, too old, or another's.
    #[error("not signed by its actor: {0}")]
    Unsigned(Why),
    /// 403: its server or its actor is blocked here.
    #[error("this node does not speak with {0}")]
    Blocked(String),
    /// 413: over 1 MB.
    #[error("the body is larger than 1 MB")]
    TooLarge,
    /// 429: its server, or its address, has sent more than its share; how long to wait.
    #[error("more than its share was sent")]
    TooMany(Duration),
    /// 503: the key could not be fetched for now, or the database does not answer.
    #[error("not now: {0}")]
    NotNow(Why),
    /// 404: nobody lives at this inbox.
    #[error("there is no such inbox")]
    NoSuchInbox,
    /// 202 without effect: the `Delete` of an actor that was never known here, whose key is mostly gone with it.
    #[error("the actor that was deleted was never known here")]
    NeverKnown,
}

/// The details of a refusal: for the sender and the log, and for counting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// One of a few words.
    pub reason: &'static str,
    /// A sentence, perhaps with words of the sender's.
    pub text: String,
}

impl Why {
    /// Of anything that says what is wrong.
    pub fn new(reason: &'static str, text: impl std::fmt::Display) -> Why {
        Why { reason, text: text.to_string() }
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<db::Error> for Refused {
    fn from(error: db::Error) -> Refused {
        Refused::NotNow(Why::new("database", error))
    }
}

impl Refused {
    /// One of a few words, for counting.
    pub fn reason(&self) -> &'static str {
        match self {
            Refused::Malformed(why) | Refused::Unsigned(why) | Refused::NotNow(why) => why.reason,
            Refused::Blocked(_) => "blocked",
            Refused::TooLarge => "too_large",
            Refused::TooMany(_) => "too_many",
            Refused::NoSuchInbox => "no_such_inbox",
            Refused::NeverKnown => "never_known",
        }
    }
}

/// A POST whose sender is known.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The outside of the activity.
    pub envelope: Envelope,
    /// Its id, which lies at the origin of its actor.
    pub id: String,
    /// The id of the owner of the key. Where that is not the actor, it is hearsay: what its actor did is asked later.
    pub signer: Url,
    /// The host of the signer, normalised.
    pub host: String,
    /// How it was signed.
    pub scheme: Scheme,
    /// The bytes.
    pub document: String,
}

/// Verifies a POST to an inbox.
///
/// # Errors
/// See [`Refused`].
pub async fn verify(app: &App, parts: &Parts, body: Bytes) -> Result<Signed, Refused> {
    let signature = read(app, parts)?;
    signature.check_body(&body).map_err(|error| Refused::Unsigned(Why::new(error.reason(), error)))?;
    let envelope = envelope(&body).map_err(malformed)?;
    let id = own_id(app, &envelope)?;
    spoken_with(app, Some(&envelope.actor), &signature.key_id).await?;
    let key = owner_key(app, &signature.key_id, &envelope).await?;
    if key.owner != envelope.actor {
        spoken_with(app, Some(&key.owner), &signature.key_id).await?;
    }
    holds(app, &signature, &key, Failed::Activity).await?;
    // The whole body is UTF-8 where it is JSON, so this copies nothing and fails for nobody honest.
    let document = String::from_utf8(Vec::from(body))
        .map_err(|error| Refused::Malformed(Why::new("not_utf8", error)))?;
    let scheme = knock::scheme_of(&parts.headers);
    Ok(Signed { signer: key.owner.clone(), host: key.host.clone(), scheme, envelope, id, document })
}

/// Who reads a document: the owner of the key that signed the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The id of the actor; mostly the actor of a whole server.
    pub actor: Url,
    /// Its host, normalised.
    pub host: String,
}

/// Who signed a GET; nobody where it is unsigned. A signature that is there must hold.
///
/// An answer that depends on the reader must not be kept by anybody: mark it with [`private`].
///
/// # Errors
/// [`Refused::Blocked`] where this node does not speak with the reader, [`Refused::Unsigned`] where the signature is wrong,
/// [`Refused::NotNow`] where its key could not be fetched for now.
pub async fn reader(app: &App, parts: &Parts) -> Result<Option<Reader>, Refused> {
    if !signature::is_signed(&parts.headers) {
        return Ok(None);
    }
    let turn = fair::enter(app, parts)?;
    let signature = read(app, parts)?;
    spoken_with(app, None, &signature.key_id).await?;
    let key = resolve::key(app, &signature.key_id).await.map_err(not_fetched)?;
    spoken_with(app, Some(&key.owner), &signature.key_id).await?;
    holds(app, &signature, &key, Failed::Read).await?;
    turn.is_signed();
    Ok(Some(Reader { actor: key.owner.clone(), host: key.host.clone() }))
}

/// Says that an answer is this reader's alone: neither caches nor `kept` give it to another.
pub fn private(answer: &mut Response) {
    let headers = answer.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Signature, Signature-Input, Authorization"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
}

/// The signature, with all that can be said of it without its key: what it covers, its time, and that it was made for here.
fn read(app: &App, parts: &Parts) -> Result<Parsed, Refused> {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let parsed =
        signature::parse(app.urls.scheme(), &parts.method, target, &parts.headers).map_err(unsigned)?;
    parsed.check_time(app.now()).map_err(unsigned)?;
    let is_here = parsed.host == app.urls.host()
        || normalise_authority(&parsed.host) == normalise_authority(app.urls.host());
    if !is_here {
        let why = format!("it was signed for the host {}", parsed.host);
        return Err(Refused::Unsigned(Why::new("signed_for_another", why)));
    }
    if app.urls.local(&parsed.key_id).is_some() {
        return Err(Refused::Unsigned(Why::new("own_key", "the key is one of this server's own")));
    }
    Ok(parsed)
}

fn unsigned(error: SignatureError) -> Refused {
    Refused::Unsigned(Why::new(error.reason(), error))
}

fn malformed(refusal: check::Refusal) -> Refused {
    Refused::Malformed(Why::new(refusal.reason(), refusal))
}

/// What can be said of the outside alone: the id is the actor's to give, and so is what it creates, changes or deletes.
fn own_id(app: &App, envelope: &Envelope) -> Result<String, Refused> {
    let id = envelope.id.as_ref().ok_or_else(|| malformed(check::Refusal::Missing("id")))?;
    if !app.config.federation.allow_http && envelope.actor.scheme() != "https" {
        return Err(Refused::Malformed(Why::new("not_https", "the id of the actor is not an https URL")));
    }
    if !same_origin(id, &envelope.actor) {
        return Err(malformed(check::Refusal::ForeignId));
    }
    let owns = matches!(envelope.kind, ActivityKind::Create | ActivityKind::Update | ActivityKind::Delete);
    if owns && envelope.object_id.as_ref().is_some_and(|object| !same_origin(object, &envelope.actor)) {
        return Err(malformed(check::Refusal::ForeignObject));
    }
    if authority(&envelope.actor) == app.urls.host() {
        let why = "the actor lives here and needs no signature to speak";
        return Err(Refused::Malformed(Why::new("own_actor", why)));
    }
    Ok(id.as_str().to_owned())
}

/// Refuses whom this node does not speak with, before anything is asked of their server: the actor, where it is known, and the
/// owner of the key by its id alone.
async fn spoken_with(app: &App, actor: Option<&Url>, key_id: &str) -> Result<(), Refused> {
    let rules = policy::rules(app).await?;
    let no_url = |_| Refused::Unsigned(Why::new("bad_key_id", "the id of the key is no URL"));
    let key = Url::parse(key_id).map_err(no_url)?;
    match actor.into_iter().chain([&key]).find(|id| rules.id(id) == Policy::Blocked) {
        Some(id) => Err(Refused::Blocked(authority(id))),
        None => Ok(()),
    }
}

/// Refuses a GET signed by a server with which this node does not speak. It is asked before what was kept is sent again. What
/// the signature is worth is not looked at: who would hide can leave it out, unless signatures are asked for ([`reader`], which
/// also refuses suspended actors).
///
/// # Errors
/// As [`reader`].
pub async fn spoken_with_reader(app: &App, parts: &Parts) -> Result<(), Refused> {
    if !signature::is_signed(&parts.headers) {
        return Ok(());
    }
    let key = read(app, parts).ok().and_then(|signature| Url::parse(&signature.key_id).ok());
    let Some(host) = key.as_ref().map(authority) else {
        return Ok(());
    };
    match policy::of(app, &host).await? {
        Policy::Blocked => Err(Refused::Blocked(host)),
        Policy::Open | Policy::Limited => Ok(()),
    }
}

/// The key: known, or fetched now. Of a deleted actor as stored, since its document may be gone; of one that was never known
/// nothing is fetched.
async fn owner_key(app: &App, key_id: &str, envelope: &Envelope) -> Result<Arc<KnownKey>, Refused> {
    if envelope.kind == ActivityKind::Delete && envelope.object_id.as_ref() == Some(&envelope.actor) {
        if let Some(stored) = resolve::stored_key(app, key_id).await.map_err(not_fetched)? {
            return Ok(stored);
        }
        if !resolve::is_stored(app, &envelope.actor).await.map_err(not_fetched)? {
            return Err(Refused::NeverKnown);
        }
    }
    resolve::key(app, key_id).await.map_err(not_fetched)
}

fn not_fetched(error: FetchError) -> Refused {
    match error {
        FetchError::Later(why) => Refused::NotNow(Why::new("key_not_fetched", why)),
        FetchError::Gone => Refused::Unsigned(Why::new("key_gone", "there is no such key")),
        FetchError::Refused(why) => Refused::Unsigned(Why::new("key_refused", why)),
    }
}

/// Verifies with the key, or else with the one its owner has now: it may be a new one under the same id. Asked once.
async fn holds(app: &App, signature: &Parsed, key: &KnownKey, failed: Failed) -> Result<(), Refused> {
    if signature.verify(&key.public).is_ok() {
        return Ok(());
    }
    let fresh = resolve::refetched_key(app, &signature.key_id, key, failed).await.map_err(not_fetched)?;
    match fresh {
        Some(fresh) if fresh.owner == key.owner => signature.verify(&fresh.public).map_err(unsigned),
        _ => Err(unsigned(SignatureError::Mismatch)),
    }
}
