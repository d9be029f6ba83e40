//! A publication as an `Article` (a meeting: an `Event`, a consultation: a `Question`), and as the `Tombstone` it leaves (FEDERATION.md).

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use reset_federation::vocab::{self, PUBLIC};
use serde_json::{Value, json};

use super::activity::{timestamp, tombstone};
use super::{consultation, content, meeting};
use crate::app::Urls;
use crate::domain::publication::{Attachment, Details, Kind};
use crate::model::publication::Publication;
use crate::text::summary;

/// The ActivityStreams type that a kind travels as.
pub fn activity_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Meeting => "Event",
        Kind::Consultation => "Question",
        Kind::Proposal | Kind::Minutes | Kind::Roadmap | Kind::Decision | Kind::Report | Kind::Production => {
            "Article"
        }
    }
}

/// The document of a published publication, with its own `@context`, as it is served by its id and embedded in activities.
/// `known`: handles and names of the organisations that it names. `zone` is where the node tells its deadlines; `at` the moment of saying it, since a round may be over by then.
pub fn document(
    urls: &Urls,
    publication: &Publication,
    known: &[(String, String)],
    zone: Tz,
    at: DateTime<Utc>,
) -> Value {
    let row = &publication.row;
    let id = urls.publication(&row.id);
    let group = urls.coalition(&publication.actor.handle);
    let published = row.published_at.unwrap_or(row.updated_at).and_utc();
    let context = summary::Context { zone, at, number: publication.decision_number };
    let html = content::html(publication, known, urls.base(), context);
    let line = summary::summary(&publication.content(), context);
    let mut document = json!({
        "@context": vocab::object_context(),
        "id": id,
        "type": activity_type(row.kind),
        "attributedTo": group,
        "name": row.title,
        "summary": line,
        "content": html,
        "contentMap": {row.language.as_str(): html},
        "source": {"content": row.body, "mediaType": "text/markdown"},
        "preview": {
            "type": "Note",
            "attributedTo": group,
            "content": format!("<p><strong>{}</strong><br>{}</p>", crate::text::html::escape(&row.title), crate::text::html::escape(&line)),
            "published": timestamp(published),
        },
        "url": id,
        "published": timestamp(published),
        "to": [PUBLIC],
        "cc": [format!("{group}/followers")],
        "sensitive": false,
        "interactionPolicy": super::quote::policy(),
        "tag": tags(urls, publication),
        "replies": format!("{id}/replies"),
        "likes": format!("{id}/likes"),
        "shares": format!("{id}/shares"),
        "context": self::context(urls, &row.id),
        "publication": ours(publication),
    });
    if let Some(object) = document.as_object_mut() {
        if row.revision > 1 && row.updated_at > published.naive_utc() {
            object.insert("updated".to_owned(), timestamp(row.updated_at.and_utc()).into());
        }
        if !publication.attachments.is_empty() {
            object.insert("attachment".to_owned(), attachments(urls, publication).into());
        }
        match &publication.details {
            Details::Meeting(told) => meeting::event(object, (&id, &group), publication, told, zone),
            Details::Consultation(asked) => consultation::question(object, publication, asked, zone),
            Details::Decision(_) => {
                let entry = publication.entry.as_deref().and_then(|entry| serde_json::from_str(entry).ok());
                object.extend(entry.map(|entry: Value| ("decision".to_owned(), entry)));
            }
            _ => {}
        }
    }
    document
}

/// The id of the thread of a publication (FEP-7888): the collection of all that is said in it.
pub fn context(urls: &Urls, id: &str) -> String {
    format!("{}/context", urls.publication(id))
}

/// What is served and sent once a publication was withdrawn.
pub fn withdrawn(urls: &Urls, publication: &Publication, at: DateTime<Utc>) -> Value {
    tombstone(&urls.publication(&publication.row.id), activity_type(publication.row.kind), at)
}

/// Our own term: the same facts as the summary and the content, for machines.
fn ours(publication: &Publication) -> Value {
    let row = &publication.row;
    json!({
        "kind": row.kind,
        "state": row.state,
        "revision": row.revision,
        "licence": row.licence,
        "authors": publication.authors.iter().map(|author| &author.name).collect::<Vec<_>>(),
        "number": publication.decision_number,
        "details": public_details(&publication.details),
    })
}

/// The details without what is for participants only, without names of persons (what travelled cannot be called back), and without
/// the positions that a decision rests on, which may be many: its entry in the register holds them.
fn public_details(details: &Details) -> Value {
    let mut value = serde_json::to_value(details).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        let stays = ["join_url", "kind", "reached", "persons", "effects"];
        object.retain(|key, value| !stays.contains(&key.as_str()) && !value.is_null());
    }
    value
}

fn tags(urls: &Urls, publication: &Publication) -> Vec<Value> {
    let tag = |tag: &String| {
        let name: String = tag.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
        json!({"type": "Hashtag", "name": format!("#{name}"), "href": urls.tag(&name)})
    };
    publication.tags.iter().map(tag).collect()
}

fn attachments(urls: &Urls, publication: &Publication) -> Vec<Value> {
    let document = |one: &Attachment| {
        let url = match one.href() {
            path if path.starts_with('/') => format!("{}{path}", urls.base()),
            url => url,
        };
        json!({"type": "Document", "mediaType": one.media_type, "url": url, "name": one.name})
    };
    publication.attachments.iter().map(document).collect()
}
