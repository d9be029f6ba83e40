//! The `Signature` header: its parameters and the list of what it covers, not yet what they mean.

use super::{SignatureError, single};
use crate::key::Algorithm;
use crate::limits::{MAX_SIGNATURE_HEADER, MAX_SIGNED_HEADERS};
use http::HeaderMap;

/// The value of the one header that holds the signature.
pub(super) fn signature_header(headers: &HeaderMap) -> Result<&str, SignatureError> {
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

/// The parameters of a `Signature` header.
#[derive(Default)]
pub(super) struct Parameters<'h> {
    pub(super) key_id: Option<&'h str>,
    pub(super) algorithm: Option<&'h str>,
    pub(super) headers: Option<&'h str>,
    pub(super) signature: Option<&'h str>,
    pub(super) created: Option<&'h str>,
    pub(super) expires: Option<&'h str>,
}

impl<'h> Parameters<'h> {
    /// Reads `name="value"` pairs between commas, with or without spaces. A value may stand without
    /// quotes; a backslash is refused, since no peer needs one and readers differ.
    pub(super) fn read(header: &'h str) -> Result<Self, SignatureError> {
        let mut found = Self::default();
        let mut rest = header.trim();
        while !rest.is_empty() {
            let (name, after) =
                rest.split_once('=').ok_or(SignatureError::Malformed("a parameter has no value"))?;
            let after = after.trim_start();
            let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
                quoted.split_once('"').ok_or(SignatureError::Malformed("a quote is not closed"))?
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
        for (value, missing) in
            [(found.key_id, "keyId is missing"), (found.signature, "signature is missing")]
        {
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

    /// What the parameter `algorithm` allows; `hs2019` or nothing leaves it to the key.
    pub(super) fn algorithms(&self) -> Result<&'static [Algorithm], SignatureError> {
        let Some(name) = self.algorithm else {
            return Ok(&BY_KEY);
        };
        let known: [(&str, &'static [Algorithm]); 4] = [
            ("hs2019", &BY_KEY),
            ("rsa-sha256", &[Algorithm::RsaSha256]),
            ("rsa-sha512", &[Algorithm::RsaSha512]),
            ("ed25519", &[Algorithm::Ed25519]),
        ];
        let found = known.into_iter().find(|(word, _)| name.eq_ignore_ascii_case(word));
        found.map(|(_, algorithms)| algorithms).ok_or(SignatureError::Algorithm)
    }
}

/// Everything that a key of some kind may have been used with.
const BY_KEY: [Algorithm; 3] = [Algorithm::RsaSha256, Algorithm::RsaSha512, Algorithm::Ed25519];

/// The names of the covered headers, none of them twice.
pub(super) fn covered(list: &str) -> Result<Vec<&str>, SignatureError> {
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
