//! The key pairs of local actors: made on first need, parsed once, and noticed when they change.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use reset_federation::key::{Ed25519Private, KeyError, RsaPrivate};
use reset_federation::proof::ProofError;

use super::proof::Voucher;
use crate::app::{App, Urls};
use crate::db::{self, Conn};
use crate::model::actor::{self, Key, Listed};

/// The fragment of an actor's RSA key (what every peer expects).
pub const RSA_FRAGMENT: &str = "main-key";
/// The fragment of an actor's first Ed25519 key.
pub const ED25519_FRAGMENT: &str = "ed25519-key";
/// What the stored Ed25519 keys are called.
pub const ED25519: &str = "ed25519";

/// The keys of a local actor: RSA, ready to sign HTTP requests, and Ed25519, ready to vouch for documents.
#[derive(Debug)]
pub struct Signer {
    /// `<actor>#main-key`, after a rotation `#main-key-2` and so on.
    pub key_id: String,
    /// The private key.
    pub key: RsaPrivate,
    /// The public half, SPKI PEM.
    pub public_pem: String,
    /// The Ed25519 public keys by their ids, as Multikeys (FEP-521a): the current one, then those before it that are not revoked.
    pub assertion: Vec<(String, String)>,
    /// Makes integrity proofs.
    pub voucher: Voucher,
}

/// How long a signer is used before the database is asked whether the actor has new keys: the command line rotates them beside
/// a server that runs.
const RECHECK: TimeDelta = TimeDelta::milliseconds(300);

/// A signer in memory.
struct Kept {
    signer: Arc<Signer>,
    /// What was listed when it was made.
    listed: Vec<Listed>,
    /// When that was last seen to be so, in microseconds since 1970.
    seen: AtomicI64,
}

/// The signers in memory, by row id of the actor.
struct Signers(moka::sync::Cache<i64, Arc<Kept>>);

impl Default for Signers {
    fn default() -> Signers {
        Signers(moka::sync::Cache::new(4096))
    }
}

