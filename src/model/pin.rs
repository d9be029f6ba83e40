//! What a coalition shows first.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::pins;

/// The ids of a coalition's pinned publications, newest pin first.
///
/// # Errors
/// The database's.
pub fn of(conn: &mut Conn, coalition_id: i64) -> Result<Vec<String>> {
    pins::table
        .filter(pins::coalition_id.eq(coalition_id))
        .order((pins::pinned_at.desc(), pins::publication_id.desc()))
        .select(pins::publication_id)
        .load(conn)
}

/// Pins a publication. False where it was pinned: its place stays.
///
/// # Errors
/// The database's.
pub fn add(conn: &mut Conn, coalition_id: i64, publication_id: &str, now: NaiveDateTime) -> Result<bool> {
    let row = (
        pins::publication_id.eq(publication_id),
        pins::coalition_id.eq(coalition_id),
        pins::pinned_at.eq(now),
    );
    let added = both!(conn, c => diesel::insert_into(pins::table)
        .values(row)
        .on_conflict(pins::publication_id)
        .do_nothing()
        .execute(c))?;
    Ok(added > 0)
}

/// Unpins a publication. Whether it was pinned.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, publication_id: &str) -> Result<bool> {
    Ok(diesel::delete(pins::table.find(publication_id)).execute(conn)? > 0)
}
