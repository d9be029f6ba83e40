//! The first look at an activity: enough to find its key and to store it, at the price of a walk.
//!
//! It builds no tree. The whole document is read by [`super::parse`] before it has any effect.

use super::ActivityKind;
use crate::check::Refusal;
use crate::json::{self, JsonError, Skip, State};
use crate::url_check;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;
use url::Url;

/// What the outside of an activity says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Its id; some servers send activities without.
    pub id: Option<Url>,
    /// Its type.
    pub kind: ActivityKind,
    /// Who did it, by its own word; believed only when the owner of the key is the same.
    pub actor: Url,
    /// The id of its object, bare or embedded, where it is one and has a good one.
    pub object_id: Option<Url>,
    /// The type of an embedded object.
    pub object_kind: Option<String>,
}

impl Envelope {
    /// Whether an actor deletes itself. From an actor that was never known this needs no key and
    /// has no effect; its key can no longer be fetched.
    #[must_use]
    pub fn deletes_itself(&self) -> bool {
        self.kind == ActivityKind::Delete && self.object_id.as_ref() == Some(&self.actor)
    }
}

/// Reads the envelope of an activity from the bytes of a body.
///
/// Plain http is accepted in ids here; [`super::parse`] decides with its `allow_http`.
///
/// # Errors
/// [`Refusal`] where the body is not one JSON object within the limits, names a key of the envelope
/// twice, or has no `type` or no `actor`.
pub fn envelope(bytes: &[u8]) -> Result<Envelope, Refusal> {
    let state = State::default();
    let outside = json::run(bytes, &state, Outside(&state))?;
    let id = match outside.id {
        Read::Text(id) => Some(url_check::id_with_fragment(&id, true)?),
        Read::Absent => None,
        Read::Other => return Err(Refusal::Invalid("id")),
    };
    let kind = match outside.kind {
        Read::Text(kind) => ActivityKind::of(&kind),
        Read::Absent => return Err(Refusal::Missing("type")),
        Read::Other => return Err(Refusal::Invalid("type")),
    };
    let actor = match outside.actor.id {
        _ if outside.actor.form == Form::Several => return Err(Refusal::Invalid("actor")),
        Read::Text(actor) => url_check::id(&actor, true)?,
        Read::Absent => return Err(Refusal::Missing("actor")),
        Read::Other => return Err(Refusal::Invalid("actor")),
    };
    let object_id = outside
        .object
        .id
        .text()
        .filter(|_| outside.object.form != Form::Several)
        .and_then(|id| url_check::id_with_fragment(&id, true).ok());
    let object_kind = outside.object.kind.text();
    Ok(Envelope { id, kind, actor, object_id, object_kind })
}

/// A property that was looked at.
#[derive(Default)]
enum Read {
    #[default]
    Absent,
    Text(String),
    /// There, but not one string.
    Other,
}

impl Read {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Absent | Self::Other => None,
        }
    }
}

/// How a property was written.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As one value.
    #[default]
    Plain,
    /// As an array of one value.
    List,
    /// As an array of several.
    Several,
    /// As an embedded document.
    Object,
}

/// A property that names a document: by its id, or embedded.
#[derive(Default)]
struct Named {
    id: Read,
    kind: Read,
    form: Form,
}

impl Named {
    fn of(id: Read) -> Self {
        Self { id, ..Self::default() }
    }

    /// The value where it has one of these forms.
    fn only(self, forms: &[Form]) -> Read {
        match self.id {
            Read::Absent if self.form == Form::Plain => Read::Absent,
            id if forms.contains(&self.form) => id,
            _ => Read::Other,
        }
    }
}

#[derive(Default)]
struct Found {
    id: Read,
    kind: Read,
    actor: Named,
    object: Named,
}

/// The top-level object.
struct Outside<'s>(&'s State);

