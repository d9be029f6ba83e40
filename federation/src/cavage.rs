//! HTTP signatures as the fediverse uses them: draft-cavage-http-signatures-12, out and in.
//!
//! Signing strings, the `Signature` header and time only. Whose key it is, and whether that owner
//! may do what the body says, is decided by the caller; so is the comparison of the digest with the
//! body ([`crate::digest`]).
//!
//! The crate `http-signature-normalization` was meant for this and does not fit: it sorts the
//! covered headers by name where peers expect ours in a fixed order, reads the clock itself, knows
//! no space after a comma, and panics on a `created` beyond the range of the system's time.

use crate::key::{Algorithm, KeyError, PublicKey, RsaPrivate};
use crate::limits::{MAX_SIGNATURE_HEADER, MAX_SIGNED_HEADERS, SIGNATURE_EXPIRES_MAX, SIGNATURE_WINDOW};
use crate::url_check::authority;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Method};
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
    Ok(Signed {
        date,
        digest: Some(digest.to_owned()),
        signature,
    })
}

/// Signs a GET over `(request-target) host date`. `Accept` is left out: proxies rewrite it.
///
/// # Errors
/// As [`sign_post`].
pub fn sign_get(key: &RsaPrivate, key_id: &str, url: &Url, now: DateTime<Utc>) -> Result<Signed, SignError> {
    let (date, message) = begin("get", url, now)?;
    let signature = finish(key, key_id, "(request-target) host date", &message)?;
    Ok(Signed {
        date,
        digest: None,
        signature,
    })
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
    Ok(format!(
        "keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"{names}\",signature=\"{signature}\""
    ))
}

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

/// What the `algorithm` parameter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Declared {
    /// `hs2019` or nothing: the key decides.
    ByKey,
    Exactly(Algorithm),
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
    let by_rsa = matches!(
        algorithm,
        Declared::Exactly(Algorithm::RsaSha256 | Algorithm::RsaSha512)
    );
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
        created: has("(created)")
            .then(|| read_unix(parameters.created))
            .transpose()?,
        expires: has("(expires)")
            .then(|| read_unix(parameters.expires))
            .transpose()?,
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
        let matches = |message: &[u8]| {
            algorithms
                .iter()
                .any(|&a| key.verify(a, message, &self.signature))
        };
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

/// The value of the one header that holds the signature.
fn signature_header(headers: &HeaderMap) -> Result<&str, SignatureError> {
    let value = if headers.contains_key("signature") {
        single(headers, "signature")?
    } else {
        let value = headers
            .contains_key("authorization")
            .then(|| single(headers, "authorization"))
            .transpose()?
            .unwrap_or_default();
        match value.split_once(' ') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("signature") => rest,
            _ => return Err(SignatureError::Missing),
        }
    };
    if value.len() > MAX_SIGNATURE_HEADER {
        return Err(SignatureError::Malformed("it is too long"));
    }
    Ok(value)
}

/// The one value of a header that must not be there twice.
fn single<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, SignatureError> {
    let mut values = headers.get_all(name).iter();
    let value = values
        .next()
        .ok_or_else(|| SignatureError::NotPresent(name.to_owned()))?;
    if values.next().is_some() {
        return Err(SignatureError::Duplicate(name.to_owned()));
    }
    let value = value
        .to_str()
        .map_err(|_| SignatureError::Malformed("a header is not ASCII"))?;
    Ok(value.trim())
}

/// The parameters of a `Signature` header.
#[derive(Default)]
struct Parameters<'h> {
    key_id: Option<&'h str>,
    algorithm: Option<&'h str>,
    headers: Option<&'h str>,
    signature: Option<&'h str>,
    created: Option<&'h str>,
    expires: Option<&'h str>,
}

