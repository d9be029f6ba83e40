//! Actors of others and their keys.
//!
//! Parsing only. That the document was fetched from its own id is the caller's to see to
//! ([`crate::check::fetched`]); so is what is done with a moved actor.

use crate::check::Refusal;
use crate::fields;
use crate::key::{KeyError, PublicKey};
use crate::limits::{MAX_KEYS, MAX_USERNAME};
use crate::url_check::{self, same_origin};
use serde_json::Value;
use url::Url;

/// The types of actors (ActivityStreams vocabulary, section 3.2).
const TYPES: [&str; 5] = ["Application", "Group", "Organization", "Person", "Service"];

/// Whether a type is that of an actor.
#[must_use]
pub fn is_actor_type(kind: &str) -> bool {
    TYPES.contains(&fields::bare_type(kind))
}

/// An actor of another server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteActor {
    /// Its id.
    pub id: Url,
    /// Its type, one of the five.
    pub kind: String,
    /// The name in its handle, in ASCII; the actor of a Lemmy server has none.
    pub preferred_username: Option<String>,
    /// The name that is shown, plain text.
    pub name: Option<String>,
    /// What it says of itself, HTML as it came.
    pub summary: Option<String>,
    /// Where it receives, at its own origin.
    pub inbox: Url,
    /// Where its server receives once for all, if at the same origin.
    pub shared_inbox: Option<Url>,
    /// What it published.
    pub outbox: Option<Url>,
    /// Who follows it, at its own origin.
    pub followers: Option<Url>,
    /// The page that people read.
    pub url: Option<Url>,
    /// A picture.
    pub icon: Option<Url>,
    /// Its keys: those that name it as their owner, at its own origin.
    pub keys: Vec<RemoteKey>,
    /// Those of them that may vouch for what it says (`assertionMethod`, FEP-521a).
    pub assertion_methods: Vec<RemoteKey>,
    /// Other ids of the same person or group.
    pub also_known_as: Vec<Url>,
    /// Where it moved to.
    pub moved_to: Option<Url>,
}

/// A public key as a document gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteKey {
    /// Its id, mostly that of the actor with a fragment; GoToSocial gives it a document of its own.
    pub id: Url,
    /// The actor whose key it is, by its own word.
    pub owner: Url,
    /// The key itself, not yet read.
    pub material: KeyMaterial,
}

/// The written form of a public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyMaterial {
    /// `publicKeyPem`.
    Pem(String),
    /// `publicKeyMultibase` (FEP-521a).
    Multibase(String),
}

impl RemoteKey {
    /// Reads the key; do it once and keep the result.
    ///
    /// # Errors
    /// [`KeyError`] where it is malformed, too small or too large.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        match &self.material {
            KeyMaterial::Pem(text) => PublicKey::from_pem(text),
            KeyMaterial::Multibase(text) => PublicKey::from_multibase(text),
        }
    }
}

/// Reads an actor. `allow_http` lets ids be plain http, for tests on one machine.
///
/// # Errors
/// [`Refusal::NotAnActor`] where the type is not an actor's, [`Refusal::Missing`] without id or
/// inbox, [`Refusal::ForeignInbox`] where the inbox lies elsewhere, [`Refusal::Id`] for bad ids.
pub fn parse(value: &Value, allow_http: bool) -> Result<RemoteActor, Refusal> {
    let kind = fields::kind(value, is_actor_type).filter(|k| is_actor_type(k));
    let kind = kind.ok_or(Refusal::NotAnActor)?.to_owned();
    let id = fields::document_id(value, allow_http)?;
    let inbox = fields::id(value, "inbox", allow_http)?.ok_or(Refusal::Missing("inbox"))?;
    if !same_origin(&inbox, &id) {
        return Err(Refusal::ForeignInbox);
    }
    let own =
        |value: &Value, key| fields::lenient_id(value, key, allow_http).filter(|url| same_origin(url, &id));
    let shared_inbox = value.get("endpoints").and_then(|e| own(e, "sharedInbox"));
    let owned = |text: &str| Some(text.to_owned());
    let own_keys = |properties: &[&str]| {
        let mut keys = keys(value, properties, allow_http);
        keys.retain(|key| key.owner == id && same_origin(&key.id, &id));
        keys
    };
    Ok(RemoteActor {
        kind,
        preferred_username: fields::text(value, "preferredUsername")
            .filter(|name| is_username(name))
            .and_then(owned),
        name: fields::line(value, "name"),
        summary: fields::text(value, "summary").and_then(owned),
        shared_inbox,
        outbox: own(value, "outbox"),
        followers: own(value, "followers"),
        url: fields::link(value, "url"),
        icon: fields::link(value, "icon"),
        keys: own_keys(&KEYS),
        assertion_methods: own_keys(&["assertionMethod"]),
        also_known_as: fields::ids(value, "alsoKnownAs", allow_http)?,
        moved_to: fields::lenient_id(value, "movedTo", allow_http),
        inbox,
        id,
    })
}

/// Whether a name can stand in a handle as it is: nothing in it that looks like the rest of one, or like something else.
fn is_username(name: &str) -> bool {
    name.len() <= MAX_USERNAME && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-~+!".contains(&b))
}

/// Reads who a fetched key document says owns the key `key_id`.
///
/// The document may be the key itself, or an actor, whole or a stub, that lists it. Its word counts
/// only when the owner, fetched by its own id, lists the same key ([`crate::check::listed_key`]).
///
/// # Errors
/// [`Refusal::UnknownKey`] where the document does not hold that key.
pub fn key_owner(value: &Value, key_id: &str, allow_http: bool) -> Result<Url, Refusal> {
    let wanted = url_check::id_with_fragment(key_id, allow_http)?;
    let bare = key(value, allow_http);
    keys(value, &KEYS, allow_http)
        .into_iter()
        .chain(bare)
        .find(|key| key.id == wanted)
        .map(|key| key.owner)
        .ok_or(Refusal::UnknownKey)
}

