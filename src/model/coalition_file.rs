//! What the file of a coalition said last.

use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::coalition_files;

/// What it said last, JSON; none where no file told the coalition.
///
/// # Errors
/// The database's.
pub fn last(conn: &mut Conn, id: i64) -> Result<Option<String>> {
    coalition_files::table.find(id).select(coalition_files::told).first(conn).optional()
}

/// Remembers what it says now.
///
/// # Errors
/// The database's.
pub fn put(conn: &mut Conn, id: i64, told: &str) -> Result<()> {
    both!(conn, c => diesel::insert_into(coalition_files::table)
        .values((coalition_files::coalition_id.eq(id), coalition_files::told.eq(told)))
        .on_conflict(coalition_files::coalition_id)
        .do_update()
        .set(coalition_files::told.eq(told))
        .execute(c))
    .map(drop)
}
