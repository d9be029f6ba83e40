//! Whose is this, and may they? The checks that need nothing but the documents at hand.
//!
//! They run before every effect and never fetch: where only the origin can tell, they say so with
//! [`Verdict::Refetch`]. Comparing with what is stored (the owner of an object to delete) is the
//! server's.

use crate::activity::{Activity, ActivityKind, Embedded, ObjectRef};
use crate::actor::{RemoteActor, RemoteKey, is_actor_type};
use crate::fields;
use crate::json::JsonError;
use crate::url_check::{UrlError, same_origin};
use url::Url;

/// Why something received is refused. Each has a sentence for the log and a word for the metrics.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a document that is read at all.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// An id that is not one.
    #[error(transparent)]
    Id(#[from] UrlError),
    /// A property that must be there is not.
    #[error("the property {0} is missing")]
    Missing(&'static str),
    /// A property has a value of another shape.
    #[error("the property {0} cannot be read")]
    Invalid(&'static str),
    /// More entries than the limit allows.
    #[error("there are too many entries of {0}")]
    TooMany(&'static str),
    /// The activity's id lies on another server than its actor.
    #[error("the id of the activity is on another host than its actor")]
    ForeignId,
    /// The object lies on another server than the actor.
    #[error("the object is on another host than the actor")]
    ForeignObject,
    /// The actor acts on something of another actor of the same server.
    #[error("the actor does not own the object")]
    NotOwner,
    /// A document that was to be an actor is none.
    #[error("the document is not an actor")]
    NotAnActor,
    /// The inbox lies on another server than the actor.
    #[error("the inbox is on another host than the actor")]
    ForeignInbox,
    /// The actor does not list the key that signed.
    #[error("the actor does not list the key")]
    UnknownKey,
}

impl Refusal {
    /// A short word for metrics and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Json(e) => e.reason(),
            Self::Id(_) => "bad_id",
            Self::Missing(_) => "missing_property",
            Self::Invalid(_) => "invalid_property",
            Self::TooMany(_) => "too_many_entries",
            Self::ForeignId => "foreign_id",
            Self::ForeignObject => "foreign_object",
            Self::NotOwner => "not_owner",
            Self::NotAnActor => "not_an_actor",
            Self::ForeignInbox => "foreign_inbox",
            Self::UnknownKey => "unknown_key",
        }
    }
}

/// What a check that does not refuse says about an embedded document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may be used as it stands.
    Trusted,
    /// It may not: fetch this id and use what its origin says instead.
    Refetch(Url),
}

/// Checks that an activity is its actor's to send, outside an `Announce`.
///
/// Its id lies at the origin of its actor. What it creates, changes or deletes does as well; an
/// embedded actor must be the actor itself, and an embedded object must name the actor in
/// `attributedTo`, else it has to be refetched; so has the post for which a `QuoteRequest` asks (FEP-044f).
/// What is undone must be the actor's own, and only an actor itself can move.
///
/// # Errors
/// [`Refusal::ForeignId`], [`Refusal::ForeignObject`], [`Refusal::NotOwner`], and
/// [`Refusal::Missing`] where there is no object or it has no id.
pub fn activity_origin(activity: &Activity) -> Result<Verdict, Refusal> {
    if !same_origin(&activity.id, &activity.actor) {
        return Err(Refusal::ForeignId);
    }
    let mut verdict = Verdict::Trusted;
    match activity.kind {
        ActivityKind::Create | ActivityKind::Update | ActivityKind::Delete => {
            require_object(activity)?;
            for object in activity.objects() {
                let one = own_object(activity, object)?;
                if verdict == Verdict::Trusted {
                    verdict = one;
                }
            }
        }
        ActivityKind::QuoteRequest => {
            require_object(activity)?;
            let post = activity.instrument.as_ref().ok_or(Refusal::Missing("instrument"))?;
            verdict = own_object(activity, post)?;
        }
        ActivityKind::Undo => {
            require_object(activity)?;
            for object in activity.objects() {
                own_undone(activity, object)?;
            }
        }
        ActivityKind::Move => match activity.object.as_ref().and_then(ObjectRef::id) {
            Some(id) if *id == activity.actor => {}
            Some(_) => return Err(Refusal::NotOwner),
            None => return Err(Refusal::Missing("object")),
        },
        _ => {}
    }
    Ok(verdict)
}

fn require_object(activity: &Activity) -> Result<(), Refusal> {
    match activity.object {
        Some(_) => Ok(()),
        None => Err(Refusal::Missing("object")),
    }
}

