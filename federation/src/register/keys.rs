//! The keys of a coalition as a register or its actor lists them (FEP-521a).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::key::PublicKey;
use crate::limits::{MAX_REGISTER_KEYS, MAX_URL};

/// Ed25519 keys by their ids. Cheap to clone only while there are few, as there are.
#[derive(Debug, Clone, Default)]
pub struct Keys(BTreeMap<String, Listed>);

#[derive(Debug, Clone)]
struct Listed {
    key: PublicKey,
    multibase: String,
    revoked: bool,
}

impl Keys {
    /// The keys of a document: `keys` of a register, `assertionMethod` of an actor. What cannot be read is left out.
    #[must_use]
    pub fn of(document: &Value) -> Self {
        let listed = document.get("keys").or_else(|| document.get("assertionMethod"));
        let mut keys = Self::default();
        keys.add(&listed.map(Value::to_string).unwrap_or_default());
        keys
    }

    /// Adds what a JSON array lists; the first key of an id stays.
    pub(super) fn add(&mut self, json: &str) {
        let Ok(Value::Array(listed)) = serde_json::from_str::<Value>(json) else { return };
        for one in listed.iter().take(MAX_REGISTER_KEYS) {
            let text =
                |name: &str| one.get(name).and_then(Value::as_str).filter(|text| text.len() <= MAX_URL);
            let (Some(id), Some(multibase)) = (text("id"), text("publicKeyMultibase")) else { continue };
            if self.0.len() >= MAX_REGISTER_KEYS || self.0.contains_key(id) {
                continue;
            }
            if let Ok(key @ PublicKey::Ed25519(_)) = PublicKey::from_multibase(multibase) {
                let revoked = one.get("revoked").and_then(Value::as_bool).unwrap_or_default();
                self.0.insert(id.to_owned(), Listed { key, multibase: multibase.to_owned(), revoked });
            }
        }
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, id: &str) -> Option<&PublicKey> {
        self.0.get(id).map(|listed| &listed.key)
    }

    /// The public key of this id, as a Multikey.
    #[must_use]
    pub fn public(&self, id: &str) -> Option<String> {
        self.0.get(id).map(|listed| listed.multibase.clone())
    }

    pub(super) fn is_revoked(&self, id: &str) -> bool {
        self.0.get(id).is_some_and(|listed| listed.revoked)
    }
}

/// The id of the actor whose key the (first) proof of an entry names.
pub(super) fn signer(entry: &Value) -> Option<String> {
    let proof = crate::fields::entries(entry, "proof").first()?;
    let method = proof.get("verificationMethod")?.as_str()?;
    let (actor, _) = method.split_once('#')?;
    (actor.len() <= MAX_URL).then(|| actor.to_owned())
}
