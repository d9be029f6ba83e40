//! The `Digest` header (RFC 3230) over the exact bytes of a body.
//!
//! SHA-256 only: it is what the fediverse sends and the only one that is believed.

use aws_lc_rs::{constant_time, digest};
use base64::{Engine, engine::general_purpose::STANDARD};

/// Why a `Digest` header does not vouch for a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// No SHA-256 value among those given.
    #[error("the Digest header has no SHA-256 value")]
    NoSha256,
    /// A SHA-256 value that is not 32 bytes of base64.
    #[error("the SHA-256 value of the Digest header is not base64 of 32 bytes")]
    Malformed,
    /// The value is that of another body.
    #[error("the Digest header does not match the body")]
    Mismatch,
}

impl DigestError {
    /// A short word for metrics and logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoSha256 => "digest_without_sha256",
            Self::Malformed => "digest_malformed",
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
}