/// An object of `Create`, `Update` or `Delete`.
fn own_object(activity: &Activity, object: &ObjectRef) -> Result<Verdict, Refusal> {
    let id = object.id().ok_or(Refusal::Missing("object.id"))?;
    if !same_origin(id, &activity.actor) {
        return Err(Refusal::ForeignObject);
    }
    if object.kind().is_some_and(is_actor_type) && *id != activity.actor {
        return Err(Refusal::NotOwner);
    }
    match object {
        _ if activity.kind == ActivityKind::Delete => Ok(Verdict::Trusted),
        // What has the id of the actor is the actor.
        _ if *id == activity.actor => match object.kind().is_none_or(is_actor_type) {
            true => Ok(Verdict::Trusted),
            false => Err(Refusal::NotAnActor),
        },
        ObjectRef::Embedded(embedded) if is_attributed(embedded, &activity.actor) => Ok(Verdict::Trusted),
        _ => Ok(Verdict::Refetch(id.clone())),
    }
}

fn is_attributed(embedded: &Embedded, actor: &Url) -> bool {
    fields::ids(&embedded.value, "attributedTo", true).is_ok_and(|ids| ids.contains(actor))
}

/// The activity that an `Undo` takes back.
fn own_undone(activity: &Activity, object: &ObjectRef) -> Result<(), Refusal> {
    if let ObjectRef::Embedded(embedded) = object {
        let actor = fields::lenient_id(&embedded.value, "actor", true);
        if actor.is_some_and(|actor| actor != activity.actor) {
            return Err(Refusal::NotOwner);
        }
    }
    match object.id() {
        Some(id) if !same_origin(id, &activity.actor) => Err(Refusal::ForeignObject),
        // An embedded Follow without an id is matched by actor and object.
        _ => Ok(()),
    }
}

/// Compares the id that a fetched document gives itself with the URL that it was finally read
/// from (after redirects). Where they differ, one fetch of that id may confirm it.
#[must_use]
pub fn fetched(final_url: &Url, id: &Url) -> Verdict {
    if final_url == id { Verdict::Trusted } else { Verdict::Refetch(id.clone()) }
}