/// Why an actor cannot sign.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// A key could not be made or read.
    #[error("a key of a local actor cannot be used: {0}")]
    Key(#[from] KeyError),
    /// A document could not be vouched for.
    #[error("a document of a local actor cannot be vouched for: {0}")]
    Proof(#[from] ProofError),
    /// The thread that made a key stopped.
    #[error("making a key was interrupted")]
    Interrupted,
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Error {
        Error::Db(error.into())
    }
}

/// The signer of a local actor: from memory, else from the database, else made now (some 0.1 s of work on a blocking thread).
/// Where two processes make one at once, the first stored is everybody's. New keys of another process are noticed within
/// 0.3 s: one caller asks, the others use what there is meanwhile.
///
/// # Errors
/// See [`Error`].
pub async fn signer(app: &App, actor_id: i64) -> Result<Arc<Signer>, Error> {
    signer_since(app, actor_id, DateTime::UNIX_EPOCH).await
}

/// As [`signer`], but with keys that were the actor's at `since` or later: what was said with new keys goes out with them.
///
/// # Errors
/// See [`Error`].
pub async fn signer_since(app: &App, actor_id: i64, since: DateTime<Utc>) -> Result<Arc<Signer>, Error> {
    let memory = app.caches.of::<Signers>();
    if let Some(kept) = memory.0.get(&actor_id)
        && kept.seen.load(Ordering::Relaxed) >= since.timestamp_micros()
    {
        let (now, seen) = (app.now().timestamp_micros(), kept.seen.load(Ordering::Relaxed));
        let is_fresh = (now - seen).abs() < RECHECK.num_microseconds().unwrap_or_default();
        if is_fresh || kept.seen.compare_exchange(seen, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return Ok(Arc::clone(&kept.signer));
        }
    }
    current_signer(app, actor_id).await
}

/// As [`signer`], but with the keys that the actor has now.
///
/// # Errors
/// See [`Error`].
pub async fn current_signer(app: &App, actor_id: i64) -> Result<Arc<Signer>, Error> {
    let memory = app.caches.of::<Signers>();
    let now = app.now().timestamp_micros();
    let listed = app.db.read(move |conn| Ok::<_, db::Error>(actor::listed_keys(conn, actor_id)?)).await?;
    if let Some(kept) = memory.0.get(&actor_id)
        && kept.listed == listed
    {
        kept.seen.store(now, Ordering::Relaxed);
        return Ok(Arc::clone(&kept.signer));
    }
    let has =
        |algorithm: &str| listed.iter().any(|key| key.algorithm == algorithm && key.retired_at.is_none());
    if !has("rsa") || !has(ED25519) {
        let first = make().await?.0;
        let at = app.now().naive_utc();
        let write = move |conn: &mut Conn| {
            first.iter().try_for_each(|key| Ok::<_, db::Error>(actor::insert_key(conn, actor_id, key, at)?))
        };
        app.db.write(write).await?;
    }
    let urls = app.urls.clone();
    let read = move |conn: &mut Conn| {
        // In this order: what changes in between is seen to differ the next time.
        let listed = actor::listed_keys(conn, actor_id)?;
        Ok::<_, Error>((listed, stored(conn, &urls, actor_id)?))
    };
    let (listed, signer) = app.db.read(read).await?;
    let signer = Arc::new(signer);
    let kept = Kept { signer: Arc::clone(&signer), listed, seen: AtomicI64::new(now) };
    memory.0.insert(actor_id, Arc::new(kept));
    Ok(signer)
}

/// The signer as the database has it.
///
/// # Errors
/// See [`Error`]; also where the actor has no keys yet.
pub fn stored(conn: &mut Conn, urls: &Urls, actor_id: i64) -> Result<Signer, Error> {
    let row = actor::by_id(conn, actor_id)?;
    let (keys, listed) = (actor::keys(conn, actor_id)?, actor::listed_keys(conn, actor_id)?);
    let (Some(rsa), Some(ed25519)) = (current(&keys, "rsa"), current(&keys, ED25519)) else {
        return Err(db::Error::Corrupt(format!("the actor `{}` has no current key", row.handle)).into());
    };
    let url = urls.actor(row.kind, &row.handle);
    let id = |fragment: &str| format!("{url}#{fragment}");
    let mut assertion = vec![(id(&ed25519.fragment), ed25519.public.clone())];
    let others = listed.into_iter().filter(|key| key.algorithm == ED25519);
    assertion.extend(
        others.filter(|key| key.fragment != ed25519.fragment).map(|key| (id(&key.fragment), key.public)),
    );
    Ok(Signer {
        key_id: id(&rsa.fragment),
        key: RsaPrivate::from_pkcs8_der(&rsa.private_der)?,
        public_pem: rsa.public.clone(),
        assertion,
        voucher: Voucher::new(&url, ed25519)?,
    })
}

/// Forgets what is in memory of an actor's keys, after this process changed them.
pub fn forget(app: &App, actor_id: i64) {
    app.caches.of::<Signers>().0.invalidate(&actor_id);
}

/// A new key pair of each algorithm, named as an actor's first ones.
pub struct Made([Key; 2]);

/// Makes new keys, on a blocking thread.
///
/// # Errors
/// See [`Error`].
pub async fn make() -> Result<Made, Error> {
    Ok(Made(tokio::task::spawn_blocking(generate).await.map_err(|_| Error::Interrupted)??))
}

impl Made {
    /// The keys under ids that the actor, who had these before, never had.
    pub fn named(self, before: &[Key]) -> [Key; 2] {
        self.0.map(|key| {
            let stem = if key.algorithm == "rsa" { RSA_FRAGMENT } else { ED25519 };
            let free = |fragment: &String| before.iter().all(|other| other.fragment != *fragment);
            let fragment = (2..=before.len() + 2).map(|number| format!("{stem}-{number}")).find(free);
            Key { fragment: fragment.unwrap_or(key.fragment), ..key }
        })
    }
}

fn current<'a>(keys: &'a [Key], algorithm: &str) -> Option<&'a Key> {
    keys.iter().rfind(|key| key.algorithm == algorithm && key.retired_at.is_none())
}

fn generate() -> Result<[Key; 2], KeyError> {
    let rsa = RsaPrivate::generate()?;
    let rsa = row(RSA_FRAGMENT, "rsa", rsa.to_pkcs8_der()?, rsa.public_pem());
    Ok([rsa, generate_ed25519()?])
}

/// A new first Ed25519 key for an actor; some 20 µs.
///
/// # Errors
/// [`KeyError`] where the machine cannot make one.
pub fn generate_ed25519() -> Result<Key, KeyError> {
    let key = Ed25519Private::generate()?;
    Ok(row(ED25519_FRAGMENT, ED25519, key.to_pkcs8()?, key.public_multibase()))
}

fn row(fragment: &str, algorithm: &str, private_der: Vec<u8>, public: String) -> Key {
    Key {
        fragment: fragment.to_owned(),
        algorithm: algorithm.to_owned(),
        private_der,
        public,
        retired_at: None,
    }
}
