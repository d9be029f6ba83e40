//! HTTP signatures as the fediverse uses them: draft-cavage-http-signatures-12, out and in.
//!
//! Signing strings, the `Signature` header and time only. Whose key it is, and whether that owner
//! may do what the body says, is decided by the caller; so is the comparison of the digest with the
//! body ([`crate::digest`]).
//!
//! The crate `http-signature-normalization` was meant for this and does not fit: it sorts the
//! covered headers by name where peers expect ours in a fixed order, reads the clock itself, knows
//! no space after a comma, and panics on a `created` beyond the range of the system's time.

use crate::key::{Algorithm, PublicKey};
use crate::limits::{SIGNATURE_EXPIRES_MAX, SIGNATURE_WINDOW};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Method};

mod header;
mod lines;
mod sign;

use header::{Declared, Parameters, covered, signature_header, single};
use lines::Lines;
pub use sign::{SignError, Signed, sign_get, sign_post};

/// A time as an IMF-fixdate (RFC 9110 section 5.6.7), such as `Fri, 06 Nov 2026 08:49:37 GMT`.
#[must_use]
pub fn http_date(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Why a signature is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No `Signature` header.
    #[error("the request is not signed")]
    Missing,
    /// `Signature-Input` is there, so this is RFC 9421; the two are never mixed.
    #[error("the request is signed by RFC 9421")]
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

/// A signature that was read and covers what it must; its time and key are not yet checked.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The id of the key, as given.
    pub key_id: String,
    /// The signed `Host`.
    pub host: String,
    /// The signed `Digest` header, always there for a POST. Compare it with the body.
    pub digest: Option<String>,
    algorithm: Declared,
    date: Option<DateTime<Utc>>,
    created: Option<DateTime<Utc>>,
    expires: Option<DateTime<Utc>>,
    message: Vec<u8>,
    /// The range of `message` that holds `?` and the query string, if there is one.
    query: Option<(usize, usize)>,
    signature: Vec<u8>,
}

/// Reads the signature of a request and checks every rule that needs no key and no clock.
///
/// `path_and_query` is the target as it stood in the request line. `(request-target)`, `host` and
/// `date` or `(created)` must be covered, for a POST `digest` too; each covered header must be there,
/// and those that count (`Signature`, `Host`, `Date`, `Digest`, `Content-Type`) once.
/// The header `Authorization: Signature …` is read where there is no `Signature`.
///
/// # Errors
/// [`SignatureError`] names the rule.
pub fn parse(method: &Method, path_and_query: &str, headers: &HeaderMap) -> Result<Parsed, SignatureError> {
    if headers.contains_key("signature-input") {
        return Err(SignatureError::OtherScheme);
    }
    let parameters = Parameters::read(signature_header(headers)?)?;
    let algorithm = parameters.declared()?;
    let covered = covered(parameters.headers.unwrap_or("(created)"))?;
    let has = |name: &str| covered.iter().any(|c| c.eq_ignore_ascii_case(name));
    require(&has, method)?;
    let by_rsa = matches!(algorithm, Declared::Exactly(Algorithm::RsaSha256 | Algorithm::RsaSha512));
    if by_rsa && (has("(created)") || has("(expires)")) {
        return Err(SignatureError::PseudoHeader);
    }
    let mut lines = Lines::new(method, path_and_query, headers, &parameters);
    for name in &covered {
        lines.push(name)?;
    }
    let date = match has("date") {
        true => Some(single(headers, "date").and_then(read_date)?),
        false => None,
    };
    let signature = STANDARD
        .decode(parameters.signature.unwrap_or_default())
        .map_err(|_| SignatureError::Malformed("signature is not base64"))?;
    Ok(Parsed {
        key_id: parameters.key_id.unwrap_or_default().to_owned(),
        host: single(headers, "host")?.to_owned(),
        digest: match has("digest") {
            true => Some(single(headers, "digest")?.to_owned()),
            false => None,
        },
        algorithm,
        date,
        created: has("(created)").then(|| read_unix(parameters.created)).transpose()?,
        expires: has("(expires)").then(|| read_unix(parameters.expires)).transpose()?,
        message: lines.message,
        query: lines.query,
        signature,
    })
}

impl Parsed {
    /// Checks the signed time against `now`: an hour either side; a signed `expires` extends the
    /// life to twelve hours at most, or shortens it.
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
        for time in [self.created, self.date].into_iter().flatten() {
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

    /// Verifies the signature with a key, over the target with its query string and, where that
    /// fails, without it (both are seen in the wild).
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`] where it is not this key's or the request was altered,
    /// [`SignatureError::Algorithm`] where the key is of another kind than the algorithm named.
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        let algorithms: &[Algorithm] = match (key, self.algorithm) {
            (PublicKey::Rsa(_), Declared::ByKey) => &[Algorithm::RsaSha256, Algorithm::RsaSha512],
            (PublicKey::Rsa(_), Declared::Exactly(Algorithm::RsaSha256)) => &[Algorithm::RsaSha256],
            (PublicKey::Rsa(_), Declared::Exactly(Algorithm::RsaSha512)) => &[Algorithm::RsaSha512],
            (PublicKey::Ed25519(_), Declared::ByKey | Declared::Exactly(Algorithm::Ed25519)) => {
                &[Algorithm::Ed25519]
            }
            _ => return Err(SignatureError::Algorithm),
        };
        let matches = |message: &[u8]| algorithms.iter().any(|&a| key.verify(a, message, &self.signature));
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

/// Checks that the signature covers what it must.
fn require(has: &impl Fn(&str) -> bool, method: &Method) -> Result<(), SignatureError> {
    for name in ["(request-target)", "host"] {
        if !has(name) {
            return Err(SignatureError::NotCovered(name));
        }
    }
    if !has("date") && !has("(created)") {
        return Err(SignatureError::NotCovered("date"));
    }
    if method == Method::POST && !has("digest") {
        return Err(SignatureError::NotCovered("digest"));
    }
    Ok(())
}

fn read_date(value: &str) -> Result<DateTime<Utc>, SignatureError> {
    DateTime::parse_from_rfc2822(value)
        .map(|date| date.with_timezone(&Utc))
        .map_err(|_| SignatureError::Malformed("Date is not a date"))
}

fn read_unix(value: Option<&str>) -> Result<DateTime<Utc>, SignatureError> {
    value
        .and_then(|v| v.parse::<i64>().ok())
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or(SignatureError::Malformed("created or expires is not a time"))
}

#[cfg(test)]
mod tests;
