//! Actors of other servers and their keys: from memory, from the database, else fetched and stored. Failures
//! are remembered for a while, in bounded number, so that a stranger cannot make us ask the same question again and again.

use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use reset_federation::actor;
use reset_federation::actor::{KeyMaterial, RemoteActor};
use reset_federation::check::{self, Refusal};
use reset_federation::key::PublicKey;
use reset_federation::limits::MAX_KEY_FETCHES;
use reset_federation::url_check::{self, authority};
use tokio::sync::Semaphore;
use url::Url;

use super::fetch::{Document, FetchError, Fetcher};
use crate::app::App;
use crate::db::{self, Conn};
use crate::model;
use crate::model::remote::{NewRemote, Remote};

/// Most keys in memory; one takes about 1 kB.
const KEYS: u64 = 20_000;
/// Most failures that are remembered.
const FAILURES: u64 = 10_000;
/// How long a key is used before the database is asked again: another process may have refreshed it.
const KEY_LIFE: Duration = Duration::from_secs(600);
/// How long a refused key or one that is gone is not asked for again.
const REFUSED_LIFE: Duration = Duration::from_secs(300);
/// How long a server that could not be reached is left alone.
const LATER_LIFE: Duration = Duration::from_secs(10);
/// How often an actor is fetched again because a signature failed.
const REFETCH_PAUSE: Duration = Duration::from_secs(60);

/// Most fetches of keys from one host at once, so that a slow one holds few of our connections.
const KEY_FETCHES: usize = 16;
/// How long a key fetch waits for its turn.
const KEY_TURN: Duration = Duration::from_secs(5);

/// A key that was believed: its owner, fetched by its own id, lists it.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// The id of its owner.
    pub owner: Url,
    /// The row id of its owner.
    pub owner_row: i64,
    /// The owner's host (and port), normalised.
    pub host: String,
    /// The key, parsed.
    pub public: PublicKey,
}

/// What this file keeps in memory.
struct Memory {
    keys: moka::future::Cache<String, Arc<KnownKey>>,
    refused: moka::sync::Cache<String, FetchError>,
    later: moka::sync::Cache<String, FetchError>,
    refetched: moka::sync::Cache<String, ()>,
    turns: moka::sync::Cache<String, Arc<Semaphore>>,
}

impl Default for Memory {
    fn default() -> Memory {
        let failures = |life| moka::sync::Cache::builder().max_capacity(FAILURES).time_to_live(life).build();
        Memory {
            keys: moka::future::Cache::builder().max_capacity(KEYS).time_to_live(KEY_LIFE).build(),
            refused: failures(REFUSED_LIFE),
            later: failures(LATER_LIFE),
            refetched: moka::sync::Cache::builder()
                .max_capacity(FAILURES)
                .time_to_live(REFETCH_PAUSE)
                .build(),
            turns: moka::sync::Cache::builder().max_capacity(FAILURES).time_to_idle(REFETCH_PAUSE).build(),
        }
    }
}

/// The key with this id. Questions for one key that come at once are asked once.
///
/// # Errors
/// [`FetchError`]: gone, refused, or not to be had for now.
pub async fn key(app: &App, key_id: &str) -> Result<Arc<KnownKey>, FetchError> {
    let memory = app.caches.of::<Memory>();
    if let Some(known) = memory.keys.get(key_id).await {
        return Ok(known);
    }
    if let Some(failure) = memory.refused.get(key_id).or_else(|| memory.later.get(key_id)) {
        return Err(failure);
    }
    let made = memory.keys.try_get_with_by_ref(key_id, stored_or_fetched(app, key_id)).await;
    made.map_err(|failure| {
        let failure = FetchError::clone(&failure);
        let failures = match failure {
            FetchError::Later(_) => &memory.later,
            FetchError::Gone | FetchError::Refused(_) => &memory.refused,
        };
        failures.insert(key_id.to_owned(), failure.clone());
        failure
    })
}

async fn stored_or_fetched(app: &App, key_id: &str) -> Result<Arc<KnownKey>, FetchError> {
    match stored_key(app, key_id).await? {
        Some(known) => Ok(known),
        None => fetched_key(app, key_id).await,
    }
}

/// The key with this id as the database has it: for a `Delete` of an actor whose document may be gone.
///
/// # Errors
/// The database's.
pub async fn stored_key(app: &App, key_id: &str) -> Result<Option<Arc<KnownKey>>, FetchError> {
    let wanted = key_id.to_owned();
    let row = app.db.read(move |conn| Ok::<_, db::Error>(model::remote::key(conn, &wanted)?)).await?;
    Ok(row.and_then(|(owner, public)| known(&owner, &public)).map(Arc::new))
}

