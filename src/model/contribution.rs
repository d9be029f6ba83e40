//! What members contributed to a coalition: notes that begin a thread of their own. `note` writes them.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{actors, notes, organisations};
use crate::domain::note::Kind;

/// A contribution in a list.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Listed {
    /// The note's UUID.
    pub id: String,
    /// The name of the organisation.
    pub name: String,
    /// When it was said.
    pub published_at: NaiveDateTime,
}

/// The latest contributions to a coalition.
///
/// # Errors
/// The database's.
pub fn latest(conn: &mut Conn, coalition_id: i64, limit: i64) -> Result<Vec<Listed>> {
    notes::table
        .inner_join(actors::table.inner_join(organisations::table))
        .filter(notes::coalition_id.eq(coalition_id).and(notes::kind.eq(Kind::Comment)))
        .filter(notes::publication_id.is_null().and(notes::deleted_at.is_null()))
        .filter(notes::parent_note.is_null().and(notes::parent_url.is_null()))
        .order((notes::published_at.desc(), notes::id.desc()))
        .limit(limit)
        .select((notes::id, organisations::name, notes::published_at))
        .load(conn)
}
