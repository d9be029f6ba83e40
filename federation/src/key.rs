//! Keys: RSA for HTTP signatures, Ed25519 for integrity proofs, and the public keys of others.
//!
//! All arithmetic is aws-lc's. The `rsa` crate is never used: it is several times slower, and its
//! private-key operations leak through timing (RUSTSEC-2023-0071). Where keys are stored, cached
//! and fetched is the server's business.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair as RsaPair, KeySize, PublicKey as RsaPublic, RsaParameters},
    signature::{
        ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256, UnparsedPublicKey,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{fmt, sync::Arc};

/// Why a key cannot be made, read or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The machine could not make a key.
    #[error("a key could not be generated")]
    Generate,
    /// Not a key in the form that was expected.
    #[error("the key is not in a form that can be read")]
    Malformed,
    /// An RSA key below 2048 or above 8192 bits.
    #[error("the RSA key has {0} bits, not between 2048 and 8192")]
    Size(u32),
    /// The signature could not be made.
    #[error("the signature could not be made")]
    Sign,
}

/// How a signature was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, the fediverse's usual one.
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaSha512,
    /// Ed25519 (RFC 8032).
    Ed25519,
}

/// An RSA key of ours. Cheap to clone; it never shows its secret.
#[derive(Clone)]
pub struct RsaPrivate {
    inner: Arc<RsaInner>,
}

struct RsaInner {
    pair: RsaPair,
    pem: String,
}

impl RsaPrivate {
    /// Makes a new key of 2048 bits. It takes a noticeable part of a second.
    ///
    /// # Errors
    /// [`KeyError::Generate`] where the machine cannot.
    pub fn generate() -> Result<Self, KeyError> {
        Self::new(RsaPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)?)
    }

    /// Reads a key from unencrypted PKCS#8 DER, as [`Self::to_pkcs8_der`] writes it.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] where it is not an RSA key of 2048 to 8192 bits in that form.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::new(RsaPair::from_pkcs8(der).map_err(|_| KeyError::Malformed)?)
    }

    fn new(pair: RsaPair) -> Result<Self, KeyError> {
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| KeyError::Malformed)?;
        let pem = pem("PUBLIC KEY", der.as_ref());
        Ok(Self { inner: Arc::new(RsaInner { pair, pem }) })
    }

    /// The secret key as unencrypted PKCS#8 DER.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] where it cannot be written, which does not happen to a key that was read.
    pub fn to_pkcs8_der(&self) -> Result<Vec<u8>, KeyError> {
        let der: Pkcs8V1Der<'_> = self.inner.pair.as_der().map_err(|_| KeyError::Malformed)?;
        Ok(der.as_ref().to_vec())
    }

    /// The public key as PEM of a `SubjectPublicKeyInfo`, the value of `publicKeyPem`.
    #[must_use]
    pub fn public_pem(&self) -> String {
        self.inner.pem.clone()
    }

    /// Signs with RSASSA-PKCS1-v1_5 and SHA-256. About half a millisecond of one core.
    ///
    /// # Errors
    /// [`KeyError::Sign`] where the library refuses.
    pub fn sign_sha256(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.inner.pair.public_modulus_len()];
        self.inner
            .pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| KeyError::Sign)?;
        Ok(signature)
    }
}

impl fmt::Debug for RsaPrivate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaPrivate(…)")
    }
}

/// An Ed25519 key of ours. Cheap to clone; it never shows its secret.
#[derive(Clone)]
pub struct Ed25519Private {
    pair: Arc<Ed25519KeyPair>,
}

/// Multicodec prefix of an Ed25519 public key (FEP-521a), as an unsigned varint.
const ED25519_CODE: [u8; 2] = [0xed, 0x01];
/// Multicodec prefix of an RSA public key, as an unsigned varint.
const RSA_CODE: [u8; 2] = [0x85, 0x24];
/// Longest multibase key that is read; base58 decoding costs the square of its length.
const MAX_MULTIBASE: usize = 1600;
/// Longest PEM that is read, in bytes; an RSA key of 8192 bits takes less than 1500.
const MAX_PEM: usize = 8192;

