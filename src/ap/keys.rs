//! The key pairs of local actors: made on first need, parsed once.

use std::sync::Arc;

use reset_federation::key::{Ed25519Private, KeyError, RsaPrivate};
use reset_federation::proof::ProofError;

use super::proof::Voucher;
use crate::app::App;
use crate::db;
use crate::model::actor::{self, Key};

/// The fragment of an actor's RSA key (what every peer expects).
pub const RSA_FRAGMENT: &str = "main-key";
/// The fragment of an actor's first Ed25519 key.
pub const ED25519_FRAGMENT: &str = "ed25519-key";
/// What the stored Ed25519 keys are called.
pub const ED25519: &str = "ed25519";

/// The keys of a local actor: RSA, ready to sign HTTP requests, and Ed25519, ready to vouch for documents.
#[derive(Debug)]
pub struct Signer {
    /// `<actor>#main-key`.
    pub key_id: String,
    /// The private key.
    pub key: RsaPrivate,
    /// The public half, SPKI PEM.
    pub public_pem: String,
    /// The Ed25519 public key, as a Multikey (FEP-521a).
    pub ed25519_multibase: String,
    /// Makes integrity proofs.
    pub voucher: Voucher,
}

/// The signers in memory, by row id of the actor.
struct Signers(moka::sync::Cache<i64, Arc<Signer>>);

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
/// Where two processes make one at once, the first stored is everybody's.
///
/// # Errors
/// See [`Error`].
pub async fn signer(app: &App, actor_id: i64) -> Result<Arc<Signer>, Error> {
    let memory = app.caches.of::<Signers>();
    if let Some(signer) = memory.0.get(&actor_id) {
        return Ok(signer);
    }
    let (row, mut keys) = app
        .db
        .read(move |conn| Ok::<_, Error>((actor::by_id(conn, actor_id)?, actor::keys(conn, actor_id)?)))
        .await?;
    if current(&keys, "rsa").is_none() || current(&keys, ED25519).is_none() {
        let made = tokio::task::spawn_blocking(generate).await.map_err(|_| Error::Interrupted)??;
        let now = app.now().naive_utc();
        keys = app
            .db
            .write(move |conn| {
                for key in &made {
                    actor::insert_key(conn, actor_id, key, now)?;
                }
                Ok::<_, Error>(actor::keys(conn, actor_id)?)
            })
            .await?;
    }
    let (Some(rsa), Some(ed25519)) = (current(&keys, "rsa"), current(&keys, ED25519)) else {
        return Err(db::Error::Corrupt(format!("the actor `{}` has no current key", row.handle)).into());
    };
    let url = app.urls.actor(row.kind, &row.handle);
    let signer = Arc::new(Signer {
        key_id: format!("{url}#{}", rsa.fragment),
        key: RsaPrivate::from_pkcs8_der(&rsa.private_der)?,
        public_pem: rsa.public.clone(),
        ed25519_multibase: ed25519.public.clone(),
        voucher: Voucher::new(&url, ed25519)?,
    });
    memory.0.insert(actor_id, signer.clone());
    Ok(signer)
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
    Key { fragment: fragment.to_owned(), algorithm: algorithm.to_owned(), private_der, public, retired_at: None }
}
