//! An actor of a peer who vouches for what it says, wherever it is handed on.

use chrono::{DateTime, Utc};
use reset_federation::key::Ed25519Private;
use reset_federation::proof;
use serde_json::{Value, json};

use super::Peer;

/// See the module.
pub(crate) struct Voice {
    /// Its id.
    pub(crate) actor: String,
    /// The id of its key.
    pub(crate) method: String,
    key: Ed25519Private,
}

impl Voice {
    /// Of the actor `name`, who lists the key from now on.
    pub(crate) fn of(peer: &Peer, name: &str) -> Voice {
        let actor = peer.actor(name);
        let voice =
            Voice { method: format!("{actor}#ed25519-key"), key: Ed25519Private::generate().unwrap(), actor };
        peer.change_actor(name, json!({"assertionMethod": [voice.multikey()]}));
        voice
    }

    /// The key as a document lists it.
    pub(crate) fn multikey(&self) -> Value {
        json!({
            "id": self.method, "type": "Multikey", "controller": self.actor,
            "publicKeyMultibase": self.key.public_multibase(),
        })
    }

    /// The activity with its proof, made at `at`.
    pub(crate) fn vouched(&self, activity: &Value, at: DateTime<Utc>) -> Value {
        self.vouched_as(&self.method, activity, at)
    }

    /// The same, by a key that it says is another.
    pub(crate) fn vouched_as(&self, method: &str, activity: &Value, at: DateTime<Utc>) -> Value {
        let mut activity = activity.clone();
        proof::sign(&mut activity, method, &self.key, at).unwrap();
        activity
    }
}
