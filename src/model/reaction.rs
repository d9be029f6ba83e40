//! Likes and announces of our publications: at most one of each kind for an actor and a publication.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{publications, reactions};
use crate::domain::reaction::Kind;

/// A reaction to store.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = reactions)]
pub struct NewReaction {
    /// The id of the Like or Announce.
    pub activity_id: String,
    /// Which.
    pub kind: Kind,
    /// To what.
    pub publication_id: String,
    /// Whose.
    pub remote_id: i64,
    /// When it came.
    pub received_at: NaiveDateTime,
}

/// Stores a reaction. False where the actor had one of this kind. The count of the publication is the caller's: see [`count`].
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, reaction: &NewReaction) -> Result<bool> {
    let added = both!(conn, c => diesel::insert_into(reactions::table)
        .values(reaction)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(added > 0)
}

/// Removes an actor's reaction of this kind to a publication. Whether there was one.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, publication_id: &str, kind: Kind, remote_id: i64) -> Result<bool> {
    let row = reactions::table.filter(
        reactions::publication_id
            .eq(publication_id)
            .and(reactions::kind.eq(kind))
            .and(reactions::remote_id.eq(remote_id)),
    );
    Ok(diesel::delete(row).execute(conn)? > 0)
}

/// Removes an actor's reaction by the id of its activity. What it was, if there was one.
///
/// # Errors
/// The database's.
pub fn remove_by_activity(
    conn: &mut Conn,
    activity_id: &str,
    remote_id: i64,
) -> Result<Option<(Kind, String)>> {
    let row = reactions::table
        .filter(reactions::activity_id.eq(activity_id).and(reactions::remote_id.eq(remote_id)));
    let found = row.select((reactions::kind, reactions::publication_id)).first(conn).optional()?;
    if found.is_some() {
        diesel::delete(row).execute(conn)?;
    }
    Ok(found)
}

/// Removes every reaction of an actor. What they were.
///
/// # Errors
/// The database's.
pub fn remove_of(conn: &mut Conn, remote_id: i64) -> Result<Vec<(Kind, String)>> {
    let rows = reactions::table.filter(reactions::remote_id.eq(remote_id));
    let found = rows.select((reactions::kind, reactions::publication_id)).load(conn)?;
    diesel::delete(rows).execute(conn)?;
    Ok(found)
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