impl<'de> DeserializeSeed<'de> for Outside<'_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Found, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Outside<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let state = self.0;
        let mut found = Found::default();
        let mut seen = [false; 4];
        while let Some(key) = map.next_key_seed(Key(state))? {
            let value = Property { state, depth: 2 };
            let index = match key {
                Name::Id => {
                    found.id = map.next_value_seed(value)?.only(&[Form::Plain]);
                    0
                }
                Name::Type => {
                    let forms = [Form::Plain, Form::List, Form::Several];
                    found.kind = map.next_value_seed(value)?.only(&forms);
                    1
                }
                Name::Actor => {
                    found.actor = map.next_value_seed(value)?;
                    2
                }
                Name::Object => {
                    found.object = map.next_value_seed(value)?;
                    3
                }
                Name::Other => {
                    map.next_value_seed(Skip { state, depth: 2 })?;
                    continue;
                }
            };
            if let Some(seen) = seen.get_mut(index)
                && std::mem::replace(seen, true)
            {
                return Err(state.fault(JsonError::DuplicateKey));
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Found, A::Error> {
        Err(self.0.fault(JsonError::NotAnObject))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Found, E> {
        Err(self.0.fault(JsonError::NotAnObject))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Found, E> {
        Err(self.0.fault(JsonError::NotAnObject))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Found, E> {
        Err(self.0.fault(JsonError::NotAnObject))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Found, E> {
        Err(self.0.fault(JsonError::NotAnObject))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Found, E> {
        Err(self.0.fault(JsonError::NotAnObject))
    }

    fn visit_unit<E: Error>(self) -> Result<Found, E> {
        Err(self.0.fault(JsonError::NotAnObject))
    }
}

/// A key that the envelope looks at.
enum Name {
    Id,
    Type,
    Actor,
    Object,
    Other,
}

struct Key<'s>(&'s State);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Name, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Name, E> {
        self.0.key(key)?;
        Ok(match key {
            "id" => Name::Id,
            "type" => Name::Type,
            "actor" => Name::Actor,
            "object" => Name::Object,
            _ => Name::Other,
        })
    }
}

/// A string, an object with `id` and `type`, or an array of one of them; several strings in an
/// array give the first that is a known activity type, which matters for `type` alone.
#[derive(Clone, Copy)]
struct Property<'s> {
    state: &'s State,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Property<'_> {
    type Value = Named;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Named, D::Error> {
        self.state.count()?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Property<'_> {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Named, E> {
        Ok(Named::of(Read::Text(text.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Named, E> {
        Ok(Named::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Named, E> {
        Ok(Named::of(Read::Other))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Named, E> {
        Ok(Named::of(Read::Other))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Named, E> {
        Ok(Named::of(Read::Other))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Named, E> {
        Ok(Named::of(Read::Other))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Named, A::Error> {
        self.state.enter(self.depth)?;
        let inner = Self { depth: self.depth + 1, ..self };
        let Some(mut first) = seq.next_element_seed(inner)? else {
            return Ok(Named::default());
        };
        let is_list = |named: &Named| matches!(named.form, Form::List | Form::Several);
        if is_list(&first) {
            first.id = Read::Other;
        }
        if first.form == Form::Plain {
            first.form = Form::List;
        }
        while let Some(next) = seq.next_element_seed(inner)? {
            let embedded = first.form == Form::Object || next.form == Form::Object || is_list(&next);
            first.id = match (first.id, next.id) {
                (Read::Text(a), Read::Text(b)) if !embedded => {
                    let known = |t: &str| ActivityKind::of(t).is_known();
                    Read::Text(if !known(&a) && known(&b) { b } else { a })
                }
                _ => Read::Other,
            };
            first.form = Form::Several;
        }
        Ok(first)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named, A::Error> {
        self.state.enter(self.depth)?;
        let state = self.state;
        let inner = Self { depth: self.depth + 1, ..self };
        let mut found = Named { form: Form::Object, ..Named::default() };
        while let Some(key) = map.next_key_seed(Key(state))? {
            match key {
                Name::Id => found.id = map.next_value_seed(inner)?.id,
                Name::Type => found.kind = map.next_value_seed(inner)?.id,
                _ => map.next_value_seed(Skip { state, depth: self.depth + 1 })?,
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    const START: &str = r#"{"id":"https://a.example/1","type":"Like","actor":"https://a.example/ada""#;

    fn with(rest: &str) -> Result<Envelope, Refusal> {
        envelope(format!("{START}{rest}}}").as_bytes())
    }

    #[test]
    fn the_outside_is_read_and_the_rest_is_walked_over() {
        let read =
            with(r#","object":{"x":[{"id":"no"}],"type":"Note","id":"https://a.example/n"},"to":[1,{}]"#);
        let read = read.unwrap();
        assert_eq!(read.kind, ActivityKind::Like);
        assert_eq!(read.actor.as_str(), "https://a.example/ada");
        assert_eq!(read.object_id.unwrap().as_str(), "https://a.example/n");
        assert_eq!(read.object_kind.as_deref(), Some("Note"));
    }

    #[test]
    fn an_activity_without_id_has_none_and_one_with_a_bad_id_is_refused() {
        let bare = br#"{"type":"Like","actor":"https://a.example/ada"}"#;
        assert_eq!(envelope(bare).unwrap().id, None);
        let null = br#"{"id":null,"type":"Like","actor":"https://a.example/ada"}"#;
        assert_eq!(envelope(null).unwrap().id, None);
        for id in ["7", "{}", "\"urn:x\"", "\"\"", "[]]"] {
            let text = format!(r#"{{"type":"Like","actor":"https://a.example/ada","id":{id}}}"#);
            assert!(envelope(text.as_bytes()).is_err(), "{id}");
        }
    }

    #[test]
    fn several_actors_are_refused_and_several_objects_have_no_one_id() {
        let two = r#"["https://a.example/ada","https://a.example/bo"]"#;
        let text = format!(r#"{{"type":"Like","actor":{two}}}"#);
        assert_eq!(envelope(text.as_bytes()), Err(Refusal::Invalid("actor")));
        assert_eq!(with(&format!(r#","object":{two}"#)).unwrap().object_id, None);
    }

    #[test]
    fn a_key_of_the_envelope_twice_is_refused() {
        for key in ["id", "type", "actor"] {
            let twice = with(&format!(r#","{key}":"https://b.example/eve""#));
            assert_eq!(twice, Err(Refusal::Json(JsonError::DuplicateKey)), "{key}");
        }
        let twice = with(r#","object":"https://b.example/1","object":"https://b.example/2""#);
        assert_eq!(twice, Err(Refusal::Json(JsonError::DuplicateKey)));
    }

    #[test]
    fn limits_hold_where_nothing_is_kept() {
        let deep = |n| format!(r#","x":{}1{}"#, "[".repeat(n), "]".repeat(n));
        assert!(with(&deep(63)).is_ok());
        assert_eq!(with(&deep(64)), Err(Refusal::Json(JsonError::TooDeep)));
        let deep = |n| format!(r#","object":{}1{}"#, "[".repeat(n), "]".repeat(n));
        assert!(with(&deep(63)).is_ok());
        assert_eq!(with(&deep(64)), Err(Refusal::Json(JsonError::TooDeep)));
        let keyword = with(r#","object":{"@graph":[]}"#);
        assert_eq!(keyword, Err(Refusal::Json(JsonError::Keyword)));
        assert_eq!(with("} {"), Err(Refusal::Json(JsonError::Syntax)));
        for other in ["[]", "1", "-1", "1.5", "null", "true", "\"x\""] {
            let refused = Err(Refusal::Json(JsonError::NotAnObject));
            assert_eq!(envelope(other.as_bytes()), refused, "{other}");
        }
    }

    #[test]
    fn an_actor_that_deletes_itself_is_seen() {
        let delete = |object: &str| {
            let text = format!(
                r#"{{"id":"https://a.example/ada#delete","type":"Delete","actor":"https://a.example/ada","object":"{object}"}}"#
            );
            envelope(text.as_bytes()).unwrap().deletes_itself()
        };
        assert!(delete("https://a.example/ada"));
        assert!(!delete("https://a.example/n/1"));
        assert!(!with(r#","object":"https://a.example/ada""#).unwrap().deletes_itself());
    }
}
