//! What a signature on a request says, whichever scheme made it: key, host, time, digest, and whether it holds.
//!
//! [`parse`] takes both: RFC 9421 where there is a `Signature-Input`, else draft-cavage; never a mixture. Whose key it is, and
//! whether that owner may do what the body says, is decided by the caller.

use crate::digest::{self, DigestError};
use crate::key::{Algorithm, PublicKey};
use crate::limits::{SIGNATURE_EXPIRES_MAX, SIGNATURE_WINDOW};
use crate::{cavage, rfc9421};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Method};

/// Why a signature is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No `Signature` header.
    #[error("the request is not signed")]
    Missing,
    /// `Signature-Input` says RFC 9421, another header or the caller draft-cavage; the two are never mixed.
    #[error("the request mixes two signature schemes")]
    OtherScheme,
    /// The `Signature` header cannot be read.
    #[error("the Signature header cannot be read: {0}")]
    Malformed(&'static str),
    /// A header or parameter that counts is there twice.
    #[error("{0} is given twice")]
    Duplicate(String),
    /// The signature says it covers a header that is not there.
    #[error("the signature covers {0}, which the request does not have")]
    NotPresent(String),
    /// The signature does not cover something that it must.
    #[error("the signature does not cover {0}")]
    NotCovered(&'static str),
    /// An algorithm that we do not verify.
    #[error("the signature's algorithm is not supported")]
    Algorithm,
    /// `(created)` or `(expires)` together with an algorithm that excludes them.
    #[error("the signature uses (created) or (expires) with an rsa-… algorithm")]
    PseudoHeader,
    /// The signed time is too far in the past, or `expires` is over.
    #[error("the signature is too old")]
    TooOld,
    /// The signed time is too far in the future.
    #[error("the signature is from the future")]
    FromTheFuture,
    /// Another key, or an altered request.
    #[error("the signature does not match")]
    Mismatch,
}

impl SignatureError {
    /// A short word for metrics and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::OtherScheme => "signature_other_scheme",
            Self::Malformed(_) => "signature_malformed",
            Self::Duplicate(_) => "signature_duplicate",
            Self::NotPresent(_) => "signature_header_absent",
            Self::NotCovered(_) => "signature_incomplete",
            Self::Algorithm => "signature_algorithm",
            Self::PseudoHeader => "signature_pseudo_header",
            Self::TooOld => "signature_too_old",
            Self::FromTheFuture => "signature_from_the_future",
            Self::Mismatch => "signature_mismatch",
        }
    }
}

/// The signed statement about the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Digest {
    /// The value of `Digest` (RFC 3230).
    Old(String),
    /// The value of `Content-Digest` (RFC 9530).
    Content(String),
}

/// A signature that was read and covers what it must; its time and key are not yet checked.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The id of the key, as given.
    pub key_id: String,
    /// The signed host, with its port where one was named.
    pub host: String,
    pub(crate) digest: Option<Digest>,
    /// The algorithms that the signature allows; which of them, the key decides.
    pub(crate) algorithms: &'static [Algorithm],
    /// Every signed time at which it was made.
    pub(crate) times: Vec<DateTime<Utc>>,
    pub(crate) expires: Option<DateTime<Utc>>,
    pub(crate) message: Vec<u8>,
    /// The range of `message` that holds `?` and the query string, where a signature without them is believed as well.
    pub(crate) query: Option<(usize, usize)>,
    pub(crate) signature: Vec<u8>,
}

/// Reads the signature of a request, whichever scheme it is of, and checks every rule that needs no key and no clock.
///
/// `scheme` is `https` or `http`, as peers see this server; `path_and_query` the target as it stood in the request line.
///
/// # Errors
/// [`SignatureError`] names the rule.
pub fn parse(
    scheme: &str,
    method: &Method,
    path_and_query: &str,
    headers: &HeaderMap,
) -> Result<Parsed, SignatureError> {
    match headers.contains_key("signature-input") {
        true => rfc9421::parse(scheme, method, path_and_query, headers),
        false => cavage::parse(method, path_and_query, headers),
    }
}

/// Whether there is something that [`parse`] would read: an unsigned request is told from a badly signed one.
#[must_use]
pub fn is_signed(headers: &HeaderMap) -> bool {
    headers.contains_key("signature") || headers.contains_key("signature-input") || in_authorization(headers)
}

