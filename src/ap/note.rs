//! A note of a local actor as a `Note`, as the `Tombstone` it leaves, and the activities about it (FEDERATION.md).

use reset_federation::vocab::{self, PUBLIC};
use serde_json::{Value, json};

use super::activity::{Said, timestamp, tombstone};
use crate::app::Urls;
use crate::model::note::{Mention, Note};
use crate::text::html::absolute;

/// The document of a note, with its own `@context`, as it is served by its id and embedded in activities.
pub fn document(urls: &Urls, note: &Note) -> Value {
    let row = &note.row;
    let id = urls.note(&row.id);
    let html = absolute(&row.html, urls.base());
    let mut document = json!({
        "@context": vocab::object_context(),
        "id": id,
        "type": "Note",
        "attributedTo": urls.actor(note.author.kind, &note.author.handle),
        "content": html,
        "contentMap": {row.language.as_str(): html},
        "source": {"content": row.markdown, "mediaType": "text/markdown"},
        "url": id,
        "published": timestamp(row.published_at.and_utc()),
        "to": [PUBLIC],
        "cc": copies(urls, note),
        "sensitive": false,
        "interactionPolicy": super::quote::policy(),
        "tag": tags(urls, note),
        "replies": format!("{id}/replies"),
        "likes": format!("{id}/likes"),
        "shares": format!("{id}/shares"),
    });
    audience(urls, note, &mut document);
    if let Some(object) = document.as_object_mut() {
        if let Some(parent) = parent(urls, note) {
            object.insert("inReplyTo".to_owned(), parent.into());
        }
        if let Some(publication) = &row.publication_id {
            object.insert("context".to_owned(), super::publication::context(urls, publication).into());
        }
        if let Some(at) = row.updated_at {
            object.insert("updated".to_owned(), timestamp(at.and_utc()).into());
        }
    }
    document
}

/// What is served and sent once a note was deleted.
pub fn deleted(urls: &Urls, note: &Note) -> Value {
    let at = note.row.deleted_at.unwrap_or(note.row.published_at);
    tombstone(&urls.note(&note.row.id), "Note", at.and_utc())
}

/// `Create`, `Update` or `Delete` of a note, to those whom the note itself is addressed to.
pub fn activity(said: Said<'_>, kind: &str, note: &Note, object: &Value) -> Value {
    let mut activity = said.publicly(kind, object);
    if let Some(members) = activity.as_object_mut() {
        members.insert("cc".to_owned(), copies(said.urls, note).into());
    }
    audience(said.urls, note, &mut activity);
    activity
}

/// Names the coalition in which others than itself say something (FEP-1b12).
fn audience(urls: &Urls, note: &Note, document: &mut Value) {
    if let Some(members) = document.as_object_mut().filter(|_| note.author.id != note.row.coalition_id) {
        members.insert("audience".to_owned(), urls.coalition(&note.coalition).into());
    }
}

/// The id of what a note answers.
pub fn parent(urls: &Urls, note: &Note) -> Option<String> {
    let row = &note.row;
    match (&row.parent_note, &row.parent_url, &row.publication_id) {
        (Some(note), _, _) => Some(urls.note(note)),
        (None, Some(url), _) => Some(url.clone()),
        (None, None, Some(publication)) => Some(urls.publication(publication)),
        (None, None, None) => None,
    }
}

/// The followers of the author, the author of what is answered, the coalition and its followers, and whom the note names.
fn copies(urls: &Urls, note: &Note) -> Vec<String> {
    let author = urls.actor(note.author.kind, &note.author.handle);
    let group = urls.coalition(&note.coalition);
    let mut copies = vec![format!("{author}/followers")];
    if let Some(url) = &note.row.parent_author {
        copies.push(url.clone());
    }
    if let Some(actor) = &note.parent_author {
        copies.push(urls.actor(actor.kind, &actor.handle));
    }
    copies.push(format!("{group}/followers"));
    copies.push(group);
    copies.extend(note.mentions.iter().map(|mention| href(urls, mention)));
    let mut seen = std::collections::HashSet::new();
    copies.retain(|one| *one != author && seen.insert(one.clone()));
    copies
}

/// The id of somebody who is named.
fn href(urls: &Urls, mention: &Mention) -> String {
    match mention.url.strip_prefix('/') {
        Some(path) => format!("{}/{path}", urls.base()),
        None => mention.url.clone(),
    }
}

fn tags(urls: &Urls, note: &Note) -> Vec<Value> {
    let mention =
        |mention: &Mention| json!({"type": "Mention", "name": mention.name, "href": href(urls, mention)});
    let hashtag = |tag: &String| json!({"type": "Hashtag", "name": format!("#{tag}"), "href": urls.tag(tag)});
    note.mentions.iter().map(mention).chain(note.tags.iter().map(hashtag)).collect()
}
