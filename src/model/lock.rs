//! Publications that take no new replies.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::publication_locks;

/// A locked publication.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = publication_locks)]
pub struct Lock {
    /// The publication.
    pub publication_id: String,
    /// The UUID of our Lock.
    pub activity_id: String,
    /// Why; it is shown.
    pub reason: Option<String>,
    /// Since when.
    pub since: NaiveDateTime,
}

/// The lock of a publication.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, publication_id: &str) -> Result<Option<Lock>> {
    publication_locks::table.find(publication_id).select(Lock::as_select()).first(conn).optional()
}

/// Locks a publication.
///
/// # Errors
/// The database's; a unique violation where it is locked.
pub fn insert(conn: &mut Conn, lock: &Lock) -> Result<()> {
    diesel::insert_into(publication_locks::table).values(lock).execute(conn).map(drop)
}

/// Unlocks a publication.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, publication_id: &str) -> Result<()> {
    diesel::delete(publication_locks::table.find(publication_id)).execute(conn).map(drop)
}