impl<'h> Parameters<'h> {
    /// Reads `name="value"` pairs between commas, with or without spaces. A value may stand without
    /// quotes; a backslash is refused, since no peer needs one and readers differ.
    fn read(header: &'h str) -> Result<Self, SignatureError> {
        let mut found = Self::default();
        let mut rest = header.trim();
        while !rest.is_empty() {
            let (name, after) = rest
                .split_once('=')
                .ok_or(SignatureError::Malformed("a parameter has no value"))?;
            let after = after.trim_start();
            let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
                quoted
                    .split_once('"')
                    .ok_or(SignatureError::Malformed("a quote is not closed"))?
            } else {
                let end = after.find(',').unwrap_or(after.len());
                let (value, after) = after.split_at(end);
                (value.trim_end(), after)
            };
            if value.contains('\\') {
                return Err(SignatureError::Malformed("a value has a backslash"));
            }
            found.put(name.trim(), value)?;
            rest = match after.trim_start().strip_prefix(',') {
                Some(next) => next.trim_start(),
                None if after.trim_start().is_empty() => "",
                None => return Err(SignatureError::Malformed("a comma is missing")),
            };
        }
        for (value, missing) in [
            (found.key_id, "keyId is missing"),
            (found.signature, "signature is missing"),
        ] {
            if value.is_none_or(str::is_empty) {
                return Err(SignatureError::Malformed(missing));
            }
        }
        Ok(found)
    }

    fn put(&mut self, name: &str, value: &'h str) -> Result<(), SignatureError> {
        let slot = match name {
            "keyId" => &mut self.key_id,
            "algorithm" => &mut self.algorithm,
            "headers" => &mut self.headers,
            "signature" => &mut self.signature,
            "created" => &mut self.created,
            "expires" => &mut self.expires,
            _ => return Ok(()),
        };
        match slot.replace(value) {
            Some(_) => Err(SignatureError::Duplicate(name.to_owned())),
            None => Ok(()),
        }
    }

    fn declared(&self) -> Result<Declared, SignatureError> {
        match self.algorithm {
            None => Ok(Declared::ByKey),
            Some(a) if a.eq_ignore_ascii_case("hs2019") => Ok(Declared::ByKey),
            Some(a) if a.eq_ignore_ascii_case("rsa-sha256") => Ok(Declared::Exactly(Algorithm::RsaSha256)),
            Some(a) if a.eq_ignore_ascii_case("rsa-sha512") => Ok(Declared::Exactly(Algorithm::RsaSha512)),
            Some(a) if a.eq_ignore_ascii_case("ed25519") => Ok(Declared::Exactly(Algorithm::Ed25519)),
            Some(_) => Err(SignatureError::Algorithm),
        }
    }
}

/// The names of the covered headers, none of them twice.
fn covered(list: &str) -> Result<Vec<&str>, SignatureError> {
    let mut names: Vec<&str> = Vec::new();
    for name in list.split_ascii_whitespace() {
        if names.len() == MAX_SIGNED_HEADERS {
            return Err(SignatureError::Malformed("it covers too many headers"));
        }
        if names.iter().any(|n| n.eq_ignore_ascii_case(name)) {
            return Err(SignatureError::Duplicate(name.to_owned()));
        }
        names.push(name);
    }
    Ok(names)
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

/// The signing string while it grows.
struct Lines<'a> {
    method: &'a Method,
    target: &'a str,
    headers: &'a HeaderMap,
    parameters: &'a Parameters<'a>,
    message: Vec<u8>,
    query: Option<(usize, usize)>,
}

impl<'a> Lines<'a> {
    fn new(
        method: &'a Method,
        target: &'a str,
        headers: &'a HeaderMap,
        parameters: &'a Parameters<'a>,
    ) -> Self {
        let message = Vec::with_capacity(512);
        Self {
            method,
            target,
            headers,
            parameters,
            message,
            query: None,
        }
    }

    fn push(&mut self, name: &str) -> Result<(), SignatureError> {
        if !self.message.is_empty() {
            self.message.push(b'\n');
        }
        self.message.extend(name.bytes().map(|b| b.to_ascii_lowercase()));
        self.message.extend_from_slice(b": ");
        let absent = || SignatureError::NotPresent(name.to_owned());
        match name.to_ascii_lowercase().as_str() {
            "(request-target)" => self.push_target(),
            "(created)" => {
                let value = self.parameters.created.ok_or_else(absent)?;
                self.message.extend_from_slice(value.as_bytes());
            }
            "(expires)" => {
                let value = self.parameters.expires.ok_or_else(absent)?;
                self.message.extend_from_slice(value.as_bytes());
            }
            name => self.push_header(name)?,
        }
        Ok(())
    }

    fn push_target(&mut self) {
        let method = self.method.as_str().bytes();
        self.message.extend(method.map(|b| b.to_ascii_lowercase()));
        self.message.push(b' ');
        let start = self.message.len();
        self.message.extend_from_slice(self.target.as_bytes());
        if let Some(question_mark) = self.target.find('?') {
            self.query = Some((start + question_mark, self.message.len()));
        }
    }

    /// A header that is there several times counts as its values joined by a comma (draft 12,
    /// section 2.3), except for those whose meaning a second value would change.
    fn push_header(&mut self, name: &str) -> Result<(), SignatureError> {
        let mut values = self.headers.get_all(name).iter();
        let first = values
            .next()
            .ok_or_else(|| SignatureError::NotPresent(name.to_owned()))?;
        self.message.extend_from_slice(first.as_bytes().trim_ascii());
        for value in values {
            if matches!(
                name,
                "host" | "date" | "digest" | "content-type" | "content-length"
            ) {
                return Err(SignatureError::Duplicate(name.to_owned()));
            }
            self.message.extend_from_slice(b", ");
            self.message.extend_from_slice(value.as_bytes().trim_ascii());
        }
        Ok(())
    }
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