/// Where an actor lists its keys.
const KEYS: [&str; 2] = ["publicKey", "assertionMethod"];

/// The keys in these properties, whoever their owner; those that are only named or cannot be read are left out.
fn keys(value: &Value, properties: &[&str], allow_http: bool) -> Vec<RemoteKey> {
    properties
        .iter()
        .flat_map(|property| fields::entries(value, property).iter().take(MAX_KEYS))
        .filter_map(|entry| key(entry, allow_http))
        .take(MAX_KEYS)
        .collect()
}

fn key(entry: &Value, allow_http: bool) -> Option<RemoteKey> {
    let id = fields::text(entry, "id")?;
    let owner = fields::text(entry, "owner").or_else(|| fields::text(entry, "controller"))?;
    let material = match fields::text(entry, "publicKeyPem") {
        Some(pem) => KeyMaterial::Pem(pem.to_owned()),
        None => KeyMaterial::Multibase(fields::text(entry, "publicKeyMultibase")?.to_owned()),
    };
    Some(RemoteKey {
        id: url_check::id_with_fragment(id, allow_http).ok()?,
        owner: url_check::id(owner, allow_http).ok()?,
        material,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::check::listed_key;
    use serde_json::json;

    fn ada() -> Value {
        json!({
            "id": "https://a.example/ada", "type": "Person", "preferredUsername": "ada",
            "inbox": "https://a.example/ada/inbox",
            "publicKey": {"id": "https://a.example/ada#main-key", "owner": "https://a.example/ada", "publicKeyPem": "x"}
        })
    }

    fn with(key: &str, v: Value) -> Value {
        let mut value = ada();
        value.as_object_mut().unwrap().insert(key.to_owned(), v);
        value
    }

    #[test]
    fn keys_of_another_owner_or_host_are_not_taken() {
        let key = |id: &str, owner: &str| json!({"id": id, "owner": owner, "publicKeyPem": "x"});
        let keys = json!([
            key("https://a.example/ada#main-key", "https://a.example/eve"),
            key("https://b.example/key", "https://a.example/ada"),
            key("https://a.example/ada/second", "https://a.example/ada"),
            "https://a.example/ada#third"
        ]);
        let actor = parse(&with("publicKey", keys), false).unwrap();
        assert_eq!(actor.keys.len(), 1);
        assert!(listed_key(&actor, "https://a.example/ada/second").is_ok());
        assert_eq!(listed_key(&actor, "https://a.example/ada#main-key"), Err(Refusal::UnknownKey));
    }

    #[test]
    fn a_name_is_one_line_that_turns_nothing_around_and_a_handle_is_plain() {
        let name = |name: &str| parse(&with("name", json!(name)), false).unwrap().name;
        assert_eq!(name(" Ada\n\u{202e}\u{2066}Lovelace\u{7} ").as_deref(), Some("Ada Lovelace"));
        assert_eq!(name(&"é".repeat(10_000)).unwrap().chars().count(), 500);
        assert_eq!(name("\u{200f} \u{202e}"), None);
        let handle =
            |name: &str| parse(&with("preferredUsername", json!(name)), false).unwrap().preferred_username;
        assert_eq!(handle("Ada.L_0-1").as_deref(), Some("Ada.L_0-1"));
        for other in ["\u{202e}ada", "ada@b.example", "аda", "a b", "<b>", &"a".repeat(129)] {
            assert_eq!(handle(other), None, "{other}");
        }
    }

    #[test]
    fn inboxes_lie_at_the_actors_own_origin() {
        let foreign = with("inbox", json!("https://b.example/inbox"));
        assert_eq!(parse(&foreign, false), Err(Refusal::ForeignInbox));
        let shared = with("endpoints", json!({"sharedInbox": "https://b.example/inbox"}));
        assert_eq!(parse(&shared, false).unwrap().shared_inbox, None);
        let shared = with("endpoints", json!({"sharedInbox": "https://a.example/inbox"}));
        assert!(parse(&shared, false).unwrap().shared_inbox.is_some());
    }

    #[test]
    fn what_is_not_an_actor_is_refused() {
        assert_eq!(parse(&with("type", json!("Note")), false), Err(Refusal::NotAnActor));
        assert_eq!(parse(&with("type", Value::Null), false), Err(Refusal::NotAnActor));
        assert_eq!(parse(&with("inbox", Value::Null), false), Err(Refusal::Missing("inbox")));
        assert!(parse(&with("id", json!("https://a.example/ada#x")), false).is_err());
        assert!(parse(&with("type", json!(["Bot", "Service"])), false).is_ok_and(|a| a.kind == "Service"));
    }

    #[test]
    fn a_key_document_tells_its_owner() {
        let key = json!({"id": "https://a.example/ada/main-key", "owner": "https://a.example/ada", "publicKeyPem": "x"});
        let owner = key_owner(&key, "https://a.example/ada/main-key", false).unwrap();
        assert_eq!(owner.as_str(), "https://a.example/ada");
        let stub = json!({"id": "https://a.example/ada", "type": "Person", "publicKey": key});
        assert_eq!(key_owner(&stub, "https://a.example/ada/main-key", false).unwrap(), owner);
        assert_eq!(key_owner(&stub, "https://a.example/other", false), Err(Refusal::UnknownKey));
    }
}
