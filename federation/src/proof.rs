//! Integrity proofs (FEP-8b32) with the cryptosuite `eddsa-jcs-2022` (W3C Data Integrity EdDSA Cryptosuites, section 3.3):
//! a document that says by itself who vouches for it, whoever hands it on.
//!
//! Canonical JSON, making, reading and verifying. Whose key a verification method is, and whether that actor may say what
//! the document says, is asked by the caller ([`crate::actor::RemoteActor::assertion_methods`]); nothing is fetched here.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

use crate::key::{Algorithm, Ed25519Private, KeyError, PublicKey};
use crate::limits::{MAX_PROOF_VALUE, MAX_PROOFS, MAX_URL, SIGNATURE_WINDOW};

/// The type of every proof.
pub const TYPE: &str = "DataIntegrityProof";
/// The one way of making them that is read and written here.
pub const CRYPTOSUITE: &str = "eddsa-jcs-2022";
/// What an actor vouches with: a key of this property of its document (FEP-521a).
pub const PURPOSE: &str = "assertionMethod";

/// Why a document does not vouch for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The document is no object, or not one that can be written canonically.
    #[error("the document cannot be written in its canonical form")]
    Document,
    /// More than [`MAX_PROOFS`].
    #[error("the document has too many proofs")]
    TooMany,
    /// None of the proofs is of the type and suite that are known here.
    #[error("the proof is of another kind than eddsa-jcs-2022")]
    Suite,
    /// A property of the proof is missing or cannot be read.
    #[error("the property {0} of the proof cannot be read")]
    Property(&'static str),
    /// It was made for another purpose than vouching.
    #[error("the purpose of the proof is not assertionMethod")]
    Purpose,
    /// Its `@context` is not how the document's begins.
    #[error("the context of the proof is not the beginning of the document's")]
    Context,
    /// Its `expires` has passed.
    #[error("the proof has expired")]
    Expired,
    /// Its `created` lies in the future.
    #[error("the proof was made in the future")]
    Future,
    /// It was made with another key, or over another document.
    #[error("the proof does not match the document")]
    Mismatch,
    /// The key cannot sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl ProofError {
    /// A short word for metrics and logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Document => "proof_document",
            Self::TooMany => "proof_too_many",
            Self::Suite => "proof_suite",
            Self::Property(_) => "proof_property",
            Self::Purpose => "proof_purpose",
            Self::Context => "proof_context",
            Self::Expired => "proof_expired",
            Self::Future => "proof_future",
            Self::Mismatch => "proof_mismatch",
            Self::Key(_) => "proof_key",
        }
    }
}

/// JSON in its one canonical form (RFC 8785). Numbers are IEEE 754 doubles there: integers beyond 2^53 lose digits.
///
/// # Errors
/// [`ProofError::Document`] where the value cannot be written as JSON.
pub fn canonical(value: &impl Serialize) -> Result<Vec<u8>, ProofError> {
    serde_jcs::to_vec(value).map_err(|_| ProofError::Document)
}

/// Whether a document carries a proof, of whatever kind.
#[must_use]
pub fn is_present(document: &Value) -> bool {
    document.get("proof").is_some_and(|proof| !proof.is_null())
}

/// Puts a proof into a document, in the place of one that was there. Its `@context` is the document's; `method` is the id of
/// `key` in the `assertionMethod` of the signer; `created` is cut to whole seconds. The same document, key and time give the
/// same proof.
///
/// # Errors
/// [`ProofError::Document`] where the document is no object, [`ProofError::Key`] where the key cannot sign.
pub fn sign(
    document: &mut Value,
    method: &str,
    key: &Ed25519Private,
    created: DateTime<Utc>,
) -> Result<(), ProofError> {
    let members = document.as_object_mut().ok_or(ProofError::Document)?;
    let mut proof = Map::new();
    if let Some(context) = members.get("@context") {
        proof.insert("@context".to_owned(), context.clone());
    }
    let created = created.to_rfc3339_opts(SecondsFormat::Secs, true);
    for (name, value) in [
        ("type", TYPE),
        ("cryptosuite", CRYPTOSUITE),
        ("verificationMethod", method),
        ("proofPurpose", PURPOSE),
        ("created", created.as_str()),
    ] {
        proof.insert(name.to_owned(), value.into());
    }
    let message = message(&proof, &unsecured(members, None))?;
    let signature = key.sign(&message)?;
    proof.insert("proofValue".to_owned(), format!("z{}", bs58::encode(signature).into_string()).into());
    members.insert("proof".to_owned(), Value::Object(proof));
    Ok(())
}

