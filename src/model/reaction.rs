//! Likes and announces of our publications and notes: at most one of each kind for an actor and a thing.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{note_reactions, notes, publications, reactions};
use crate::domain::reaction::Kind;

/// What of ours somebody reacts to, by its row id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// A publication.
    Publication(String),
    /// A note.
    Note(String),
}

impl On {
    /// The row id: UUIDv7, in whose order rows are locked.
    pub fn id(&self) -> &str {
        match self {
            On::Publication(id) | On::Note(id) => id,
        }
    }
}

/// A reaction to store.
#[derive(Clone, Debug)]
pub struct NewReaction {
    /// The id of the Like or Announce.
    pub activity_id: String,
    /// Which.
    pub kind: Kind,
    /// To what.
    pub on: On,
    /// Whose.
    pub remote_id: i64,
    /// When it came.
    pub received_at: NaiveDateTime,
}

/// Stores a reaction. False where the actor had one of this kind. The count is the caller's: see [`count`].
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, reaction: &NewReaction) -> Result<bool> {
    let NewReaction { activity_id, kind, on, remote_id, received_at } = reaction;
    let added = match on {
        On::Publication(id) => both!(conn, c => diesel::insert_into(reactions::table)
            .values((
                reactions::activity_id.eq(activity_id),
                reactions::kind.eq(*kind),
                reactions::publication_id.eq(id),
                reactions::remote_id.eq(*remote_id),
                reactions::received_at.eq(*received_at),
            ))
            .on_conflict_do_nothing()
            .execute(c))?,
        On::Note(id) => both!(conn, c => diesel::insert_into(note_reactions::table)
            .values((
                note_reactions::activity_id.eq(activity_id),
                note_reactions::kind.eq(*kind),
                note_reactions::note_id.eq(id),
                note_reactions::remote_id.eq(*remote_id),
                note_reactions::received_at.eq(*received_at),
            ))
            .on_conflict_do_nothing()
            .execute(c))?,
    };
    Ok(added > 0)
}

/// Removes an actor's reaction of this kind. Whether there was one.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, on: &On, kind: Kind, remote_id: i64) -> Result<bool> {
    let removed = match on {
        On::Publication(id) => diesel::delete(
            reactions::table
                .filter(reactions::publication_id.eq(id))
                .filter(reactions::kind.eq(kind))
                .filter(reactions::remote_id.eq(remote_id)),
        )
        .execute(conn)?,
        On::Note(id) => diesel::delete(
            note_reactions::table
                .filter(note_reactions::note_id.eq(id))
                .filter(note_reactions::kind.eq(kind))
                .filter(note_reactions::remote_id.eq(remote_id)),
        )
        .execute(conn)?,
    };
    Ok(removed > 0)
}

/// Removes an actor's reaction by the id of its activity. What it was, if there was one.
///
/// # Errors
/// The database's.
pub fn remove_by_activity(conn: &mut Conn, activity_id: &str, remote_id: i64) -> Result<Option<(Kind, On)>> {
    let row = reactions::table
        .filter(reactions::activity_id.eq(activity_id).and(reactions::remote_id.eq(remote_id)));
    let found: Option<(Kind, String)> =
        row.select((reactions::kind, reactions::publication_id)).first(conn).optional()?;
    if let Some((kind, id)) = found {
        diesel::delete(row).execute(conn)?;
        return Ok(Some((kind, On::Publication(id))));
    }
    let row = note_reactions::table
        .filter(note_reactions::activity_id.eq(activity_id).and(note_reactions::remote_id.eq(remote_id)));
    let found: Option<(Kind, String)> =
        row.select((note_reactions::kind, note_reactions::note_id)).first(conn).optional()?;
    if found.is_some() {
        diesel::delete(row).execute(conn)?;
    }
    Ok(found.map(|(kind, id)| (kind, On::Note(id))))
}

/// Removes every reaction of an actor. What they were.
///
/// # Errors
/// The database's.
pub fn remove_of(conn: &mut Conn, remote_id: i64) -> Result<Vec<(Kind, On)>> {
    let rows = reactions::table.filter(reactions::remote_id.eq(remote_id));
    let found: Vec<(Kind, String)> = rows.select((reactions::kind, reactions::publication_id)).load(conn)?;
    diesel::delete(rows).execute(conn)?;
    let mut all: Vec<_> = found.into_iter().map(|(kind, id)| (kind, On::Publication(id))).collect();
    let rows = note_reactions::table.filter(note_reactions::remote_id.eq(remote_id));
    let found: Vec<(Kind, String)> =
        rows.select((note_reactions::kind, note_reactions::note_id)).load(conn)?;
    diesel::delete(rows).execute(conn)?;
    all.extend(found.into_iter().map(|(kind, id)| (kind, On::Note(id))));
    Ok(all)
}

/// Adds to the number of likes or announces of a publication or a note.
///
/// # Errors
/// The database's.
pub fn count_on(conn: &mut Conn, on: &On, kind: Kind, change: i64) -> Result<()> {
    match on {
        On::Publication(id) => count(conn, id, kind, change),
        On::Note(id) => count_note(conn, id, kind, change),
    }
}

/// Adds to the number of likes or announces of a publication.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, publication_id: &str, kind: Kind, change: i64) -> Result<()> {
    let row = publications::table.find(publication_id);
    match kind {
        Kind::Like => {
            diesel::update(row).set(publications::likes.eq(publications::likes + change)).execute(conn)
        }
        Kind::Announce => {
            diesel::update(row).set(publications::shares.eq(publications::shares + change)).execute(conn)
        }
    }
    .map(drop)
}

/// Adds to the number of likes or announces of a note.
///
/// # Errors
/// The database's.
pub fn count_note(conn: &mut Conn, note_id: &str, kind: Kind, change: i64) -> Result<()> {
    let row = notes::table.find(note_id);
    match kind {
        Kind::Like => diesel::update(row).set(notes::likes.eq(notes::likes + change)).execute(conn),
        Kind::Announce => diesel::update(row).set(notes::shares.eq(notes::shares + change)).execute(conn),
    }
    .map(drop)
}
