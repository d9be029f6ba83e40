//! Signing our own requests, in the one shape that all peers read.

use super::http_date;
use crate::key::{KeyError, RsaPrivate};
use crate::url_check::authority;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use url::Url;

/// The header values of a signed request; `Host` and `Content-Type` are sent as they were signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The value of `Date`.
    pub date: String,
    /// The value of `Digest`, for a POST.
    pub digest: Option<String>,
    /// The value of `Signature`.
    pub signature: String,
}

/// Why a request cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// A value that would end the line or the quotes it stands in.
    #[error("a signed value contains a quote or a line break")]
    Value,
    /// The URL has no host.
    #[error("the URL to sign for has no host")]
    NoHost,
    /// The key would not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Signs a POST over `(request-target) host date digest content-type`.
///
/// `digest` is the value of the `Digest` header ([`crate::digest::header`]), `content_type` that of
/// `Content-Type`; the request must carry both unchanged, and a `Host` with the port of the URL
/// where it is not the scheme's own.
///
/// # Errors
/// [`SignError`] where a value cannot stand in a header or the key fails.
pub fn sign_post(
    key: &RsaPrivate,
    key_id: &str,
    url: &Url,
    content_type: &str,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<Signed, SignError> {
    let (date, mut message) = begin("post", url, now)?;
    message.push_str(&format!("\ndigest: {digest}\ncontent-type: {content_type}"));
    if [digest, content_type].iter().any(|v| v.contains(['\n', '\r'])) {
        return Err(SignError::Value);
    }
    let names = "(request-target) host date digest content-type";
    let signature = finish(key, key_id, names, &message)?;
    Ok(Signed { date, digest: Some(digest.to_owned()), signature })
}

/// Signs a GET over `(request-target) host date`. `Accept` is left out: proxies rewrite it.
///
/// The query string is signed as the draft says and Mastodon does. Fedify 2.3 leaves it out when
/// it verifies, so that a signed fetch of an address with a query fails there and needs the second knock.
///
/// # Errors
/// As [`sign_post`].
pub fn sign_get(key: &RsaPrivate, key_id: &str, url: &Url, now: DateTime<Utc>) -> Result<Signed, SignError> {
    let (date, message) = begin("get", url, now)?;
    let signature = finish(key, key_id, "(request-target) host date", &message)?;
    Ok(Signed { date, digest: None, signature })
}

/// The `Date` value and the first three lines of the signing string.
fn begin(method: &str, url: &Url, now: DateTime<Utc>) -> Result<(String, String), SignError> {
    let host = authority(url);
    if host.is_empty() {
        return Err(SignError::NoHost);
    }
    let date = http_date(now);
    let path = url.path();
    let target = match url.query() {
        Some(query) => format!("{method} {path}?{query}"),
        None => format!("{method} {path}"),
    };
    let message = format!("(request-target): {target}\nhost: {host}\ndate: {date}");
    Ok((date, message))
}

fn finish(key: &RsaPrivate, key_id: &str, names: &str, message: &str) -> Result<String, SignError> {
    if key_id.contains(['"', '\\', '\n', '\r']) {
        return Err(SignError::Value);
    }
    let signature = STANDARD.encode(key.sign_sha256(message.as_bytes())?);
    Ok(format!("keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"{names}\",signature=\"{signature}\""))
}
