//! HTTP Message Signatures (RFC 9421) as the fediverse uses them, in and out.
//!
//! One signature of a request, by `rsa-v1_5-sha256` or `ed25519`. Signature base, the two headers and their rules only: whose
//! key it is, and what its owner may do, is decided by the caller. Structured fields are read by the crate `sfv`.
//!
//! Mastodon demands `@method` and `@target-uri` and a `Content-Digest` of SHA-256, Fedify covers these with `@authority`,
//! `host` and `date`, NodeBB covers `@method`, `@target-uri` and `@authority`. Others name the target by its parts, which is
//! as good where the parts are complete.

use crate::key::Algorithm;
use crate::limits::{MAX_SIGNED_HEADERS, MAX_URL};
use crate::signature::{Digest, Parsed, SignatureError, push_field, single};
use crate::url_check::normalise_authority;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method};
use sfv::{InnerList, ListEntry, ListSerializer};

mod fields;
mod sign;

use fields::{Fields, Name};
pub use sign::{Signed, sign};

/// Reads the signature of a request and checks every rule that needs no key and no clock.
///
/// `scheme` and `path_and_query` make the target URI together with `Host`. There must be exactly one signature; `created` and
/// `keyid` must be there, `@method` covered, and the whole target: `@target-uri`, or `@request-target`, or `@path` with
/// `@query` where there is one, the latter two with `@authority` or `host`; for a POST `content-digest` too.
///
/// # Errors
/// [`SignatureError`] names the rule.
pub fn parse(
    scheme: &str,
    method: &Method,
    path_and_query: &str,
    headers: &HeaderMap,
) -> Result<Parsed, SignatureError> {
    let fields = Fields::read(headers)?;
    let names = names(&fields.input)?;
    let request = Request::new(scheme, method, path_and_query, headers)?;
    request.require(&names)?;
    let parameter = |name: &str| fields.input.params.get(name);
    let algorithms: &'static [Algorithm] = match parameter("alg") {
        None => &[Algorithm::RsaSha256, Algorithm::Ed25519],
        Some(value) => match value.as_string().map(sfv::StringRef::as_str) {
            Some("rsa-v1_5-sha256") => &[Algorithm::RsaSha256],
            Some("ed25519") => &[Algorithm::Ed25519],
            _ => return Err(SignatureError::Algorithm),
        },
    };
    let key_id = parameter("keyid").and_then(|id| id.as_string()).map(sfv::StringRef::as_str);
    let key_id = key_id.filter(|id| !id.is_empty() && id.len() <= MAX_URL);
    let created = parameter("created").ok_or(SignatureError::Malformed("created is missing"))?;
    Ok(Parsed {
        key_id: key_id.ok_or(SignatureError::Malformed("keyid is missing"))?.to_owned(),
        host: request.authority.clone(),
        digest: match names.iter().any(|name| name.is("content-digest")) {
            true => Some(Digest::Content(single(headers, "content-digest")?.to_owned())),
            false => None,
        },
        algorithms,
        times: vec![time(created)?],
        expires: parameter("expires").map(time).transpose()?,
        message: base(&request, &names, fields.input)?,
        query: None,
        signature: fields.signature,
    })
}

/// The covered components, none of them twice. Parameters of a component (`sf`, `key`, `bs`, `req`, `tr`) are refused: nobody
/// needs them on a request between servers, and each is another way to read a value differently.
fn names(input: &InnerList) -> Result<Vec<Name>, SignatureError> {
    let mut names: Vec<Name> = Vec::new();
    for item in &input.items {
        if names.len() == MAX_SIGNED_HEADERS {
            return Err(SignatureError::Malformed("it covers too many components"));
        }
        if !item.params.is_empty() {
            return Err(SignatureError::Malformed("a covered component has a parameter"));
        }
        let name = item.bare_item.as_string().ok_or(SignatureError::Malformed("a component is no string"))?;
        let name = Name::read(name.as_str())?;
        if names.contains(&name) {
            return Err(SignatureError::Duplicate(name.text().to_owned()));
        }
        names.push(name);
    }
    Ok(names)
}

fn time(value: &sfv::BareItem) -> Result<DateTime<Utc>, SignatureError> {
    value
        .as_integer()
        .and_then(|seconds| DateTime::from_timestamp(seconds.into(), 0))
        .ok_or(SignatureError::Malformed("created or expires is not a time"))
}

/// The signature base (RFC 9421 section 2.5). The parameters are serialised anew from what was read, as the RFC says.
fn base(request: &Request<'_>, names: &[Name], input: InnerList) -> Result<Vec<u8>, SignatureError> {
    let mut base = Vec::with_capacity(768);
    for name in names {
        base.push(b'"');
        base.extend_from_slice(name.text().as_bytes());
        base.extend_from_slice(b"\": ");
        request.push(&mut base, name)?;
        base.push(b'\n');
    }
    let mut parameters = ListSerializer::new();
    parameters.members([&ListEntry::InnerList(input)]);
    base.extend_from_slice(b"\"@signature-params\": ");
    base.extend_from_slice(parameters.finish().unwrap_or_default().as_bytes());
    Ok(base)
}

/// What components are taken from.
struct Request<'a> {
    scheme: &'a str,
    method: &'a Method,
    path: &'a str,
    query: Option<&'a str>,
    authority: String,
    headers: &'a HeaderMap,
}

impl<'a> Request<'a> {
    fn new(
        scheme: &'a str,
        method: &'a Method,
        path_and_query: &'a str,
        headers: &'a HeaderMap,
    ) -> Result<Self, SignatureError> {
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        let host = single(headers, "host")?;
        let authority = normalise_authority(host).ok_or(SignatureError::Malformed("Host is not a host"))?;
        let path = if path.is_empty() { "/" } else { path };
        Ok(Request { scheme, method, path, query, authority, headers })
    }

    /// Checks that the signature binds method, host, path and query, and for a POST the body.
    fn require(&self, names: &[Name]) -> Result<(), SignatureError> {
        let has = |wanted: &str| names.iter().any(|name| name.is(wanted));
        if !has("@method") {
            return Err(SignatureError::NotCovered("@method"));
        }
        if !has("@target-uri") {
            if !has("@authority") && !has("host") {
                return Err(SignatureError::NotCovered("@target-uri or @authority"));
            }
            let parts = has("@path") && (has("@query") || self.query.is_none());
            if !has("@request-target") && !parts {
                return Err(SignatureError::NotCovered("@target-uri or all of the target's parts"));
            }
        }
        if self.method == Method::POST && !has("content-digest") {
            return Err(SignatureError::NotCovered("content-digest"));
        }
        Ok(())
    }

    fn push(&self, base: &mut Vec<u8>, name: &Name) -> Result<(), SignatureError> {
        let mut put = |parts: &[&str]| parts.iter().for_each(|part| base.extend_from_slice(part.as_bytes()));
        let (mark, query) = self.query.map_or(("", ""), |query| ("?", query));
        match name {
            Name::Method => put(&[self.method.as_str()]),
            Name::TargetUri => put(&[self.scheme, "://", &self.authority, self.path, mark, query]),
            Name::Authority => put(&[&self.authority]),
            Name::Scheme => put(&[self.scheme]),
            Name::RequestTarget => put(&[self.path, mark, query]),
            Name::Path => put(&[self.path]),
            Name::Query => put(&["?", query]),
            Name::Field(name) => push_field(base, self.headers, name)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
