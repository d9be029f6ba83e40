//! Reading JSON from strangers: one pass, bounded in depth and size, with no two readings.
//!
//! It gives a [`Value`] or refuses; what the value means is read elsewhere. JSON-LD is not
//! processed, so its keywords that move content about (`@graph`, `@included`, `@reverse`) are
//! refused instead of being overlooked.

use crate::limits::{MAX_BODY, MAX_DEPTH, MAX_NODES};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::{cell::Cell, fmt};

/// Why bytes are not a document that we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// More than [`MAX_BODY`] bytes.
    #[error("the document is larger than 1 MB")]
    TooLarge,
    /// Not JSON, or something after its end.
    #[error("the document is not JSON")]
    Syntax,
    /// JSON, but not an object.
    #[error("the document is not a JSON object")]
    NotAnObject,
    /// Deeper than [`MAX_DEPTH`].
    #[error("the document is nested deeper than 64")]
    TooDeep,
    /// More than [`MAX_NODES`] values.
    #[error("the document has more than 100000 values")]
    TooManyValues,
    /// A key twice in one object, which two readers would read differently.
    #[error("the document has a key twice in one object")]
    DuplicateKey,
    /// A string with U+0000, which databases refuse and no text needs.
    #[error("the document has a text with a NUL character")]
    Nul,
    /// `@graph`, `@included` or `@reverse`.
    #[error("the document uses @graph, @included or @reverse")]
    Keyword,
}

impl JsonError {
    /// A short word for metrics and logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooLarge => "json_too_large",
            Self::Syntax => "json_syntax",
            Self::NotAnObject => "json_not_an_object",
            Self::TooDeep => "json_too_deep",
            Self::TooManyValues => "json_too_many_values",
            Self::DuplicateKey => "json_duplicate_key",
            Self::Nul => "json_nul",
            Self::Keyword => "json_ld_keyword",
        }
    }
}

/// Reads one JSON object, and nothing but it, from `bytes`.
///
/// # Errors
/// [`JsonError`] says which rule the bytes break.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let state = State::default();
    let value = run(bytes, &state, Build::top(&state))?;
    if value.is_object() { Ok(value) } else { Err(JsonError::NotAnObject) }
}

/// Runs `seed` over all of `bytes`; what it found wrong stands in `state`.
pub(crate) fn run<'de, S: DeserializeSeed<'de>>(
    bytes: &'de [u8],
    state: &State,
    seed: S,
) -> Result<S::Value, JsonError> {
    if bytes.len() > MAX_BODY {
        return Err(JsonError::TooLarge);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = seed.deserialize(&mut reader).map_err(|_| state.fault.get().unwrap_or(JsonError::Syntax))?;
    reader.end().map_err(|_| JsonError::Syntax)?;
    Ok(value)
}

/// What one reading has used up, and the rule that it broke, since the reader's own error type
/// cannot carry it.
#[derive(Default)]
pub(crate) struct State {
    nodes: Cell<usize>,
    fault: Cell<Option<JsonError>>,
}

impl State {
    pub(crate) fn fault<E: Error>(&self, fault: JsonError) -> E {
        self.fault.set(Some(fault));
        E::custom("refused")
    }

    /// Counts one value.
    pub(crate) fn count<E: Error>(&self) -> Result<(), E> {
        let nodes = self.nodes.get() + 1;
        self.nodes.set(nodes);
        if nodes > MAX_NODES {
            return Err(self.fault(JsonError::TooManyValues));
        }
        Ok(())
    }

    /// Enters an object or array at `depth`.
    pub(crate) fn enter<E: Error>(&self, depth: usize) -> Result<(), E> {
        if depth > MAX_DEPTH {
            return Err(self.fault(JsonError::TooDeep));
        }
        Ok(())
    }

    /// Looks at a key.
    pub(crate) fn key<E: Error>(&self, key: &str) -> Result<(), E> {
        if matches!(key, "@graph" | "@included" | "@reverse") {
            return Err(self.fault(JsonError::Keyword));
        }
        Ok(())
    }
}

/// Builds a [`Value`].
#[derive(Clone, Copy)]
pub(crate) struct Build<'s> {
    state: &'s State,
    depth: usize,
}

impl<'s> Build<'s> {
    fn top(state: &'s State) -> Self {
        Self { state, depth: 1 }
    }
}

