//! Objects of others that people read: notes, articles, pages, questions, events, videos.
//!
//! Parsing only. Its HTML is as it came: who shows it cleans it first.

use crate::activity::check_limits;
use crate::check::Refusal;
use crate::fields;
use crate::limits::{MAX_ATTACHMENTS, MAX_TAGS};
use crate::vocab::is_public;
use chrono::{DateTime, Utc};
use serde_json::Value;
use url::Url;

/// Types that are read as something to show; others are no post.
const KINDS: [&str; 11] = [
    "Note",
    "Article",
    "Page",
    "Question",
    "Event",
    "Document",
    "Video",
    "Audio",
    "Image",
    "ChatMessage",
    "Tombstone",
];

/// An object of another server.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteObject {
    /// Its id; a vote of Mastodon carries a fragment.
    pub id: Url,
    /// Its type, one of those that are shown, or `Tombstone` where it was deleted.
    pub kind: String,
    /// Its authors.
    pub attributed_to: Vec<Url>,
    /// What it answers.
    pub in_reply_to: Option<Url>,
    /// A title, as plain text. Of a vote, the option chosen.
    pub name: Option<String>,
    /// A summary or content warning, as HTML or plain text.
    pub summary: Option<String>,
    /// The text, in the form of `media_type`, not cleaned.
    pub content: Option<String>,
    /// The form of `content`: `text/html` where nothing else is said.
    pub media_type: String,
    /// The language of the text (BCP 47), where it is told.
    pub language: Option<String>,
    /// When it was published.
    pub published: Option<DateTime<Utc>>,
    /// When it was last edited.
    pub updated: Option<DateTime<Utc>>,
    /// The page that people read.
    pub url: Option<Url>,
    /// First addressees, as received.
    pub to: Vec<String>,
    /// Second addressees, as received.
    pub cc: Vec<String>,
    /// Whether it is to be hidden behind a warning.
    pub sensitive: bool,
    /// Mentions, hashtags and the like.
    pub tags: Vec<Tag>,
    /// What it brings along: pictures, documents, links.
    pub attachments: Vec<Attachment>,
}

/// An entry of `attachment` that can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Where it is.
    pub url: Url,
    /// Its description or name, as plain text.
    pub name: Option<String>,
}

/// An entry of `tag`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// `Mention`, `Hashtag`, `Emoji`, or another type.
    pub kind: String,
    /// The text that stands for it, such as `@ada@social.example` or `#commons`.
    pub name: Option<String>,
    /// What it points to.
    pub href: Option<Url>,
}

impl RemoteObject {
    /// Whether it is addressed to the public in `to` or `cc`.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.to.iter().chain(&self.cc).any(|a| is_public(a))
    }

    /// Whether it is a vote in a poll: a note with a name, without text, that answers something.
    #[must_use]
    pub fn is_vote(&self) -> bool {
        let is_bare = self.content.as_deref().is_none_or(|content| content.trim().is_empty());
        self.kind == "Note" && self.name.is_some() && is_bare && self.in_reply_to.is_some()
    }
}

/// Whether an object of this type is something that people read.
#[must_use]
pub fn is_object_type(kind: &str) -> bool {
    KINDS.contains(&fields::bare_type(kind))
}

/// Reads an object. `allow_http` lets ids be plain http, for tests on one machine.
///
/// # Errors
/// [`Refusal`] where there is no id, the type is not one that is shown, or there are too many
/// authors, recipients, tags or options.
pub fn parse(value: &Value, allow_http: bool) -> Result<RemoteObject, Refusal> {
    let id = value.get("id").and_then(Value::as_str).ok_or(Refusal::Missing("id"))?;
    let kind = fields::kind(value, is_object_type).ok_or(Refusal::Missing("type"))?;
    if !is_object_type(kind) {
        return Err(Refusal::Invalid("type"));
    }
    check_limits(value)?;
    let (content, language) = content(value);
    Ok(RemoteObject {
        id: crate::url_check::id_with_fragment(id, allow_http)?,
        kind: kind.to_owned(),
        attributed_to: fields::ids(value, "attributedTo", allow_http)?,
        in_reply_to: fields::lenient_id(value, "inReplyTo", allow_http),
        name: fields::text(value, "name").map(str::to_owned),
        summary: fields::text(value, "summary").map(str::to_owned),
        content,
        media_type: fields::text(value, "mediaType").unwrap_or("text/html").to_owned(),
        language,
        published: fields::time(value, "published"),
        updated: fields::time(value, "updated"),
        url: fields::link(value, "url"),
        to: fields::addressees(value, "to"),
        cc: fields::addressees(value, "cc"),
        sensitive: value.get("sensitive").and_then(Value::as_bool).unwrap_or(false),
        tags: tags(value),
        attachments: attachments(value),
    })
}

/// The text and its language: `content`, with the language of the equal entry of `contentMap`, or
/// the first entry where there is no `content`.
fn content(value: &Value) -> (Option<String>, Option<String>) {
    let map = value.get("contentMap").and_then(Value::as_object);
    let entries = || map.into_iter().flatten().filter_map(|(k, v)| Some((k, v.as_str()?)));
    match fields::text(value, "content") {
        Some(content) => {
            let language = entries().find(|(_, text)| *text == content).map(|(k, _)| k);
            (Some(content.to_owned()), language.and_then(|l| language_tag(l)))
        }
        None => match entries().find(|(_, text)| !text.is_empty()) {
            Some((language, text)) => (Some(text.to_owned()), language_tag(language)),
            None => (None, None),
        },
    }
}