/// The proof of a document, read but not yet verified.
#[derive(Debug, Clone)]
pub struct Proof<'d> {
    document: &'d Map<String, Value>,
    /// The proof as received, without its value.
    config: BTreeMap<&'d str, &'d Value>,
    method: &'d str,
    created: Option<DateTime<Utc>>,
    expires: Option<DateTime<Utc>>,
    signature: Vec<u8>,
}

impl<'d> Proof<'d> {
    /// Reads the proof of a document: of several, the first of the suite that is known here. None where there is none at all.
    ///
    /// # Errors
    /// [`ProofError`] where there is one that cannot be used.
    pub fn read(document: &'d Value) -> Result<Option<Self>, ProofError> {
        if !is_present(document) {
            return Ok(None);
        }
        let proof = proofs(document)?.iter().filter_map(Value::as_object).find(|proof| is_known(proof));
        Self::of(document, proof.ok_or(ProofError::Suite)?).map(Some)
    }

    /// Reads every proof of a document, each of which must be of the suite that is known here. None where there is none.
    ///
    /// # Errors
    /// [`ProofError`] where there is one that cannot be used.
    pub fn read_all(document: &'d Value) -> Result<Vec<Self>, ProofError> {
        let known =
            |proof: &'d Value| proof.as_object().filter(|proof| is_known(proof)).ok_or(ProofError::Suite);
        proofs(document)?.iter().map(|proof| Self::of(document, known(proof)?)).collect()
    }

    fn of(document: &'d Value, proof: &'d Map<String, Value>) -> Result<Self, ProofError> {
        if proof.get("proofPurpose").and_then(Value::as_str) != Some(PURPOSE) {
            return Err(ProofError::Purpose);
        }
        let document_members = document.as_object().ok_or(ProofError::Document)?;
        let read = Self {
            config: members(proof, &["proofValue"]),
            method: text(proof, "verificationMethod", MAX_URL)?,
            created: time(proof, "created")?,
            expires: time(proof, "expires")?,
            signature: signature(text(proof, "proofValue", MAX_PROOF_VALUE)?)?,
            document: document_members,
        };
        match read.config.get("@context") {
            Some(context) if !begins_with(document.get("@context"), context) => Err(ProofError::Context),
            _ => Ok(read),
        }
    }

    /// The id of the key, as the proof names it. Nothing is known yet of whose it is.
    #[must_use]
    pub fn method(&self) -> &'d str {
        self.method
    }

    /// When it was made, as it says.
    #[must_use]
    pub fn created(&self) -> Option<DateTime<Utc>> {
        self.created
    }

    /// Verifies the proof with the key that its method names.
    ///
    /// A context in the proof stands for that of the document. Where it has none, both readings count: FEP-8b32 signs such a
    /// proof as it is, others with the document's context put in.
    ///
    /// # Errors
    /// [`ProofError::Expired`], [`ProofError::Future`] (by more than [`SIGNATURE_WINDOW`]), [`ProofError::Mismatch`].
    pub fn verify(&self, key: &PublicKey, now: DateTime<Utc>) -> Result<(), ProofError> {
        if self.expires.is_some_and(|expires| expires < now) {
            return Err(ProofError::Expired);
        }
        let latest = now + TimeDelta::from_std(SIGNATURE_WINDOW).unwrap_or_default();
        if self.created.is_some_and(|created| created > latest) {
            return Err(ProofError::Future);
        }
        let context = self.config.get("@context").copied();
        let unsecured = unsecured(self.document, context);
        if key.verify(Algorithm::Ed25519, &message(&self.config, &unsecured)?, &self.signature) {
            return Ok(());
        }
        match (context, self.document.get("@context")) {
            (None, Some(of_document)) => {
                let mut config = self.config.clone();
                config.insert("@context", of_document);
                match key.verify(Algorithm::Ed25519, &message(&config, &unsecured)?, &self.signature) {
                    true => Ok(()),
                    false => Err(ProofError::Mismatch),
                }
            }
            _ => Err(ProofError::Mismatch),
        }
    }
}

