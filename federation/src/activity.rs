//! Activities of others: what was done, by whom, to what.
//!
//! Parsing only: nothing is fetched, and whether the actor may do it is asked in [`crate::check`].
//! What is unknown is kept in `raw` and never an error.

use crate::check::Refusal;
use crate::fields;
use crate::limits::{MAX_OBJECTS, MAX_OPTIONS, MAX_TAGS};
use crate::url_check;
use crate::vocab::is_public;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::fmt;
use url::Url;

mod envelope;
pub use envelope::{Envelope, envelope};

macro_rules! kinds {
    ($($kind:ident),+ $(,)?) => {
        /// The type of an activity.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ActivityKind {
            $(
                #[doc = concat!("`", stringify!($kind), "`.")]
                $kind,
            )+
            /// A type that this crate does not know: accepted and ignored.
            Other(String),
        }

        impl ActivityKind {
            /// The kind of an ActivityStreams type name; a name with the vocabulary's prefix counts.
            #[must_use]
            pub fn of(name: &str) -> Self {
                match fields::bare_type(name) {
                    $(stringify!($kind) => Self::$kind,)+
                    other => Self::Other(other.to_owned()),
                }
            }

            /// The ActivityStreams type name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$kind => stringify!($kind),)+
                    Self::Other(name) => name,
                }
            }
        }
    };
}

kinds!(
    Accept,
    Add,
    Announce,
    Block,
    Create,
    Delete,
    Dislike,
    Flag,
    Follow,
    Ignore,
    Invite,
    Join,
    Leave,
    Like,
    Lock,
    Move,
    Offer,
    QuoteRequest,
    Read,
    Reject,
    Remove,
    TentativeAccept,
    TentativeReject,
    Undo,
    Update,
    View,
);

impl ActivityKind {
    /// Whether this crate knows the kind.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl fmt::Display for ActivityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An activity of another server.
#[derive(Debug, Clone)]
pub struct Activity {
    /// Its id; it may carry a fragment (Mastodon: `…/users/ada#follows/1`).
    pub id: Url,
    /// Its type.
    pub kind: ActivityKind,
    /// Who did it.
    pub actor: Url,
    /// What it was done to; the first where there are several.
    pub object: Option<ObjectRef>,
    /// The other objects, where there are several (a `Flag`, votes in one `Create`).
    pub more_objects: Vec<ObjectRef>,
    /// Where to or for whom (`Add`, `Remove`, `Move`, `Invite`, `Offer`).
    pub target: Option<ObjectRef>,
    /// What came of it (`Accept` of a `QuoteRequest` or an `Offer`).
    pub result: Option<ObjectRef>,
    /// With what (the quoting post of a `QuoteRequest`, FEP-044f).
    pub instrument: Option<ObjectRef>,
    /// First addressees, as received.
    pub to: Vec<String>,
    /// Second addressees, as received.
    pub cc: Vec<String>,
    /// When it is said to have been published.
    pub published: Option<DateTime<Utc>>,
    /// The whole document.
    pub raw: Value,
}

impl Activity {
    /// All objects, in their order.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectRef> {
        self.object.iter().chain(&self.more_objects)
    }

    /// Whether it is addressed to the public in `to` or `cc`.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.to.iter().chain(&self.cc).any(|a| is_public(a))
    }
}

/// An object as an activity names it.
#[derive(Debug, Clone, PartialEq)]
pub enum ObjectRef {
    /// Its id alone.
    Id(Url),
    /// The document itself.
    Embedded(Box<Embedded>),
}

/// A document inside another. Whether it may be believed is asked in [`crate::check`].
#[derive(Debug, Clone, PartialEq)]
pub struct Embedded {
    /// Its id, where it has one.
    pub id: Option<Url>,
    /// Its type, where it has one; the first where there are several.
    pub kind: Option<String>,
    /// The document.
    pub value: Value,
}

impl ObjectRef {
    /// The id of the object.
    #[must_use]
    pub fn id(&self) -> Option<&Url> {
        match self {
            Self::Id(id) => Some(id),
            Self::Embedded(embedded) => embedded.id.as_ref(),
        }
    }

    /// The type of an embedded object.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        match self {
            Self::Id(_) => None,
            Self::Embedded(embedded) => embedded.kind.as_deref(),
        }
    }

    /// The embedded document.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Id(_) => None,
            Self::Embedded(embedded) => Some(&embedded.value),
        }
    }
}