impl Ed25519Private {
    /// Makes a new key.
    ///
    /// # Errors
    /// [`KeyError::Generate`] where the machine cannot.
    pub fn generate() -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generate)?;
        Ok(Self { pair: Arc::new(pair) })
    }

    /// Reads a key from unencrypted PKCS#8 DER (RFC 8410), version 1 or 2.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] where it is not an Ed25519 key in that form.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8(der).map_err(|_| KeyError::Malformed)?;
        Ok(Self { pair: Arc::new(pair) })
    }

    /// The secret key as unencrypted PKCS#8 DER, version 1.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] where it cannot be written, which does not happen to a key that was read.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, KeyError> {
        let document = self.pair.to_pkcs8v1().map_err(|_| KeyError::Malformed)?;
        Ok(document.as_ref().to_vec())
    }

    /// The public key as a `publicKeyMultibase` (FEP-521a); it begins with `z6Mk`.
    #[must_use]
    pub fn public_multibase(&self) -> String {
        let mut bytes = ED25519_CODE.to_vec();
        bytes.extend_from_slice(self.pair.public_key().as_ref());
        format!("z{}", bs58::encode(bytes).into_string())
    }

    /// Signs a message; the signature has 64 bytes.
    ///
    /// # Errors
    /// [`KeyError::Sign`] where the library refuses.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = self.pair.try_sign(message).map_err(|_| KeyError::Sign)?;
        Ok(signature.as_ref().to_vec())
    }
}

impl fmt::Debug for Ed25519Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519Private(…)")
    }
}

/// A public key of anyone, read once and then cheap to clone and to verify with.
#[derive(Debug, Clone)]
pub enum PublicKey {
    /// An RSA key of 2048 to 8192 bits.
    Rsa(RsaKey),
    /// An Ed25519 key.
    Ed25519(Ed25519Key),
}

/// An RSA public key that was read.
#[derive(Debug, Clone)]
pub struct RsaKey {
    sha256: Arc<ParsedPublicKey>,
}

/// An Ed25519 public key that was read.
#[derive(Debug, Clone)]
pub struct Ed25519Key {
    key: Arc<ParsedPublicKey>,
}

impl PublicKey {
    /// Reads a `publicKeyPem`: a `SubjectPublicKeyInfo` (`BEGIN PUBLIC KEY`, RSA or Ed25519) or a
    /// PKCS#1 key (`BEGIN RSA PUBLIC KEY`). Reading costs far more than verifying: keep the result.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] where it is no such PEM or the numbers are not those of a sound key,
    /// [`KeyError::Size`] where an RSA key is too small or too large.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = unpem(text).ok_or(KeyError::Malformed)?;
        // RFC 8410: a fixed header of 12 bytes, then the 32 bytes of the key.
        if let Some(raw) = der.strip_prefix(&ED25519_SPKI) {
            return Self::ed25519(raw);
        }
        Self::rsa(&der)
    }

    /// Reads a `publicKeyMultibase` (FEP-521a): base58btc of a multicodec Ed25519 or RSA key.
    ///
    /// # Errors
    /// As [`Self::from_pem`].
    pub fn from_multibase(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_MULTIBASE {
            return Err(KeyError::Malformed);
        }
        let digits = text.strip_prefix('z').ok_or(KeyError::Malformed)?;
        let bytes = bs58::decode(digits).into_vec().map_err(|_| KeyError::Malformed)?;
        if let Some(raw) = bytes.strip_prefix(&ED25519_CODE) {
            Self::ed25519(raw)
        } else if let Some(der) = bytes.strip_prefix(&RSA_CODE) {
            Self::rsa(der)
        } else {
            Err(KeyError::Malformed)
        }
    }

    fn rsa(der: &[u8]) -> Result<Self, KeyError> {
        let key = RsaPublic::from_der(der).map_err(|_| KeyError::Malformed)?;
        let bits = RsaParameters::public_modulus_len(key.as_ref()).map_err(|_| KeyError::Malformed)?;
        if !(2048..=8192).contains(&bits) {
            return Err(KeyError::Size(bits));
        }
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.as_ref())
            .map_err(|_| KeyError::Malformed)?;
        Ok(Self::Rsa(RsaKey { sha256: Arc::new(parsed) }))
    }

    fn ed25519(raw: &[u8]) -> Result<Self, KeyError> {
        if raw.len() != 32 {
            return Err(KeyError::Malformed);
        }
        let key = ParsedPublicKey::new(&ED25519, raw).map_err(|_| KeyError::Malformed)?;
        Ok(Self::Ed25519(Ed25519Key { key: Arc::new(key) }))
    }

    /// Whether `signature` over `message` was made with this key by this algorithm. An algorithm of
    /// the other kind of key is simply not verified.
    #[must_use]
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm) {
            (Self::Rsa(key), Algorithm::RsaSha256) => key.sha256.verify_sig(message, signature).is_ok(),
            (Self::Rsa(key), Algorithm::RsaSha512) => {
                // Rare enough to read the key again instead of keeping it twice.
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA512, (*key.sha256).as_ref())
                    .verify(message, signature)
                    .is_ok()
            }
            (Self::Ed25519(key), Algorithm::Ed25519) => key.key.verify_sig(message, signature).is_ok(),
            _ => false,
        }
    }
}