/// Whether `Authorization` holds a signature of draft-cavage.
pub(crate) fn in_authorization(headers: &HeaderMap) -> bool {
    let value = headers.get("authorization").and_then(|value| value.as_bytes().get(..10));
    value.is_some_and(|word| word.eq_ignore_ascii_case(b"signature "))
}

impl Parsed {
    /// Compares the signed digest with the body. A signature without one (of a GET) vouches for an empty body only.
    ///
    /// # Errors
    /// See [`DigestError`].
    pub fn check_body(&self, body: &[u8]) -> Result<(), DigestError> {
        match &self.digest {
            Some(Digest::Old(value)) => digest::verify(value, body),
            Some(Digest::Content(value)) => digest::verify_content(value, body),
            None if body.is_empty() => Ok(()),
            None => Err(DigestError::Mismatch),
        }
    }

    /// Checks the signed times against `now`: an hour either side; a signed `expires` extends the life to twelve hours at
    /// most, or shortens it.
    ///
    /// # Errors
    /// [`SignatureError::TooOld`] and [`SignatureError::FromTheFuture`].
    pub fn check_time(&self, now: DateTime<Utc>) -> Result<(), SignatureError> {
        let window = TimeDelta::from_std(SIGNATURE_WINDOW).unwrap_or_default();
        let longest = TimeDelta::from_std(SIGNATURE_EXPIRES_MAX).unwrap_or_default();
        if self.expires.is_some_and(|expires| expires < now) {
            return Err(SignatureError::TooOld);
        }
        let life = if self.expires.is_some() { longest } else { window };
        for time in &self.times {
            let age = now.signed_duration_since(time);
            if age > life {
                return Err(SignatureError::TooOld);
            }
            if age < -window {
                return Err(SignatureError::FromTheFuture);
            }
        }
        Ok(())
    }

    /// Verifies the signature with a key; one of draft-cavage over the target with its query string and, where that fails,
    /// without it (both are seen in the wild).
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`] where it is not this key's or the request was altered,
    /// [`SignatureError::Algorithm`] where the key is of another kind than the signature says.
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        let fits = |algorithm: &&Algorithm| match key {
            PublicKey::Rsa(_) => matches!(algorithm, Algorithm::RsaSha256 | Algorithm::RsaSha512),
            PublicKey::Ed25519(_) => matches!(algorithm, Algorithm::Ed25519),
        };
        if !self.algorithms.iter().any(|algorithm| fits(&algorithm)) {
            return Err(SignatureError::Algorithm);
        }
        let usable = || self.algorithms.iter().filter(fits);
        let matches = |message: &[u8]| usable().any(|&a| key.verify(a, message, &self.signature));
        if matches(&self.message) {
            return Ok(());
        }
        if let Some((start, end)) = self.query {
            let mut message = self.message.clone();
            message.drain(start..end);
            if matches(&message) {
                return Ok(());
            }
        }
        Err(SignatureError::Mismatch)
    }
}

/// The one value of a header that must not be there twice.
pub(crate) fn single<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, SignatureError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or_else(|| SignatureError::NotPresent(name.to_owned()))?;
    if values.next().is_some() {
        return Err(SignatureError::Duplicate(name.to_owned()));
    }
    let value = value.to_str().map_err(|_| SignatureError::Malformed("a header is not ASCII"))?;
    Ok(value.trim())
}

/// Appends the value of a covered header. One that is there several times counts as its values joined by a comma, except for
/// those whose meaning a second value would change.
pub(crate) fn push_field(
    message: &mut Vec<u8>,
    headers: &HeaderMap,
    name: &str,
) -> Result<(), SignatureError> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().ok_or_else(|| SignatureError::NotPresent(name.to_owned()))?;
    message.extend_from_slice(first.as_bytes().trim_ascii());
    for value in values {
        let once = ["host", "date", "digest", "content-digest", "content-type", "content-length"];
        if once.contains(&name) {
            return Err(SignatureError::Duplicate(name.to_owned()));
        }
        message.extend_from_slice(b", ");
        message.extend_from_slice(value.as_bytes().trim_ascii());
    }
    Ok(())
}