impl<'de> DeserializeSeed<'de> for Build<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.state.count()?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Build<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(Number::from_f64(v).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<Value, E> {
        self.visit_string(v.to_owned())
    }

    fn visit_string<E: Error>(self, v: String) -> Result<Value, E> {
        if v.contains('\0') {
            return Err(self.state.fault(JsonError::Nul));
        }
        Ok(Value::String(v))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        self.state.enter(self.depth)?;
        let inner = Self { depth: self.depth + 1, ..self };
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        self.state.enter(self.depth)?;
        let inner = Self { depth: self.depth + 1, ..self };
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            self.state.key(&key)?;
            let value = map.next_value_seed(inner)?;
            if members.insert(key, value).is_some() {
                return Err(self.state.fault(JsonError::DuplicateKey));
            }
        }
        Ok(Value::Object(members))
    }
}

/// Walks over a value without keeping it, under the same limits.
///
/// Only duplicate keys are left to [`Build`], which every document meets before it has an effect.
#[derive(Clone, Copy)]
pub(crate) struct Skip<'s> {
    pub(crate) state: &'s State,
    pub(crate) depth: usize,
}

impl<'de> DeserializeSeed<'de> for Skip<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        self.state.count()?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Skip<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.state.enter(self.depth)?;
        let inner = Self { depth: self.depth + 1, ..self };
        while seq.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.state.enter(self.depth)?;
        let inner = Self { depth: self.depth + 1, ..self };
        while map.next_key_seed(SkipKey(self.state))?.is_some() {
            map.next_value_seed(inner)?;
        }
        Ok(())
    }
}

/// Looks at a key without keeping it.
struct SkipKey<'s>(&'s State);

impl<'de> DeserializeSeed<'de> for SkipKey<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for SkipKey<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        self.0.key(key)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use serde_json::json;

    fn nested(levels: usize) -> String {
        format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels))
    }

    #[test]
    fn an_object_is_read_as_it_stands() {
        let text = r#" {"a":[1,-2,1.5,"é\u0001",null,true,{}],"b":{"c":[]}} "#;
        let plain: Value = serde_json::from_str(text).unwrap();
        assert_eq!(parse(text.as_bytes()).unwrap(), plain);
        assert_eq!(parse(b"{}").unwrap(), json!({}));
    }

    #[test]
    fn a_text_that_no_database_takes_is_refused() {
        assert_eq!(parse(br#"{"a":["x\u0000"]}"#), Err(JsonError::Nul));
    }

    #[test]
    fn what_is_not_one_object_is_refused() {
        assert_eq!(parse(b"[]"), Err(JsonError::NotAnObject));
        assert_eq!(parse(b"\"x\""), Err(JsonError::NotAnObject));
        for bad in ["", "{", "{}{}", "{} x", "{'a':1}", "{\"a\":1,}", "{\"a\":1e999}", "\u{feff}{}"] {
            assert_eq!(parse(bad.as_bytes()), Err(JsonError::Syntax), "{bad}");
        }
        assert_eq!(parse(b"{\"a\":\"\xff\"}"), Err(JsonError::Syntax));
    }

    #[test]
    fn depth_64_is_read_and_65_is_not() {
        assert!(parse(nested(64).as_bytes()).is_ok());
        assert_eq!(parse(nested(65).as_bytes()), Err(JsonError::TooDeep));
        let arrays = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(parse(arrays.as_bytes()), Err(JsonError::TooDeep));
    }

    #[test]
    fn keywords_that_move_content_are_refused_at_any_depth() {
        for key in ["@graph", "@included", "@reverse", "@gr\\u0061ph"] {
            let text = format!(r#"{{"a":[{{"{key}":[]}}]}}"#);
            assert_eq!(parse(text.as_bytes()), Err(JsonError::Keyword), "{key}");
        }
        assert!(parse(br#"{"@context":"x","@id":"y","a":"@graph"}"#).is_ok());
    }

    #[test]
    fn a_key_twice_is_refused() {
        let twice = br#"{"a":{"actor":"x","\u0061ctor":"y"}}"#;
        assert_eq!(parse(twice), Err(JsonError::DuplicateKey));
    }

    #[test]
    fn size_and_count_are_bounded() {
        let many = format!("{{\"a\":[0{}]}}", ",0".repeat(MAX_NODES));
        assert_eq!(parse(many.as_bytes()), Err(JsonError::TooManyValues));
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_BODY));
        assert_eq!(parse(large.as_bytes()), Err(JsonError::TooLarge));
    }

    #[test]
    fn walking_refuses_what_building_refuses_except_duplicates() {
        let walk = |text: &str| {
            let state = State::default();
            run(text.as_bytes(), &state, Skip { state: &state, depth: 1 })
        };
        assert_eq!(walk(&nested(64)), Ok(()));
        assert_eq!(walk(&nested(65)), Err(JsonError::TooDeep));
        assert_eq!(walk(r#"{"a":{"@graph":1}}"#), Err(JsonError::Keyword));
        assert_eq!(walk("{} 1"), Err(JsonError::Syntax));
    }
}