/// None where the stored text is no key: it is fetched again then.
fn known(owner: &Remote, public: &str) -> Option<KnownKey> {
    let parsed = match public.starts_with("-----") {
        true => PublicKey::from_pem(public),
        false => PublicKey::from_multibase(public),
    };
    Some(KnownKey {
        owner: Url::parse(&owner.url).ok()?,
        owner_row: owner.id,
        host: owner.host.clone(),
        public: parsed.ok()?,
    })
}

/// What a signature was on that did not match its owner's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// A read.
    Read,
    /// An activity, or a proof of one.
    Activity,
}

/// Whether an actor may be fetched again because a signature of its failed; not twice within a minute. Reads are counted apart:
/// one that fails, perhaps by a stranger's hand (Fedify signs the fragment of a URL, which nobody receives), must not keep the
/// activities of an actor with new keys out for that minute.
pub fn may_ask_again(app: &App, actor: &Url, failed: Failed) -> bool {
    let asked = match failed {
        Failed::Read => format!("read {actor}"),
        Failed::Activity => actor.to_string(),
    };
    app.caches.of::<Memory>().refetched.entry(asked).or_insert(()).is_fresh()
}

/// Asks the owner again after a signature did not match: the key may have been rotated. None where the owner was asked a
/// moment ago.
///
/// # Errors
/// As [`key`].
pub async fn refetched_key(
    app: &App,
    key_id: &str,
    old: &KnownKey,
    failed: Failed,
) -> Result<Option<Arc<KnownKey>>, FetchError> {
    if !may_ask_again(app, &old.owner, failed) {
        return Ok(None);
    }
    let fresh = fetched_key(app, key_id).await?;
    let memory = app.caches.of::<Memory>();
    memory.keys.insert(key_id.to_owned(), Arc::clone(&fresh)).await;
    Ok(Some(fresh))
}

/// Forgets what is in memory of these keys, after their owner changed them.
pub async fn forget_keys(app: &App, keys: &[String]) {
    let memory = app.caches.of::<Memory>();
    for key in keys {
        memory.keys.invalidate(key).await;
        memory.refused.invalidate(key);
    }
}

/// Forgets every key that is in memory: some of their owners may be known here no more.
pub(super) fn forget_all_keys(app: &App) {
    app.caches.of::<Memory>().keys.invalidate_all();
}

/// A key document counts only where its owner, fetched by its own id, lists that key id with the same key (FEDERATION.md
/// section 4). GoToSocial serves at the key's id an actor whose id is another: the fetcher then reads that one.
async fn fetched_key(app: &App, key_id: &str) -> Result<Arc<KnownKey>, FetchError> {
    let allow_http = app.config.federation.allow_http;
    let url = url_check::id_with_fragment(key_id, allow_http).map_err(Refusal::from)?;
    let memory = app.caches.of::<Memory>();
    let turns = memory.turns.get_with(authority(&url), || Arc::new(Semaphore::new(KEY_FETCHES)));
    let Ok(Ok(_turn)) = tokio::time::timeout(KEY_TURN, turns.acquire()).await else {
        return Err(FetchError::Later("too many keys are being fetched from there".into()));
    };
    let fetcher = Fetcher::with(app, MAX_KEY_FETCHES);
    let first = fetcher.document(&url).await?;
    let owner = actor::key_owner(&first.value, key_id, allow_http)?;
    let (document, claimed) = match first.id == owner {
        true => (first, None),
        false => {
            let claimed = first.value.get("publicKeyPem").and_then(|pem| pem.as_str()).map(str::to_owned);
            (fetcher.document(&owner).await?, claimed)
        }
    };
    if document.id != owner {
        return Err(Refusal::UnknownKey.into());
    }
    let parsed = actor::parse(&document.value, allow_http)?;
    let listed = check::listed_key(&parsed, key_id)?;
    if let (Some(claimed), KeyMaterial::Pem(pem)) = (claimed, &listed.material)
        && !claimed.split_whitespace().eq(pem.split_whitespace())
    {
        return Err(Refusal::UnknownKey.into());
    }
    let public = listed.public_key().map_err(|error| FetchError::Refused(error.to_string()))?;
    let host = authority(&parsed.id);
    let owner_row = store(app, parsed, document.text).await?;
    Ok(Arc::new(KnownKey { owner, owner_row, host, public }))
}

