//! Notes of local actors: comments, and the short notes by which followers learn of a state.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Result, actor, reply, search};
use crate::both;
use crate::db::Conn;
use crate::db::schema::{actors, note_tags, notes};
use crate::domain::note::Kind;
use crate::model::actor::Actor;

/// A note's row. Where both parents are absent it answers its publication.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = notes)]
pub struct Row {
    /// UUIDv7, lower case; part of its permanent URL.
    pub id: String,
    /// The local actor that says it.
    pub actor_id: i64,
    /// The coalition in which it is said.
    pub coalition_id: i64,
    /// The publication whose thread it is in; none where it begins one of its own.
    pub publication_id: Option<String>,
    /// Which kind.
    pub kind: Kind,
    /// The note of ours that it answers.
    pub parent_note: Option<String>,
    /// The id of the remote reply that it answers.
    pub parent_url: Option<String>,
    /// The id of that reply's author.
    pub parent_author: Option<String>,
    /// What was written; empty once it is deleted.
    pub markdown: String,
    /// The same as safe HTML, with root-relative links.
    pub html: String,
    /// BCP 47.
    pub language: String,
    /// [`Mention`]s as JSON.
    pub mentions: String,
    /// Likes.
    pub likes: i64,
    /// Announces.
    pub shares: i64,
    /// When it was said. Never changes.
    pub published_at: NaiveDateTime,
    /// When it was last edited.
    pub updated_at: Option<NaiveDateTime>,
    /// When it was deleted.
    pub deleted_at: Option<NaiveDateTime>,
}

/// Somebody whom a note names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// As it was written: `@user@host`.
    pub name: String,
    /// The id of a remote actor; of one of ours, its path.
    pub url: String,
    /// Where a remote actor receives; none for one of ours.
    pub inbox: Option<String>,
}

/// A note with what its document and its deliveries need.
#[derive(Clone, Debug)]
pub struct Note {
    /// The row.
    pub row: Row,
    /// Who says it.
    pub author: Actor,
    /// The handle of the coalition in which it is said.
    pub coalition: String,
    /// Who says the note of ours that it answers.
    pub parent_author: Option<Actor>,
    /// Hashtags, without `#`.
    pub tags: Vec<String>,
    /// Whom it names.
    pub mentions: Vec<Mention>,
}

/// Stores a note with its tags. The count of the publication is the caller's: see [`reply::count`].
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, row: &Row, tags: &[String]) -> Result<()> {
    diesel::insert_into(notes::table).values(row).execute(conn)?;
    search::index_note(conn, row, tags)?;
    insert_tags(conn, &row.id, tags)
}

fn insert_tags(conn: &mut Conn, id: &str, tags: &[String]) -> Result<()> {
    let rows: Vec<_> = (0_i32..)
        .zip(tags)
        .map(|(position, tag)| {
            (note_tags::note_id.eq(id), note_tags::position.eq(position), note_tags::tag.eq(tag))
        })
        .collect();
    both!(conn, c => diesel::insert_into(note_tags::table).values(rows).execute(c)).map(drop)
}

/// The note with this id, also a deleted one.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Note>> {
    let found = notes::table
        .inner_join(actors::table)
        .filter(notes::id.eq(id))
        .select((Row::as_select(), Actor::as_select()))
        .first(conn)
        .optional()?;
    let Some((row, author)): Option<(Row, Actor)> = found else {
        return Ok(None);
    };
    let parent_author = match &row.parent_note {
        Some(parent) => notes::table
            .inner_join(actors::table)
            .filter(notes::id.eq(parent))
            .select(Actor::as_select())
            .first(conn)
            .optional()?,
        None => None,
    };
    let tags = note_tags::table
        .filter(note_tags::note_id.eq(&row.id))
        .order(note_tags::position)
        .select(note_tags::tag)
        .load(conn)?;
    let mentions = serde_json::from_str(&row.mentions)
        .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
    let coalition = actor::by_id(conn, row.coalition_id)?.handle;
    Ok(Some(Note { row, author, coalition, parent_author, tags, mentions }))
}

/// What an actor said and did not delete, in the order of publications, which transactions lock in this order.
///
/// # Errors
/// The database's.
pub fn said_by(conn: &mut Conn, actor_id: i64) -> Result<Vec<Row>> {
    notes::table
        .filter(notes::actor_id.eq(actor_id).and(notes::deleted_at.is_null()))
        .order((notes::publication_id, notes::id))
        .select(Row::as_select())
        .load(conn)
}

/// The publication in whose thread a note is that was not deleted.
///
/// # Errors
/// The database's.
pub fn thread(conn: &mut Conn, id: &str) -> Result<Option<String>> {
    let found: Option<Option<String>> = notes::table
        .find(id)
        .filter(notes::deleted_at.is_null())
        .select(notes::publication_id)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// Whether there is a note of this id that was not deleted.
///
/// # Errors
/// The database's.
pub fn is_public(conn: &mut Conn, id: &str) -> Result<bool> {
    let found: Option<String> =
        notes::table.find(id).filter(notes::deleted_at.is_null()).select(notes::id).first(conn).optional()?;
    Ok(found.is_some())
}

/// Replaces what its author wrote: text, language, mentions, tags and the time of the edit.
///
/// # Errors
/// The database's.
pub fn revise(conn: &mut Conn, row: &Row, tags: &[String]) -> Result<()> {
    diesel::update(notes::table.find(&row.id))
        .set((
            notes::markdown.eq(&row.markdown),
            notes::html.eq(&row.html),
            notes::language.eq(&row.language),
            notes::mentions.eq(&row.mentions),
            notes::updated_at.eq(row.updated_at),
        ))
        .execute(conn)?;
    diesel::delete(note_tags::table.filter(note_tags::note_id.eq(&row.id))).execute(conn)?;
    search::index_note(conn, row, tags)?;
    insert_tags(conn, &row.id, tags)
}

/// Deletes a note: its text, its tags and whom it named; the row stays for the Tombstone and for those who answered it.
///
/// # Errors
/// The database's.
pub fn delete(conn: &mut Conn, row: &Row, now: NaiveDateTime) -> Result<()> {
    // Publications are locked first.
    if let Some(publication) = &row.publication_id {
        reply::count(conn, publication, -1)?;
    }
    search::remove_note(conn, &row.id)?;
    diesel::update(notes::table.find(&row.id))
        .set((
            notes::markdown.eq(""),
            notes::html.eq(""),
            notes::mentions.eq("[]"),
            notes::deleted_at.eq(now),
        ))
        .execute(conn)?;
    diesel::delete(note_tags::table.filter(note_tags::note_id.eq(&row.id))).execute(conn).map(drop)
}
