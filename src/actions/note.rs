//! The short note by which followers learn of a state: said by the coalition in reply to its publication, after the `Update`
//! that servers do not bring back into timelines.

use super::publication::fits;
use super::{Act, Error};
use crate::ap::activity::Said;
use crate::db::{self, Conn};
use crate::domain::news::{News, news};
use crate::domain::note::Kind;
use crate::domain::publication::Content;
use crate::model;
use crate::model::note::{Note, Row};
use crate::model::publication::Publication;
use crate::outbox::{self, Audience, Hosts, NewActivity};
use crate::text::summary::Context;
use crate::text::{html, news as told};

/// Says what followers must learn of a publication that was `old`; nothing where there is no news. Call it in the transaction
/// of the change, after its `Update` was stored; the hosts are to be made due at the end.
///
/// # Errors
/// [`Error`]; then nothing of the transaction may be kept.
pub fn learn(conn: &mut Conn, act: &Act, old: &Content, publication: &Publication) -> Result<Hosts, Error> {
    tell(conn, act, &news(old, &publication.content()), publication)
}

/// Says this news of a publication; nothing where there is none. As [`learn`].
pub(super) fn tell(
    conn: &mut Conn,
    act: &Act,
    news: &[News],
    publication: &Publication,
) -> Result<Hosts, Error> {
    if news.is_empty() {
        return Ok(Hosts::new());
    }
    let new = publication.content();
    let context = Context { zone: act.zone, at: act.at, number: publication.decision_number };
    let href = format!("/publications/{}", publication.row.id);
    let markdown = told::markdown(news, &new, context, &href);
    let row = Row {
        id: act.new_id(),
        actor_id: publication.actor.id,
        coalition_id: publication.actor.id,
        publication_id: Some(publication.row.id.clone()),
        kind: Kind::State,
        parent_note: None,
        parent_url: None,
        parent_author: None,
        html: html::render(&markdown),
        markdown,
        language: publication.row.language.clone(),
        mentions: "[]".to_owned(),
        likes: 0,
        shares: 0,
        published_at: act.at.naive_utc(),
        updated_at: None,
        deleted_at: None,
    };
    model::reply::count(conn, &publication.row.id, 1)?;
    model::note::insert(conn, &row, &[])?;
    let note = the(conn, &row.id)?;
    let object = crate::ap::note::document(&act.urls, &note);
    say(conn, act, &note, "Create", &object, Audience::Followers)
}

/// The note that was just written.
pub(super) fn the(conn: &mut Conn, id: &str) -> Result<Note, Error> {
    let found = model::note::find(conn, id)?;
    found.ok_or_else(|| db::Error::Corrupt(format!("the note {id} is not there")).into())
}

/// Stores an activity about a note. It is ordered with those of its publication, so that what it answers comes first.
pub(super) fn say(
    conn: &mut Conn,
    act: &Act,
    note: &Note,
    kind: &'static str,
    object: &serde_json::Value,
    to: Audience,
) -> Result<Hosts, Error> {
    let id = act.new_id();
    let actor = act.urls.actor(note.author.kind, &note.author.handle);
    let said = Said { urls: &act.urls, id: &id, actor: &actor, at: act.at };
    let document = crate::ap::note::activity(said, kind, note, object);
    let own = act.urls.note(&note.row.id);
    fits(&document, &own)?;
    let new = NewActivity {
        id: id.clone(),
        actor_id: note.author.id,
        kind,
        publication_id: note.row.publication_id.clone(),
        document,
        public: true,
        to,
        subject: note.row.publication_id.as_ref().map_or(own, |id| act.urls.publication(id)),
        now: act.at.naive_utc(),
        quiet: false,
    };
    let mut hosts = outbox::store(conn, new)?;
    hosts.extend(super::contribution::pass_on(conn, act, note, &id)?);
    Ok(hosts)
}