/// How old a stored actor may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Any age.
    Any,
    /// A day.
    Day,
    /// It is fetched in any case.
    Now,
}

/// An actor by its id. Where it is stored but too old and cannot be fetched for now, the stored one is answered.
///
/// # Errors
/// See [`FetchError`].
pub async fn actor(fetcher: &Fetcher<'_>, url: &Url, age: Age) -> Result<Remote, FetchError> {
    let app = fetcher.app();
    let stored = by_url(app, url).await?;
    let limit = match age {
        Age::Any => TimeDelta::MAX,
        Age::Day => TimeDelta::days(1),
        Age::Now => TimeDelta::MIN,
    };
    let now = app.now().naive_utc();
    if let Some(remote) = &stored
        && now - remote.fetched_at <= limit
    {
        return Ok(remote.clone());
    }
    let document = match (fetcher.document(url).await, stored) {
        (Ok(document), _) => document,
        (Err(FetchError::Later(_)), Some(remote)) if age != Age::Now => return Ok(remote),
        (Err(error), _) => return Err(error),
    };
    let id = keep_document(app, document).await?;
    let row = app.db.read(move |conn| Ok::<_, db::Error>(model::remote::by_id(conn, id)?)).await?;
    Ok(row)
}

async fn keep_document(app: &App, document: Document) -> Result<i64, FetchError> {
    let parsed = actor::parse(&document.value, app.config.federation.allow_http)?;
    store(app, parsed, document.text).await
}

/// Whether anything is stored of the actor with this id.
///
/// # Errors
/// The database's.
pub async fn is_stored(app: &App, url: &Url) -> Result<bool, FetchError> {
    Ok(by_url(app, url).await?.is_some())
}

async fn by_url(app: &App, url: &Url) -> Result<Option<Remote>, FetchError> {
    let wanted = url.as_str().to_owned();
    Ok(app.db.read(move |conn| Ok::<_, db::Error>(model::remote::by_url(conn, &wanted)?)).await?)
}

async fn store(app: &App, actor: RemoteActor, text: String) -> Result<i64, FetchError> {
    let now = app.now().naive_utc();
    let mut ids: Vec<String> = actor.keys.iter().map(|key| key.id.to_string()).collect();
    let write = move |conn: &mut Conn| {
        let before = model::remote::key_ids(conn, actor.id.as_str())?;
        Ok::<_, db::Error>((keep(conn, &actor, text, now)?, before))
    };
    let (id, before) = app.db.write(write).await?;
    ids.extend(before);
    forget_keys(app, &ids).await;
    Ok(id)
}

/// Stores an actor that its own server told, with its keys. A key id that another actor holds stays with that one. Its row id.
///
/// # Errors
/// The database's.
pub fn keep(
    conn: &mut Conn,
    actor: &RemoteActor,
    document: String,
    now: NaiveDateTime,
) -> model::Result<i64> {
    let username = actor.preferred_username.clone().unwrap_or_default();
    let row = NewRemote {
        url: actor.id.to_string(),
        kind: actor.kind.clone(),
        host: authority(&actor.id),
        name: actor.name.as_ref().unwrap_or(&username).chars().take(200).collect(),
        username,
        page: actor.url.as_ref().map(Url::to_string),
        inbox: actor.inbox.to_string(),
        shared_inbox: actor.shared_inbox.as_ref().map(Url::to_string),
        document,
        fetched_at: now,
        gone_at: None,
    };
    let mut keys = Vec::with_capacity(actor.keys.len());
    for key in &actor.keys {
        let id = key.id.to_string();
        let holder = model::remote::key(conn, &id)?;
        if holder.is_none_or(|(holder, _)| holder.url == row.url) {
            let (KeyMaterial::Pem(text) | KeyMaterial::Multibase(text)) = &key.material;
            keys.push((id, text.clone()));
        }
    }
    let id = model::remote::upsert(conn, &row, &keys)?;
    model::remote::set_moved_to(conn, id, actor.moved_to.as_ref().map(Url::as_str))?;
    Ok(id)
}

/// What the stored document of an actor says.
///
/// # Errors
/// [`Refusal`] where it cannot be read; that of a deleted actor is empty.
pub fn parsed(app: &App, remote: &Remote) -> Result<RemoteActor, Refusal> {
    let value = reset_federation::json::parse(remote.document.as_bytes())?;
    actor::parse(&value, app.config.federation.allow_http)
}
