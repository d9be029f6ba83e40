//! Integrity proofs of what local actors say (FEDERATION.md): made once where an activity is stored, with the Ed25519 key of
//! its actor. What others vouch for is verified in `ap/vouched.rs`.

use chrono::{DateTime, NaiveDateTime, Utc};
use reset_federation::key::{Ed25519Private, KeyError};
use reset_federation::proof;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::keys;
use crate::db::{self, Conn};
use crate::model;

/// What a local actor vouches with.
#[derive(Debug)]
pub struct Voucher {
    /// The actor.
    actor: String,
    /// The id of the key: the actor's with the fragment of its Ed25519 key.
    pub method: String,
    key: Ed25519Private,
}

impl Voucher {
    /// Of the actor with this id, whose Ed25519 key this is.
    ///
    /// # Errors
    /// [`KeyError`] where the stored key cannot be read.
    pub fn new(actor: &str, key: &model::actor::Key) -> Result<Voucher, KeyError> {
        Ok(Voucher {
            method: format!("{actor}#{}", key.fragment),
            key: Ed25519Private::from_pkcs8(&key.private_der)?,
            actor: actor.to_owned(),
        })
    }

    /// Puts a proof into a document of this actor's, as `created` when the document says it was changed or published, else
    /// at `made`: the same document always gets the same proof, when it is served as when it is sent.
    ///
    /// # Errors
    /// [`proof::ProofError`] where the document is no object.
    pub fn vouch(&self, document: &mut Value, made: DateTime<Utc>) -> Result<(), proof::ProofError> {
        let created = ["updated", "published"].iter().find_map(|name| {
            let text = document.get(name)?.as_str()?;
            DateTime::parse_from_rfc3339(text).ok()
        });
        proof::sign(document, &self.method, &self.key, created.map_or(made, |at| at.to_utc()))
    }

    /// Whether an embedded object is this actor's and stands by itself: then it has a proof of its own. A `Tombstone` has
    /// none: it names no author whose proof it could be, and the `Delete` around it is vouched for.
    fn owns(&self, object: &Value) -> bool {
        let names = |key: &str| match object.get(key) {
            Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(&self.actor)),
            one => one.and_then(Value::as_str) == Some(&self.actor),
        };
        object.get("@context").is_some() && ["id", "attributedTo", "actor"].into_iter().any(names)
    }
}

/// Vouches for an activity that is about to be stored: first the object that it embeds, if that is its actor's, stands by
/// itself (an `@context` of its own) and has no proof yet, then the whole. Nothing else in it is touched. The key of the actor
/// is made where it has none.
///
/// # Errors
/// The database's.
pub fn seal(
    conn: &mut Conn,
    actor_id: i64,
    document: &mut Value,
    made: NaiveDateTime,
) -> Result<(), db::Error> {
    // Without an actor nobody could say whose word it is.
    let Some(actor) = document.get("actor").and_then(Value::as_str) else {
        return Ok(());
    };
    let key = key(conn, actor_id, made)?;
    let voucher = Voucher::new(actor, &key).map_err(|error| unusable(actor_id, error))?;
    let sealed = seal_with(&voucher, document, made.and_utc());
    sealed.map_err(|error| unusable(actor_id, error))
}

fn seal_with(voucher: &Voucher, document: &mut Value, made: DateTime<Utc>) -> Result<(), proof::ProofError> {
    if let Some(object) = document.get_mut("object")
        && voucher.owns(object)
        && !proof::is_present(object)
    {
        voucher.vouch(object, made)?;
    }
    voucher.vouch(document, made)
}

fn unusable(actor_id: i64, error: impl std::fmt::Display) -> db::Error {
    db::Error::Corrupt(format!("the Ed25519 key of the actor {actor_id} cannot be used: {error}"))
}

/// The current Ed25519 key of a local actor, made now where there is none.
///
/// # Errors
/// The database's.
pub fn key(conn: &mut Conn, actor_id: i64, now: NaiveDateTime) -> Result<model::actor::Key, db::Error> {
    if let Some(key) = model::actor::current_key(conn, actor_id, keys::ED25519)? {
        return Ok(key);
    }
    let made = keys::generate_ed25519().map_err(|error| unusable(actor_id, error))?;
    model::actor::insert_key(conn, actor_id, &made, now)?;
    let stored = model::actor::current_key(conn, actor_id, keys::ED25519)?;
    stored.ok_or_else(|| unusable(actor_id, "it was rotated out and has no successor"))
}