/// Reads an activity. `allow_http` lets ids be plain http, for tests on one machine.
///
/// An activity without an id is refused here, although the protocol knows such: it could neither
/// be remembered nor answered. Who wants to take one gives it an id first.
///
/// # Errors
/// [`Refusal`] where `id`, `type` or `actor` is missing or is no id, an object cannot be read, or
/// there are too many recipients, objects, tags or options.
pub fn parse(value: Value, allow_http: bool) -> Result<Activity, Refusal> {
    let id = value.get("id").and_then(Value::as_str).ok_or(Refusal::Missing("id"))?;
    let id = url_check::id_with_fragment(id, allow_http)?;
    if !fields::entries(&value, "type").iter().all(Value::is_string) {
        return Err(Refusal::Invalid("type"));
    }
    let kind = fields::kind(&value, |t| ActivityKind::of(t).is_known())
        .map(ActivityKind::of)
        .ok_or(Refusal::Missing("type"))?;
    let actor = actor(&value, allow_http)?;
    fields::check_recipients(&value)?;
    let mut objects = references(&value, "object", allow_http)?.into_iter();
    Ok(Activity {
        id,
        kind,
        actor,
        object: objects.next(),
        more_objects: objects.collect(),
        target: references(&value, "target", allow_http)?.into_iter().next(),
        result: references(&value, "result", allow_http)?.into_iter().next(),
        // Others use it for anything; only a quote request needs it, and misses it then.
        instrument: references(&value, "instrument", allow_http).unwrap_or_default().into_iter().next(),
        to: fields::addressees(&value, "to"),
        cc: fields::addressees(&value, "cc"),
        published: fields::time(&value, "published"),
        raw: value,
    })
}

/// The one actor, by id or embedded.
fn actor(value: &Value, allow_http: bool) -> Result<Url, Refusal> {
    match fields::entries(value, "actor") {
        [] => Err(Refusal::Missing("actor")),
        [entry] => {
            let id = fields::id_text(entry).ok_or(Refusal::Invalid("actor"))?;
            Ok(url_check::id(id, allow_http)?)
        }
        _ => Err(Refusal::Invalid("actor")),
    }
}

fn references(value: &Value, key: &'static str, allow_http: bool) -> Result<Vec<ObjectRef>, Refusal> {
    let entries = fields::entries(value, key);
    if entries.len() > MAX_OBJECTS {
        return Err(Refusal::TooMany(key));
    }
    entries.iter().map(|entry| reference(entry, key, allow_http)).collect()
}

fn reference(entry: &Value, key: &'static str, allow_http: bool) -> Result<ObjectRef, Refusal> {
    match entry {
        Value::String(id) => Ok(ObjectRef::Id(url_check::id_with_fragment(id, allow_http)?)),
        Value::Object(_) => {
            check_limits(entry)?;
            let id = match entry.get("id") {
                None | Some(Value::Null) => None,
                Some(Value::String(id)) => Some(url_check::id_with_fragment(id, allow_http)?),
                Some(_) => return Err(Refusal::Invalid(key)),
            };
            Ok(ObjectRef::Embedded(Box::new(Embedded {
                id,
                kind: fields::kind(entry, |_| false).map(str::to_owned),
                value: entry.clone(),
            })))
        }
        _ => Err(Refusal::Invalid(key)),
    }
}

