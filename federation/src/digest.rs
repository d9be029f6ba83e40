//! The `Digest` (RFC 3230) and `Content-Digest` (RFC 9530) headers over the exact bytes of a body.
//!
//! `Digest` is SHA-256 only: it is what the fediverse sends and the only one that is believed. `Content-Digest` may be SHA-512
//! as well.

use crate::limits::MAX_SIGNATURE_HEADER;
use aws_lc_rs::{constant_time, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use sfv::{Dictionary, ListEntry, Parser};

/// Why a `Digest` header does not vouch for a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// No SHA-256 value among those given.
    #[error("the Digest header has no SHA-256 value")]
    NoSha256,
    /// A SHA-256 value that is not 32 bytes of base64.
    #[error("the SHA-256 value of the Digest header is not base64 of 32 bytes")]
    Malformed,
    /// No SHA-256 or SHA-512 value in a `Content-Digest`.
    #[error("the Content-Digest header has neither a SHA-256 nor a SHA-512 value")]
    NoKnownHash,
    /// A `Content-Digest` that is no dictionary of byte sequences.
    #[error("the Content-Digest header cannot be read")]
    Unreadable,
    /// The value is that of another body.
    #[error("the digest does not match the body")]
    Mismatch,
}

impl DigestError {
    /// A short word for metrics and logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoSha256 => "digest_without_sha256",
            Self::Malformed | Self::Unreadable => "digest_malformed",
            Self::NoKnownHash => "digest_without_known_hash",
            Self::Mismatch => "digest_mismatch",
        }
    }
}

/// The value of a `Digest` header for `body`: `SHA-256=` and base64.
#[must_use]
pub fn header(body: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, body);
    format!("SHA-256={}", STANDARD.encode(hash.as_ref()))
}

/// Compares a received `Digest` header with the body that came with it.
///
/// Several comma-separated values are allowed; those of other algorithms are ignored, and each
/// SHA-256 value must match.
///
/// # Errors
/// [`DigestError`] where no SHA-256 value is given, or one is malformed or of another body.
pub fn verify(header: &str, body: &[u8]) -> Result<(), DigestError> {
    let mut hash = None;
    for part in header.split(',') {
        let Some((algorithm, value)) = part.split_once('=') else {
            continue;
        };
        if !algorithm.trim().eq_ignore_ascii_case("sha-256") {
            continue;
        }
        let mut given = [0_u8; 33];
        match STANDARD.decode_slice(value.trim(), &mut given) {
            Ok(32) => {}
            _ => return Err(DigestError::Malformed),
        }
        let given = given.split_at(32).0;
        let hash = hash.get_or_insert_with(|| digest::digest(&digest::SHA256, body));
        constant_time::verify_slices_are_equal(given, hash.as_ref()).map_err(|_| DigestError::Mismatch)?;
    }
    match hash {
        Some(_) => Ok(()),
        None => Err(DigestError::NoSha256),
    }
}

/// The value of a `Content-Digest` header for `body`: `sha-256=:` and base64.
#[must_use]
pub fn content_header(body: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, body);
    format!("sha-256=:{}:", STANDARD.encode(hash.as_ref()))
}

/// Compares a received `Content-Digest` header (RFC 9530) with the body that came with it.
///
/// Values of hashes other than SHA-256 and SHA-512 are ignored; of these two at least one must be there, and each must match.
///
/// # Errors
/// [`DigestError::Unreadable`], [`DigestError::NoKnownHash`], [`DigestError::Mismatch`].
pub fn verify_content(header: &str, body: &[u8]) -> Result<(), DigestError> {
    if header.len() > MAX_SIGNATURE_HEADER {
        return Err(DigestError::Unreadable);
    }
    let stated: Dictionary = Parser::new(header).parse().map_err(|_| DigestError::Unreadable)?;
    let mut known = 0;
    for (name, algorithm) in [("sha-256", &digest::SHA256), ("sha-512", &digest::SHA512)] {
        let Some(value) = stated.get(name) else { continue };
        let ListEntry::Item(item) = value else { return Err(DigestError::Unreadable) };
        let given = item.bare_item.as_byte_sequence().ok_or(DigestError::Unreadable)?;
        let hash = digest::digest(algorithm, body);
        constant_time::verify_slices_are_equal(given, hash.as_ref()).map_err(|_| DigestError::Mismatch)?;
        known += 1;
    }
    if known == 0 { Err(DigestError::NoKnownHash) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    #[test]
    fn the_header_of_nothing_is_the_known_value() {
        assert_eq!(header(b""), EMPTY);
    }

    #[test]
    fn a_matching_value_passes_in_any_case_and_company() {
        assert_eq!(verify(EMPTY, b""), Ok(()));
        assert_eq!(verify(&EMPTY.replace("SHA", "sha"), b""), Ok(()));
        assert_eq!(verify(&format!("MD5=abc, {EMPTY}"), b""), Ok(()));
        assert_eq!(verify(&format!("{EMPTY} ,SHA-512=x"), b""), Ok(()));
    }

    #[test]
    fn an_altered_body_or_a_wrong_digest_fails() {
        assert_eq!(verify(EMPTY, b" "), Err(DigestError::Mismatch));
        let two = format!("{EMPTY},{}", header(b"other"));
        assert_eq!(verify(&two, b""), Err(DigestError::Mismatch));
    }

    #[test]
    fn a_missing_or_broken_value_fails() {
        assert_eq!(verify("", b""), Err(DigestError::NoSha256));
        assert_eq!(verify("MD5=abc", b""), Err(DigestError::NoSha256));
        for broken in ["SHA-256=", "SHA-256=!!!", "SHA-256=AAAA"] {
            assert_eq!(verify(broken, b""), Err(DigestError::Malformed), "{broken}");
        }
        let long = format!("SHA-256={}", "A".repeat(44));
        assert_eq!(verify(&long, b""), Err(DigestError::Malformed));
    }

    /// The body of RFC 9421 appendix B.2 and its digests.
    const HELLO: &[u8] = br#"{"hello": "world"}"#;
    const SHA256: &str = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
    const SHA512: &str =
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";

    #[test]
    fn a_content_digest_matches_by_every_known_hash_it_states() {
        assert_eq!(content_header(HELLO), SHA256);
        for good in [SHA256, SHA512, &format!("{SHA512}, {SHA256}"), &format!("md5=:AAAA:, {SHA256}")] {
            assert_eq!(verify_content(good, HELLO), Ok(()), "{good}");
            assert_eq!(verify_content(good, b"{}"), Err(DigestError::Mismatch), "{good}");
        }
        let half = format!("{SHA256}, {}", content_header(b"{}").replace("256", "512"));
        assert_eq!(verify_content(&half, HELLO), Err(DigestError::Mismatch));
    }

    #[test]
    fn a_content_digest_without_a_known_hash_or_shape_fails() {
        for bad in ["", "md5=:AAAA:"] {
            assert_eq!(verify_content(bad, HELLO), Err(DigestError::NoKnownHash), "{bad}");
        }
        for bad in ["sha-256=X48E9qOo", "sha-256", "sha-256=:X", "sha-256=(:AAAA:)", "SHA-256=:AAAA:", "é"] {
            assert_eq!(verify_content(bad, HELLO), Err(DigestError::Unreadable), "{bad}");
        }
    }
}
