//! Does a document of another server vouch for itself (FEP-8b32)? Verified with the keys that its actor lists, fetched by its
//! own id. It says whose word a document is, not what that actor may say.

use chrono::{DateTime, TimeDelta, Utc};
use reset_federation::limits::SIGNATURE_EXPIRES_MAX;
use reset_federation::proof::{Proof, ProofError};
use serde_json::Value;
use url::Url;

use super::fetch::{FetchError, Fetcher};
use super::resolve::{self, Age, Failed};
use crate::model::remote::Remote;

/// Why a document does not vouch for itself.
#[derive(Debug, thiserror::Error)]
pub enum Unvouched {
    /// It has no proof.
    #[error("it has no proof")]
    Missing,
    /// The proof cannot be used, or does not match.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The key is not one with which the actor vouches.
    #[error("the key of the proof is not in the assertionMethod of its actor")]
    Key,
    /// The proof was made too long ago to tell what still stands, or does not say when.
    #[error("the proof was not made within the last twelve hours")]
    Old,
    /// Who its actor is cannot be told.
    #[error(transparent)]
    Actor(#[from] FetchError),
}

/// How old a proof may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// At any time: for what is kept as evidence.
    Ever,
    /// Within the time for which ids of activities are remembered: what is older may be a replay of what was since undone.
    Lately,
}

/// Whether `document` carries a proof of `by`: the key is listed in the `assertionMethod` of that actor. Where it is not, or
/// does not match, the actor is asked again once: its keys may be new.
///
/// # Errors
/// [`Unvouched`].
pub async fn check(fetcher: &Fetcher<'_>, document: &Value, by: &Url, made: Made) -> Result<(), Unvouched> {
    let now = fetcher.app().now();
    let proof = Proof::read(document)?.ok_or(Unvouched::Missing)?;
    let oldest = now - TimeDelta::from_std(SIGNATURE_EXPIRES_MAX).unwrap_or_default();
    if made == Made::Lately && proof.created().is_none_or(|at| at < oldest) {
        return Err(Unvouched::Old);
    }
    let known = resolve::actor(fetcher, by, Age::Day).await?;
    match verify(fetcher, &proof, &known, now) {
        Ok(()) => Ok(()),
        Err(failure) if !resolve::may_ask_again(fetcher.app(), by, Failed::Activity) => Err(failure),
        Err(_) => {
            let fresh = resolve::actor(fetcher, by, Age::Now).await?;
            verify(fetcher, &proof, &fresh, now)
        }
    }
}

fn verify(
    fetcher: &Fetcher<'_>,
    proof: &Proof<'_>,
    remote: &Remote,
    now: DateTime<Utc>,
) -> Result<(), Unvouched> {
    let listed = resolve::parsed(fetcher.app(), remote).map_err(FetchError::from)?.assertion_methods;
    let key = listed.iter().find(|key| key.id.as_str() == proof.method()).ok_or(Unvouched::Key)?;
    let public = key.public_key().map_err(ProofError::from)?;
    Ok(proof.verify(&public, now)?)
}