/// Makes every stored proof anew, after the documents were rewritten: only before the node was served for the first time.
///
/// # Errors
/// The database's.
pub fn reseal_all(conn: &mut Conn) -> Result<(), db::Error> {
    let mut after = String::new();
    while let Some(activity) = model::activity::after(conn, &after)? {
        after.clone_from(&activity.id);
        reseal(conn, activity)?;
    }
    Ok(())
}

/// Makes every stored proof of an actor anew, with its current key: those before are not to be believed any more.
///
/// # Errors
/// The database's.
pub fn reseal_of(conn: &mut Conn, actor_id: i64) -> Result<(), db::Error> {
    let mut after = String::new();
    while let Some(activity) = model::activity::after_of(conn, actor_id, &after)? {
        after.clone_from(&activity.id);
        reseal(conn, activity)?;
    }
    Ok(())
}

fn reseal(conn: &mut Conn, activity: model::activity::Activity) -> Result<(), db::Error> {
    let mut document: Value = serde_json::from_str(&activity.document)
        .map_err(|error| db::Error::Corrupt(format!("the activity {}: {error}", activity.id)))?;
    let actor = document.get("actor").and_then(Value::as_str).unwrap_or_default().to_owned();
    let key = key(conn, activity.actor_id, activity.made_at)?;
    let voucher = Voucher::new(&actor, &key).map_err(|error| unusable(activity.actor_id, error))?;
    if let Some(object) = document.get_mut("object")
        && voucher.owns(object)
        && let Some(members) = object.as_object_mut()
    {
        members.shift_remove("proof");
        // The entry that a decision carries has a proof of its own, which stands in the register.
        let entered = match &activity.publication_id {
            Some(id) if members.contains_key("decision") => model::decision::of_publication(conn, id)?,
            _ => None,
        };
        if let Some(entry) = entered.and_then(|row| serde_json::from_str(&model::decision::told(&row)).ok()) {
            members.insert("decision".to_owned(), entry);
        }
    }
    if !actor.is_empty() {
        let sealed = seal_with(&voucher, &mut document, activity.made_at.and_utc());
        sealed.map_err(|error| unusable(activity.actor_id, error))?;
        model::activity::rewrite(conn, &activity.id, &document.to_string())?;
    }
    Ok(())
}

/// The object with this id that a stored activity embeds with its proof, byte for byte.
pub fn embedded(activity: &str, id: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Outside<'a> {
        #[serde(borrow)]
        object: &'a RawValue,
    }
    #[derive(Deserialize)]
    struct Inside {
        id: String,
        #[serde(rename = "proof")]
        _proof: IgnoredAny,
    }
    let object = serde_json::from_str::<Outside<'_>>(activity).ok()?.object.get();
    let inside = serde_json::from_str::<Inside>(object).ok()?;
    (inside.id == id).then(|| object.to_owned())
}

/// How many activities of a publication's coalition are looked at for the one that last told the publication.
const LOOKED_AT: usize = 8;

/// The publication `id` (a UUID), whose address is `url`, as its coalition last sent it. None where the last few activities
/// about it do not hold it with a proof.
///
/// # Errors
/// The database's.
pub fn last_sent(
    conn: &mut Conn,
    actor_id: i64,
    publication: &str,
    url: &str,
) -> model::Result<Option<String>> {
    let mut before = None;
    for _ in 0..LOOKED_AT {
        let told = model::activity::last_about(conn, actor_id, publication, before.as_deref())?;
        let Some(activity) = told else { break };
        if let Some(object) = embedded(&activity.document, url) {
            return Ok(Some(object));
        }
        before = Some(activity.id);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_embedded_object_that_was_asked_for_and_has_a_proof_is_given_byte_for_byte() {
        let activity = r#"{"id":"a","object": {"id": "o",  "x":[1.50], "proof":{}} ,"proof":{}}"#;
        assert_eq!(embedded(activity, "o").as_deref(), Some(r#"{"id": "o",  "x":[1.50], "proof":{}}"#));
        assert_eq!(embedded(activity, "other"), None);
        assert_eq!(embedded(&json!({"object": {"id": "o"}, "proof": {}}).to_string(), "o"), None);
        assert_eq!(embedded(&json!({"object": "o", "proof": {}}).to_string(), "o"), None);
        assert_eq!(embedded("{}", "o"), None);
    }
}