/// The beginning of every Ed25519 `SubjectPublicKeyInfo` (RFC 8410).
const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Writes DER as PEM (RFC 7468), 64 characters a line.
fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for (i, c) in STANDARD.encode(der).chars().enumerate() {
        if i > 0 && i % 64 == 0 {
            text.push('\n');
        }
        text.push(c);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}

/// Reads the DER of a PEM public key, whatever its line breaks.
fn unpem(text: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_PEM {
        return None;
    }
    let text = text.trim();
    let base64: String = ["PUBLIC KEY", "RSA PUBLIC KEY"]
        .into_iter()
        .find_map(|label| {
            text.strip_prefix(&format!("-----BEGIN {label}-----"))?
                .strip_suffix(&format!("-----END {label}-----"))
        })?
        .split_ascii_whitespace()
        .collect();
    STANDARD.decode(base64).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn an_rsa_key_survives_storage_and_its_pem_verifies() {
        let key = RsaPrivate::generate().unwrap();
        let again = RsaPrivate::from_pkcs8_der(&key.to_pkcs8_der().unwrap()).unwrap();
        assert_eq!(key.public_pem(), again.public_pem());
        assert!(key.public_pem().starts_with("-----BEGIN PUBLIC KEY-----\n"));
        assert!(key.public_pem().lines().all(|l| l.len() <= 64));
        let signature = again.sign_sha256(b"hello").unwrap();
        let public = PublicKey::from_pem(&key.public_pem()).unwrap();
        assert!(public.verify(Algorithm::RsaSha256, b"hello", &signature));
        assert!(!public.verify(Algorithm::RsaSha256, b"hellO", &signature));
        assert!(!public.verify(Algorithm::RsaSha512, b"hello", &signature));
        assert!(!public.verify(Algorithm::Ed25519, b"hello", &signature));
        assert!(!public.verify(Algorithm::RsaSha256, b"hello", &[]));
    }

    #[test]
    fn a_pem_is_read_with_any_line_breaks_and_in_pkcs1_form() {
        let key = RsaPrivate::generate().unwrap();
        let pem = key.public_pem();
        assert!(PublicKey::from_pem(&pem.replace('\n', "\r\n")).is_ok());
        assert!(PublicKey::from_pem(pem.trim_end()).is_ok());
        let body: String = pem.lines().filter(|l| !l.starts_with("---")).collect();
        let line = format!("-----BEGIN PUBLIC KEY-----{body}-----END PUBLIC KEY-----");
        assert!(PublicKey::from_pem(&line).is_ok());
        let pkcs1 = super::pem("RSA PUBLIC KEY", key.inner.pair.public_key().as_ref());
        let public = PublicKey::from_pem(&pkcs1).unwrap();
        let signature = key.sign_sha256(b"x").unwrap();
        assert!(public.verify(Algorithm::RsaSha256, b"x", &signature));
    }

    #[test]
    fn rsa_with_sha512_verifies() {
        let key = RsaPrivate::generate().unwrap();
        let mut signature = vec![0; 256];
        key.inner
            .pair
            .sign(&aws_lc_rs::signature::RSA_PKCS1_SHA512, &SystemRandom::new(), b"x", &mut signature)
            .unwrap();
        let public = PublicKey::from_pem(&key.public_pem()).unwrap();
        assert!(public.verify(Algorithm::RsaSha512, b"x", &signature));
        assert!(!public.verify(Algorithm::RsaSha256, b"x", &signature));
    }

    #[test]
    fn an_rsa_key_of_1024_bits_is_refused() {
        let weak = "-----BEGIN PUBLIC KEY-----\n\
            MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCFENGw33yGihy92pDjZQhl0C36\n\
            rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6L\n\
            4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJwo\n\
            YEU+0g9fsnDylgHMrwIDAQAB\n-----END PUBLIC KEY-----\n";
        assert_eq!(PublicKey::from_pem(weak).unwrap_err(), KeyError::Size(1024));
    }

    #[test]
    fn an_ed25519_key_survives_storage_and_its_multibase_verifies() {
        let key = Ed25519Private::generate().unwrap();
        let again = Ed25519Private::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
        assert_eq!(key.public_multibase(), again.public_multibase());
        assert!(key.public_multibase().starts_with("z6Mk"));
        let signature = again.sign(b"hello").unwrap();
        assert_eq!(signature.len(), 64);
        let public = PublicKey::from_multibase(&key.public_multibase()).unwrap();
        assert!(public.verify(Algorithm::Ed25519, b"hello", &signature));
        assert!(!public.verify(Algorithm::Ed25519, b"hellO", &signature));
        assert!(!public.verify(Algorithm::RsaSha256, b"hello", &signature));
        let mut spki = ED25519_SPKI.to_vec();
        spki.extend_from_slice(key.pair.public_key().as_ref());
        let public = PublicKey::from_pem(&super::pem("PUBLIC KEY", &spki)).unwrap();
        assert!(public.verify(Algorithm::Ed25519, b"hello", &signature));
    }

    #[test]
    fn the_secret_of_the_fep_8b32_vector_gives_its_public_key() {
        // RFC 8410 header of a PKCS#8 key, then the seed behind the multicodec prefix 0x1300.
        let secret = bs58::decode("3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq").into_vec().unwrap();
        let seed = secret.strip_prefix(&[0x80, 0x26]).unwrap();
        let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        der.extend_from_slice(seed);
        let key = Ed25519Private::from_pkcs8(&der).unwrap();
        let public = PublicKey::from_multibase(&key.public_multibase()).unwrap();
        let hashes = "cf63e2308ce7d1137667192c5c5e751ba7b1c6e3d5e746a7b717d309654ad198\
                      0793e8d97e2de4b989b2b2d7a5fae8cf941f102a03c0ecab00f03eaa2330c650";
        let message: Vec<u8> = hashes
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let signature = key.sign(&message).unwrap();
        assert_eq!(
            bs58::encode(&signature).into_string(),
            "42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL"
        );
        assert!(public.verify(Algorithm::Ed25519, &message, &signature));
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        for bad in [
            "",
            "-----BEGIN PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY-----",
            "-----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY-----",
        ] {
            assert!(PublicKey::from_pem(bad).is_err(), "{bad}");
        }
        for bad in ["", "z", "z6Mk", "m6Mk", "z0OIl", "zzzzzzzz"] {
            assert!(PublicKey::from_multibase(bad).is_err(), "{bad}");
        }
        assert!(PublicKey::from_multibase(&"z".repeat(100_000)).is_err());
        assert!(RsaPrivate::from_pkcs8_der(b"nonsense").is_err());
        assert!(Ed25519Private::from_pkcs8(b"nonsense").is_err());
    }
}
