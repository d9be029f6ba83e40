//! Actors of other servers that block one of ours: that one sends them nothing any more.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{blocks, remote_actors};

/// Notes that a remote actor blocks one of ours. Doing so again keeps the later id.
///
/// # Errors
/// The database's.
pub fn add(
    conn: &mut Conn,
    actor_id: i64,
    remote_id: i64,
    activity_id: &str,
    now: NaiveDateTime,
) -> Result<()> {
    both!(conn, c => diesel::insert_into(blocks::table)
        .values((
            blocks::actor_id.eq(actor_id),
            blocks::remote_id.eq(remote_id),
            blocks::activity_id.eq(activity_id),
            blocks::since.eq(now),
        ))
        .on_conflict((blocks::actor_id, blocks::remote_id))
        .do_update()
        .set(blocks::activity_id.eq(activity_id))
        .execute(c))
    .map(drop)
}

/// Removes a block. Whether there was one.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, actor_id: i64, remote_id: i64) -> Result<bool> {
    Ok(diesel::delete(blocks::table.find((actor_id, remote_id))).execute(conn)? > 0)
}

/// Removes a block by the id of its activity. Whether there was one.
///
/// # Errors
/// The database's.
pub fn remove_by_activity(conn: &mut Conn, activity_id: &str, remote_id: i64) -> Result<bool> {
    let row = blocks::table.filter(blocks::activity_id.eq(activity_id).and(blocks::remote_id.eq(remote_id)));
    Ok(diesel::delete(row).execute(conn)? > 0)
}

/// Removes every block of a remote actor.
///
/// # Errors
/// The database's.
pub fn remove_remote(conn: &mut Conn, remote_id: i64) -> Result<()> {
    diesel::delete(blocks::table.filter(blocks::remote_id.eq(remote_id))).execute(conn).map(drop)
}

/// Removes every block of a local actor.
///
/// # Errors
/// The database's.
pub fn remove_local(conn: &mut Conn, actor_id: i64) -> Result<()> {
    diesel::delete(blocks::table.filter(blocks::actor_id.eq(actor_id))).execute(conn).map(drop)
}

/// The inboxes to which a local actor sends nothing: those that belong to one actor alone, who blocks it. A shared inbox
/// serves others as well.
///
/// # Errors
/// The database's.
pub fn closed_inboxes(conn: &mut Conn, actor_id: i64) -> Result<Vec<String>> {
    blocks::table
        .inner_join(remote_actors::table)
        .filter(blocks::actor_id.eq(actor_id))
        .filter(
            remote_actors::shared_inbox
                .is_null()
                .or(remote_actors::shared_inbox.ne(remote_actors::inbox.nullable())),
        )
        .select(remote_actors::inbox)
        .load(conn)
}
