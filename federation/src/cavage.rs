//! HTTP signatures as the fediverse uses them: draft-cavage-http-signatures-12, out and in.
//!
//! Signing strings, the `Signature` header and time only. Whose key it is, and whether that owner
//! may do what the body says, is decided by the caller; so is the comparison of the digest with the
//! body ([`crate::digest`]).
//!
//! The crate `http-signature-normalization` was meant for this and does not fit: it sorts the
//! covered headers by name where peers expect ours in a fixed order, reads the clock itself, knows
//! no space after a comma, and panics on a `created` beyond the range of the system's time.

use crate::key::Algorithm;
use crate::signature::{Digest, single};
pub use crate::signature::{Parsed, SignatureError};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method};

mod header;
mod lines;
mod sign;

use header::{Parameters, covered, signature_header};
use lines::Lines;
pub use sign::{SignError, Signed, sign_get, sign_post};

/// A time as an IMF-fixdate (RFC 9110 section 5.6.7), such as `Fri, 06 Nov 2026 08:49:37 GMT`.
#[must_use]
pub fn http_date(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
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
    let algorithms = parameters.algorithms()?;
    let covered = covered(parameters.headers.unwrap_or("(created)"))?;
    let has = |name: &str| covered.iter().any(|c| c.eq_ignore_ascii_case(name));
    require(&has, method)?;
    let by_rsa = matches!(algorithms, [Algorithm::RsaSha256 | Algorithm::RsaSha512]);
    if by_rsa && (has("(created)") || has("(expires)")) {
        return Err(SignatureError::PseudoHeader);
    }
    let mut lines = Lines::new(method, path_and_query, headers, &parameters);
    for name in &covered {
        lines.push(name)?;
    }
    let mut times = Vec::new();
    if has("date") {
        times.push(single(headers, "date").and_then(read_date)?);
    }
    if has("(created)") {
        times.push(read_unix(parameters.created)?);
    }
    let signature = STANDARD
        .decode(parameters.signature.unwrap_or_default())
        .map_err(|_| SignatureError::Malformed("signature is not base64"))?;
    Ok(Parsed {
        key_id: parameters.key_id.unwrap_or_default().to_owned(),
        host: single(headers, "host")?.to_owned(),
        digest: match has("digest") {
            true => Some(Digest::Old(single(headers, "digest")?.to_owned())),
            false => None,
        },
        algorithms,
        times,
        expires: has("(expires)").then(|| read_unix(parameters.expires)).transpose()?,
        message: lines.message,
        query: lines.query,
        signature,
    })
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