/// The bounds of an object that do not depend on its type.
pub(crate) fn check_limits(value: &Value) -> Result<(), Refusal> {
    fields::check_recipients(value)?;
    if fields::entries(value, "tag").len() > MAX_TAGS {
        return Err(Refusal::TooMany("tag"));
    }
    for key in ["oneOf", "anyOf"] {
        if fields::entries(value, key).len() > MAX_OPTIONS {
            return Err(Refusal::TooMany(key));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use serde_json::json;

    fn like() -> Value {
        json!({
            "id": "https://a.example/ada#likes/1", "type": "Like", "actor": "https://a.example/ada",
            "object": "https://us.example/publications/1", "to": "as:Public",
            "cc": ["https://us.example/coalitions/g", {"id": "https://b.example/bo", "type": "Person"}],
            "published": "2026-11-06T09:00:00+01:00"
        })
    }

    fn with(key: &str, v: Value) -> Value {
        let mut value = like();
        value.as_object_mut().unwrap().insert(key.to_owned(), v);
        value
    }

    #[test]
    fn the_properties_are_read() {
        let activity = parse(like(), false).unwrap();
        assert_eq!(activity.id.as_str(), "https://a.example/ada#likes/1");
        assert_eq!(activity.kind, ActivityKind::Like);
        assert_eq!(activity.actor.as_str(), "https://a.example/ada");
        assert_eq!(activity.object.as_ref().unwrap().kind(), None);
        assert_eq!(activity.to, ["as:Public"]);
        assert_eq!(activity.cc, ["https://us.example/coalitions/g", "https://b.example/bo"]);
        assert_eq!(activity.published.unwrap().to_rfc3339(), "2026-11-06T08:00:00+00:00");
        assert!(activity.is_public());
    }

    #[test]
    fn an_unknown_type_is_kept_and_a_known_one_is_found_among_several() {
        assert_eq!(parse(with("type", json!("Teleport")), false).unwrap().kind.as_str(), "Teleport");
        let several = with("type", json!(["Teleport", "Follow"]));
        assert_eq!(parse(several, false).unwrap().kind, ActivityKind::Follow);
        let prefixed = with("type", json!("as:Follow"));
        assert_eq!(parse(prefixed, false).unwrap().kind, ActivityKind::Follow);
    }

    #[test]
    fn an_actor_may_be_embedded_but_not_plural() {
        let one = with("actor", json!([{"id": "https://a.example/ada"}]));
        assert_eq!(parse(one, false).unwrap().actor.as_str(), "https://a.example/ada");
        let two = with("actor", json!(["https://a.example/ada", "https://a.example/bo"]));
        assert_eq!(parse(two, false).unwrap_err(), Refusal::Invalid("actor"));
        assert!(parse(with("actor", json!(7)), false).is_err());
    }

    #[test]
    fn what_must_be_there_and_is_not_is_named() {
        for key in ["id", "type", "actor"] {
            let mut value = like();
            value.as_object_mut().unwrap().remove(key);
            assert_eq!(parse(value, false).unwrap_err(), Refusal::Missing(key));
        }
    }

    #[test]
    fn several_objects_are_kept_in_their_order() {
        let flag =
            with("object", json!(["https://us.example/g", {"id": "https://us.example/p/1", "type": "Note"}]));
        let flag = parse(flag, false).unwrap();
        let ids: Vec<_> = flag.objects().filter_map(ObjectRef::id).map(Url::as_str).collect();
        assert_eq!(ids, ["https://us.example/g", "https://us.example/p/1"]);
    }

    #[test]
    fn http_ids_are_read_only_where_allowed() {
        let value = with("actor", json!("http://127.0.0.1:9001/ada"));
        assert!(parse(value.clone(), false).is_err());
        assert!(parse(value, true).is_ok());
    }

    #[test]
    fn recipients_tags_and_options_are_bounded() {
        let many = |n: usize| Value::from(vec!["https://a.example/x"; n]);
        assert!(parse(with("to", many(998)), false).is_ok());
        assert_eq!(parse(with("to", many(999)), false).unwrap_err(), Refusal::TooMany("recipients"));
        assert_eq!(parse(with("bcc", many(998)), false).unwrap_err(), Refusal::TooMany("recipients"));
        let tagged = |key: &str, n| with("object", json!({"id": "https://a.example/n", key: many(n)}));
        assert!(parse(tagged("tag", 256), false).is_ok());
        assert_eq!(parse(tagged("tag", 257), false).unwrap_err(), Refusal::TooMany("tag"));
        assert!(parse(tagged("oneOf", 20), false).is_ok());
        assert_eq!(parse(tagged("anyOf", 21), false).unwrap_err(), Refusal::TooMany("anyOf"));
        assert_eq!(parse(with("object", many(1001)), false).unwrap_err(), Refusal::TooMany("object"));
    }

    #[test]
    fn every_kind_reads_its_own_name() {
        for name in ["Follow", "Undo", "QuoteRequest", "Lock", "Join", "Leave", "Offer"] {
            assert!(ActivityKind::of(name).is_known(), "{name}");
            assert_eq!(ActivityKind::of(name).to_string(), name);
        }
        assert!(!ActivityKind::of("follow").is_known());
    }
}