/// The proofs of a document, at most [`MAX_PROOFS`].
fn proofs(document: &Value) -> Result<&[Value], ProofError> {
    let proofs = crate::fields::entries(document, "proof");
    if proofs.len() > MAX_PROOFS { Err(ProofError::TooMany) } else { Ok(proofs) }
}

fn is_known(proof: &Map<String, Value>) -> bool {
    let is = |name: &str, wanted: &str| proof.get(name).and_then(Value::as_str) == Some(wanted);
    is("type", TYPE) && is("cryptosuite", CRYPTOSUITE)
}

fn text<'d>(
    proof: &'d Map<String, Value>,
    name: &'static str,
    longest: usize,
) -> Result<&'d str, ProofError> {
    let text = proof.get(name).and_then(Value::as_str).filter(|text| text.len() <= longest);
    text.ok_or(ProofError::Property(name))
}

fn time(proof: &Map<String, Value>, name: &'static str) -> Result<Option<DateTime<Utc>>, ProofError> {
    let Some(value) = proof.get(name) else { return Ok(None) };
    let read = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    read.map(|at| Some(at.to_utc())).ok_or(ProofError::Property(name))
}

fn signature(value: &str) -> Result<Vec<u8>, ProofError> {
    let bytes = value.strip_prefix('z').and_then(|digits| bs58::decode(digits).into_vec().ok());
    bytes.filter(|bytes| bytes.len() == 64).ok_or(ProofError::Property("proofValue"))
}

/// Whether the entries of `context` are the first ones of the document's.
fn begins_with(of_document: Option<&Value>, context: &Value) -> bool {
    of_document.is_some_and(|whole| entries(whole).starts_with(entries(context)))
}

fn entries(context: &Value) -> &[Value] {
    match context {
        Value::Array(entries) => entries,
        one => std::slice::from_ref(one),
    }
}

fn members<'d>(of: &'d Map<String, Value>, without: &[&str]) -> BTreeMap<&'d str, &'d Value> {
    let named = of.iter().map(|(name, value)| (name.as_str(), value));
    named.filter(|(name, _)| !without.contains(name)).collect()
}

/// What is signed of a document: all but its signatures, with the context of the proof where that has one.
fn unsecured<'d>(
    document: &'d Map<String, Value>,
    context: Option<&'d Value>,
) -> BTreeMap<&'d str, &'d Value> {
    let mut unsecured = members(document, &["proof", "signature"]);
    if let Some(context) = context {
        unsecured.insert("@context", context);
    }
    unsecured
}

/// The bytes under the signature: both hashes, one after the other.
fn message(config: &impl Serialize, unsecured: &impl Serialize) -> Result<[u8; 64], ProofError> {
    let mut message = [0; 64];
    let (of_config, of_document) = message.split_at_mut(32);
    of_config.copy_from_slice(digest(&SHA256, &canonical(config)?).as_ref());
    of_document.copy_from_slice(digest(&SHA256, &canonical(unsecured)?).as_ref());
    Ok(message)
}

#[cfg(test)]
mod tests;
