//! Activities of local actors, ready to be stored and sent. Objects are embedded as they stand, with their own `@context`.

use chrono::{DateTime, Utc};
use reset_federation::vocab::{self, PUBLIC};
use serde_json::{Value, json};

use crate::app::Urls;

/// Whole seconds with Z, as every peer reads them.
pub fn timestamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What every activity of ours needs: its row id (a UUID), who says it (an id), and when.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Builds the ids.
    pub urls: &'a Urls,
    /// UUIDv7 of the activity.
    pub id: &'a str,
    /// The id of the local actor.
    pub actor: &'a str,
    /// The moment.
    pub at: DateTime<Utc>,
}

impl Said<'_> {
    /// `Create`, `Update`, `Delete`: to everybody, a copy to the followers.
    pub fn publicly(&self, kind: &str, object: &Value) -> Value {
        json!({
            "@context": vocab::object_context(),
            "id": self.urls.activity(self.id),
            "type": kind,
            "actor": self.actor,
            "published": timestamp(self.at),
            "to": [PUBLIC],
            "cc": [format!("{}/followers", self.actor)],
            "object": object,
        })
    }

    /// `Add`, `Remove`: as [`Said::publicly`], with the collection that changes (an id).
    pub fn collecting(&self, kind: &str, object: &Value, collection: &str) -> Value {
        let mut activity = self.publicly(kind, object);
        if let Some(activity) = activity.as_object_mut() {
            activity.insert("target".to_owned(), collection.into());
        }
        activity
    }

    /// `Accept`, `Reject`, `Follow`, `Undo`: to one actor. `object` is embedded verbatim (Mastodon and GoToSocial match on it).
    pub fn to(&self, kind: &str, receiver: &str, object: &Value) -> Value {
        json!({
            "@context": vocab::plain_context(),
            "id": self.urls.activity(self.id),
            "type": kind,
            "actor": self.actor,
            "to": [receiver],
            "object": object,
        })
    }

    /// The `Delete` of an object of this actor's.
    pub fn delete(&self, object: &str, former_type: &str) -> Value {
        self.publicly("Delete", &tombstone(object, former_type, self.at))
    }
}

/// What stands where an object was (ActivityStreams, `Tombstone`).
pub fn tombstone(id: &str, former_type: &str, deleted: DateTime<Utc>) -> Value {
    json!({
        "@context": vocab::AS_CONTEXT,
        "id": id,
        "type": "Tombstone",
        "formerType": former_type,
        "deleted": timestamp(deleted),
    })
}