/// A language tag, if it looks like one and not like the `und` of those who do not know.
fn language_tag(tag: &str) -> Option<String> {
    let plain = tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let sound = (2..=35).contains(&tag.len()) && plain && !tag.eq_ignore_ascii_case("und");
    sound.then(|| tag.to_owned())
}

fn attachments(value: &Value) -> Vec<Attachment> {
    let entries = fields::entries(value, "attachment").iter().take(MAX_ATTACHMENTS);
    let read = |entry: &Value| {
        let url = fields::link(entry, "url").or_else(|| fields::link(entry, "href"))?;
        Some(Attachment { url, name: fields::line(entry, "name") })
    };
    entries.filter_map(read).collect()
}

fn tags(value: &Value) -> Vec<Tag> {
    fields::entries(value, "tag")
        .iter()
        .take(MAX_TAGS)
        .filter_map(|entry| {
            Some(Tag {
                kind: fields::kind(entry, |_| false)?.to_owned(),
                name: fields::text(entry, "name").map(str::to_owned),
                href: fields::link(entry, "href"),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> RemoteObject {
        parse(&value, false).unwrap()
    }

    #[test]
    fn the_language_is_that_of_the_same_text() {
        let note = |map: Value| {
            read(
                json!({"id": "https://a.example/n", "type": "Note", "content": "<p>oui</p>", "contentMap": map}),
            )
        };
        let both = note(json!({"en": "<p>yes</p>", "fr": "<p>oui</p>"}));
        assert_eq!(both.language.as_deref(), Some("fr"));
        assert_eq!(note(json!({"en": "<p>yes</p>"})).language, None);
        assert_eq!(note(json!({"und": "<p>oui</p>"})).language, None);
        assert_eq!(note(json!({"<b>": "<p>oui</p>"})).language, None);
        let only = read(json!({"id": "https://a.example/n", "type": "Note", "contentMap": {"fr": "oui"}}));
        assert_eq!(only.content.as_deref(), Some("oui"));
        assert_eq!(only.language.as_deref(), Some("fr"));
    }

    #[test]
    fn a_vote_is_a_named_note_without_text() {
        let vote = json!({"id": "https://a.example/ada#votes/1", "type": "Note", "name": "Yes",
            "attributedTo": "https://a.example/ada", "inReplyTo": "https://us.example/p/1"});
        assert!(read(vote.clone()).is_vote());
        let mut empty = vote.clone();
        empty.as_object_mut().unwrap().insert("content".into(), "".into());
        assert!(read(empty).is_vote());
        let mut reply = vote;
        reply.as_object_mut().unwrap().insert("content".into(), "hello".into());
        assert!(!read(reply).is_vote());
    }

    #[test]
    fn the_page_is_found_among_links() {
        let url = |url: Value| {
            read(json!({"id": "https://a.example/n", "type": "Video", "url": url})).url.map(String::from)
        };
        assert_eq!(url(json!("https://a.example/@a/1")).as_deref(), Some("https://a.example/@a/1"));
        let links = json!([
            {"type": "Link", "mediaType": "video/mp4", "href": "https://a.example/v.mp4"},
            {"type": "Link", "mediaType": "text/html", "href": "https://a.example/w/1"}
        ]);
        assert_eq!(url(links).as_deref(), Some("https://a.example/w/1"));
        assert_eq!(url(json!("javascript:alert(1)")), None);
        assert_eq!(url(json!([])), None);
    }

    #[test]
    fn attachments_that_can_be_reached_are_read_and_counted() {
        let of = |list: Value| {
            let object = read(json!({"id": "https://a.example/n", "type": "Note", "attachment": list}));
            let told = object.attachments.into_iter().map(|one| (String::from(one.url), one.name));
            told.collect::<Vec<_>>()
        };
        let list = json!([
            {"type": "Image", "url": "https://a.example/i.png", "name": "A cat"},
            {"type": "Link", "href": "http://a.example/l"},
            {"type": "Image", "url": "javascript:alert(1)"},
            {"type": "PropertyValue", "name": "x", "value": "y"},
        ]);
        let expected = [
            ("https://a.example/i.png".to_owned(), Some("A cat".to_owned())),
            ("http://a.example/l".to_owned(), None),
        ];
        assert_eq!(of(list), expected);
        let many: Vec<Value> = (0..100).map(|n| json!({"url": format!("https://a.example/{n}")})).collect();
        assert_eq!(of(many.into()).len(), MAX_ATTACHMENTS);
    }

    #[test]
    fn what_is_not_shown_is_refused() {
        let of = |kind: Value| parse(&json!({"id": "https://a.example/n", "type": kind}), false);
        assert_eq!(of(json!("Person")), Err(Refusal::Invalid("type")));
        assert_eq!(of(Value::Null), Err(Refusal::Missing("type")));
        assert!(of(json!(["Person", "Note"])).is_ok_and(|o| o.kind == "Note"));
        assert_eq!(parse(&json!({"type": "Note"}), false), Err(Refusal::Missing("id")));
        assert!(parse(&json!({"id": "http://a.example/n", "type": "Note"}), false).is_err());
    }
}
