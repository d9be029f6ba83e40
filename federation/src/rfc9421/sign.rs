//! Signing our own requests, in the shape that Mastodon, Fedify and NodeBB read.

use crate::cavage::SignError;
use crate::key::RsaPrivate;
use crate::url_check::authority;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use http::Method;
use url::Url;

/// The header values of a signed request; `Content-Digest` is sent as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The value of `Signature-Input`.
    pub input: String,
    /// The value of `Signature`.
    pub signature: String,
}

/// Signs a request over `@method`, `@target-uri`, `@authority` and, where there is a body, `content-digest`.
///
/// `content_digest` is the value of that header ([`crate::digest::content_header`]); the request must carry it unchanged, and
/// a `Host` with the port of the URL where it is not the scheme's own.
///
/// # Errors
/// [`SignError`] where a value cannot stand in a header or the key fails.
pub fn sign(
    key: &RsaPrivate,
    key_id: &str,
    method: &Method,
    url: &Url,
    content_digest: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Signed, SignError> {
    let host = authority(url);
    if host.is_empty() {
        return Err(SignError::NoHost);
    }
    let is_plain = |text: &str| text.bytes().all(|b| (b' '..=b'~').contains(&b) && !b"\"\\".contains(&b));
    if ![key_id, content_digest.unwrap_or_default()].into_iter().all(is_plain) {
        return Err(SignError::Value);
    }
    let target = target_uri(url, &host);
    let mut base = format!("\"@method\": {method}\n\"@target-uri\": {target}\n\"@authority\": {host}\n");
    let mut names = "\"@method\" \"@target-uri\" \"@authority\"".to_owned();
    if let Some(digest) = content_digest {
        base.push_str(&format!("\"content-digest\": {digest}\n"));
        names.push_str(" \"content-digest\"");
    }
    let created = now.timestamp();
    let parameters = format!("({names});created={created};keyid=\"{key_id}\";alg=\"rsa-v1_5-sha256\"");
    base.push_str("\"@signature-params\": ");
    base.push_str(&parameters);
    let signature = STANDARD.encode(key.sign_sha256(base.as_bytes())?);
    Ok(Signed { input: format!("sig1={parameters}"), signature: format!("sig1=:{signature}:") })
}

/// The URL as its server sees it: without fragment, its host in the normalised form that is sent as `Host`.
fn target_uri(url: &Url, host: &str) -> String {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}://{host}{}{query}", url.scheme(), url.path())
}