/// Finds the key that signed in the document of its owner, fetched by the owner's own id.
///
/// # Errors
/// [`Refusal::UnknownKey`] where the actor does not list that id.
pub fn listed_key<'a>(actor: &'a RemoteActor, key_id: &str) -> Result<&'a RemoteKey, Refusal> {
    actor
        .keys
        .iter()
        .find(|key| key.id.as_str() == key_id)
        .or_else(|| {
            let id = Url::parse(key_id).ok()?;
            actor.keys.iter().find(|key| key.id == id)
        })
        .ok_or(Refusal::UnknownKey)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use serde_json::{Value, json};

    fn check(value: Value) -> Result<Verdict, Refusal> {
        activity_origin(&crate::activity::parse(value, false).unwrap())
    }

    fn create(object: Value) -> Value {
        json!({
            "id": "https://a.example/acts/1", "type": "Create",
            "actor": "https://a.example/ada", "object": object
        })
    }

    fn of_kind(kind: &str, object: Value) -> Value {
        let mut value = create(object);
        value.as_object_mut().unwrap().insert("type".into(), kind.into());
        value
    }

    #[test]
    fn an_object_embedded_by_its_own_author_is_trusted() {
        let note =
            json!({"id": "https://a.example/n/1", "type": "Note", "attributedTo": "https://a.example/ada"});
        assert_eq!(check(create(note)), Ok(Verdict::Trusted));
        let several = json!({"id": "https://a.example/n/1", "type": "Video",
            "attributedTo": [{"type": "Group", "id": "https://a.example/g"}, {"type": "Person", "id": "https://a.example/ada"}]});
        assert_eq!(check(create(several)), Ok(Verdict::Trusted));
    }

    #[test]
    fn an_object_that_does_not_name_its_author_is_refetched() {
        let id: Url = "https://a.example/n/1".parse().unwrap();
        for object in [
            json!({"id": id.as_str(), "type": "Note", "attributedTo": "https://a.example/eve"}),
            json!({"id": id.as_str(), "type": "Note"}),
            json!(id.as_str()),
        ] {
            assert_eq!(check(create(object)), Ok(Verdict::Refetch(id.clone())));
        }
    }

    #[test]
    fn one_unattributed_object_among_several_is_refetched() {
        let objects = json!([
            {"id": "https://a.example/n/1", "type": "Note", "attributedTo": "https://a.example/ada"},
            {"id": "https://a.example/n/2", "type": "Note", "attributedTo": "https://a.example/eve"}
        ]);
        let second = Verdict::Refetch("https://a.example/n/2".parse().unwrap());
        assert_eq!(check(create(objects)), Ok(second));
    }

    #[test]
    fn an_activity_id_on_another_host_is_refused() {
        let mut value = create(json!("https://a.example/n/1"));
        value.as_object_mut().unwrap().insert("id".into(), "https://b.example/acts/1".into());
        assert_eq!(check(value), Err(Refusal::ForeignId));
    }

    #[test]
    fn an_object_on_another_host_is_refused_in_create_update_and_delete() {
        let note =
            json!({"id": "https://b.example/n/1", "type": "Note", "attributedTo": "https://a.example/ada"});
        for kind in ["Create", "Update", "Delete"] {
            assert_eq!(check(of_kind(kind, note.clone())), Err(Refusal::ForeignObject), "{kind}");
            let bare = json!("https://b.example/n/1");
            assert_eq!(check(of_kind(kind, bare)), Err(Refusal::ForeignObject), "{kind}");
            let other_port = json!("https://a.example:8443/n/1");
            assert_eq!(check(of_kind(kind, other_port)), Err(Refusal::ForeignObject), "{kind}");
        }
        for kind in ["Like", "Announce", "Follow"] {
            assert_eq!(check(of_kind(kind, note.clone())), Ok(Verdict::Trusted), "{kind}");
        }
    }

    #[test]
    fn an_actor_may_change_or_delete_itself_only() {
        for kind in ["Update", "Delete"] {
            let own = json!({"id": "https://a.example/ada", "type": "Person"});
            assert_eq!(check(of_kind(kind, own)), Ok(Verdict::Trusted), "{kind}");
            let other = json!({"id": "https://a.example/eve", "type": "Person", "attributedTo": "https://a.example/ada"});
            assert_eq!(check(of_kind(kind, other)), Err(Refusal::NotOwner), "{kind}");
        }
        assert_eq!(check(of_kind("Delete", json!("https://a.example/ada"))), Ok(Verdict::Trusted));
        let note =
            json!({"id": "https://a.example/ada", "type": "Note", "attributedTo": "https://a.example/ada"});
        assert_eq!(check(of_kind("Create", note.clone())), Err(Refusal::NotAnActor));
        assert_eq!(check(of_kind("Update", note)), Err(Refusal::NotAnActor));
    }

    #[test]
    fn an_undo_takes_back_the_actors_own_acts_only() {
        let follow = |actor: &str| json!({"id": "https://a.example/f/1", "type": "Follow", "actor": actor, "object": "https://us.example/g"});
        assert_eq!(check(of_kind("Undo", follow("https://a.example/ada"))), Ok(Verdict::Trusted));
        assert_eq!(check(of_kind("Undo", follow("https://a.example/eve"))), Err(Refusal::NotOwner));
        assert_eq!(check(of_kind("Undo", json!("https://b.example/f/1"))), Err(Refusal::ForeignObject));
        assert_eq!(check(of_kind("Undo", Value::Null)), Err(Refusal::Missing("object")));
    }

    #[test]
    fn a_post_that_asks_to_quote_is_the_actors_own() {
        let ask = |post: Value| {
            let mut value = of_kind("QuoteRequest", json!("https://us.example/publications/1"));
            value.as_object_mut().unwrap().insert("instrument".into(), post);
            check(value)
        };
        let id: Url = "https://a.example/n/1".parse().unwrap();
        let post = |author: &str| json!({"id": id.as_str(), "type": "Note", "attributedTo": author});
        assert_eq!(ask(post("https://a.example/ada")), Ok(Verdict::Trusted));
        assert_eq!(ask(post("https://a.example/eve")), Ok(Verdict::Refetch(id.clone())));
        assert_eq!(ask(json!(id.as_str())), Ok(Verdict::Refetch(id.clone())));
        assert_eq!(ask(json!("https://b.example/n/1")), Err(Refusal::ForeignObject));
        assert_eq!(ask(Value::Null), Err(Refusal::Missing("instrument")));
    }

    #[test]
    fn only_the_actor_itself_can_move() {
        assert_eq!(check(of_kind("Move", json!("https://a.example/ada"))), Ok(Verdict::Trusted));
        assert_eq!(check(of_kind("Move", json!("https://a.example/eve"))), Err(Refusal::NotOwner));
    }

    #[test]
    fn a_fetched_document_must_have_the_id_it_was_read_from() {
        let a: Url = "https://a.example/ada".parse().unwrap();
        let b: Url = "https://a.example/@ada".parse().unwrap();
        assert_eq!(fetched(&a, &a), Verdict::Trusted);
        assert_eq!(fetched(&b, &a), Verdict::Refetch(a));
    }
}
