//! The revisions of publications, as they are read; [`super::publication`] writes them, and they are never changed.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::revisions;

/// One revision.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = revisions)]
pub struct Revision {
    /// From 1.
    pub number: i32,
    /// [`crate::domain::publication::Content`] as JSON.
    pub content: String,
    /// When it was made.
    pub made_at: NaiveDateTime,
    /// Why, where a reason was given.
    pub reason: Option<String>,
}

/// The revisions of these numbers of a publication, oldest first.
///
/// # Errors
/// The database's.
pub fn numbered(conn: &mut Conn, id: &str, numbers: &[i32]) -> Result<Vec<Revision>> {
    revisions::table
        .filter(revisions::publication_id.eq(id).and(revisions::number.eq_any(numbers.to_vec())))
        .order(revisions::number)
        .select(Revision::as_select())
        .load(conn)
}

/// At most `limit` revisions of a publication, latest first, after `offset` of them.
///
/// # Errors
/// The database's.
pub fn latest(conn: &mut Conn, id: &str, offset: i64, limit: i64) -> Result<Vec<Revision>> {
    revisions::table
        .filter(revisions::publication_id.eq(id))
        .order(revisions::number.desc())
        .offset(offset)
        .limit(limit)
        .select(Revision::as_select())
        .load(conn)
}
