//! How single properties are read from a document of a stranger: a value, an array, an id, a link.
//!
//! Helpers of the parsers in this crate, without any meaning of their own.

use crate::check::Refusal;
use crate::limits::{MAX_AUTHORS, MAX_NAME, MAX_RECIPIENTS};
use crate::url_check;
use chrono::{DateTime, Utc};
use serde_json::Value;
use url::Url;

/// The entries of a property that may be absent, one value or an array.
pub(crate) fn entries<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    match value.get(key) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(one) => std::slice::from_ref(one),
    }
}

/// A property that is a string; the first string where it is an array. Empty counts as absent.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    entries(value, key).iter().find_map(Value::as_str).filter(|s| !s.is_empty())
}

/// A name as one line of at most [`MAX_NAME`] characters, without what cannot be seen and turns the text around it: control
/// characters and marks of direction.
pub(crate) fn line(value: &Value, key: &str) -> Option<String> {
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = text(value, key)?.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let shown = shown.filter(|c| !c.is_control() && !turns(*c));
    let line: String = shown.take(MAX_NAME).collect();
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// A type without the prefix of the ActivityStreams vocabulary.
pub(crate) fn bare_type(kind: &str) -> &str {
    kind.strip_prefix("https://www.w3.org/ns/activitystreams#")
        .or_else(|| kind.strip_prefix("as:"))
        .unwrap_or(kind)
}

/// The type of a document; of several, the first that `known` accepts, else the first.
pub(crate) fn kind(value: &Value, known: impl Fn(&str) -> bool) -> Option<&str> {
    let types = || entries(value, "type").iter().filter_map(Value::as_str).map(bare_type);
    types().find(|t| known(t)).or_else(|| types().next())
}

/// The id that an entry stands for: the string itself, or the `id` of an object.
pub(crate) fn id_text(entry: &Value) -> Option<&str> {
    entry.as_str().or_else(|| entry.get("id").and_then(Value::as_str))
}

/// The id of the document itself, whole (no fragment).
pub(crate) fn document_id(value: &Value, allow_http: bool) -> Result<Url, Refusal> {
    let id = value.get("id").and_then(Value::as_str).ok_or(Refusal::Missing("id"))?;
    Ok(url_check::id(id, allow_http)?)
}

/// The one id in a property, which may be embedded; `None` where the property is absent.
pub(crate) fn id(value: &Value, key: &'static str, allow_http: bool) -> Result<Option<Url>, Refusal> {
    match entries(value, key) {
        [] => Ok(None),
        [entry] => {
            let id = id_text(entry).ok_or(Refusal::Invalid(key))?;
            Ok(Some(url_check::id_with_fragment(id, allow_http)?))
        }
        _ => Err(Refusal::Invalid(key)),
    }
}

/// As [`id`], but what is not a good id counts as absent.
pub(crate) fn lenient_id(value: &Value, key: &'static str, allow_http: bool) -> Option<Url> {
    id(value, key, allow_http).ok().flatten()
}

/// All ids in a property, each string or embedded, in their order; what has no good id is left out.
pub(crate) fn ids(value: &Value, key: &'static str, allow_http: bool) -> Result<Vec<Url>, Refusal> {
    let entries = entries(value, key);
    if entries.len() > MAX_AUTHORS {
        return Err(Refusal::TooMany(key));
    }
    Ok(entries
        .iter()
        .filter_map(id_text)
        .filter_map(|id| url_check::id_with_fragment(id, allow_http).ok())
        .collect())
}

/// The addressees in a property, as strings since `as:Public` is one of them.
pub(crate) fn addressees(value: &Value, key: &str) -> Vec<String> {
    entries(value, key).iter().filter_map(id_text).map(str::to_owned).collect()
}

/// Refuses a document with too many addressees over all properties that name some.
pub(crate) fn check_recipients(value: &Value) -> Result<(), Refusal> {
    let count: usize =
        ["to", "cc", "bto", "bcc", "audience"].iter().map(|key| entries(value, key).len()).sum();
    if count > MAX_RECIPIENTS {
        return Err(Refusal::TooMany("recipients"));
    }
    Ok(())
}

/// A time (RFC 3339); what cannot be read counts as absent.
pub(crate) fn time(value: &Value, key: &str) -> Option<DateTime<Utc>> {
    let text = text(value, key)?;
    DateTime::parse_from_rfc3339(text).ok().map(|t| t.with_timezone(&Utc))
}

/// A web address in a property: a string, a `Link` with `href`, an `Image` with `url`, or the best
/// of an array, HTML first.
pub(crate) fn link(value: &Value, key: &str) -> Option<Url> {
    let all = entries(value, key);
    let is_html =
        |e: &&Value| e.get("mediaType").and_then(Value::as_str).is_some_and(|m| m.starts_with("text/html"));
    all.iter().find(is_html).and_then(href).or_else(|| all.iter().find_map(href))
}

fn href(entry: &Value) -> Option<Url> {
    let address = match entry {
        Value::String(s) => Some(s.as_str()),
        _ => text(entry, "href").or_else(|| text(entry, "url")).or_else(|| {
            // An Image whose url is itself a Link, or an array of them.
            entries(entry, "url").iter().find_map(|e| text(e, "href"))
        }),
    }?;
    // A page or picture may be served over plain http; it is shown, never fetched as an id.
    url_check::id_with_fragment(address, true).ok()
}
