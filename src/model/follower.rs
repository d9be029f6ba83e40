//! Who follows our actors.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::followers;

/// Adds a follower; doing so again changes nothing.
///
/// # Errors
/// The database's.
pub fn add(conn: &mut Conn, actor_id: i64, remote_id: i64, now: NaiveDateTime) -> Result<()> {
    both!(conn, c => diesel::insert_into(followers::table)
        .values((followers::actor_id.eq(actor_id), followers::remote_id.eq(remote_id), followers::since.eq(now)))
        .on_conflict((followers::actor_id, followers::remote_id))
        .do_nothing()
        .execute(c))
    .map(drop)
}

/// Removes a follower. Whether there was one.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, actor_id: i64, remote_id: i64) -> Result<bool> {
    let rows = followers::table.filter(
        followers::actor_id
            .eq(actor_id)
            .and(followers::remote_id.eq(remote_id)),
    );
    Ok(diesel::delete(rows).execute(conn)? > 0)
}

/// Removes every follow of a remote actor.
///
/// # Errors
/// The database's.
pub fn remove_remote(conn: &mut Conn, remote_id: i64) -> Result<()> {
    diesel::delete(followers::table.filter(followers::remote_id.eq(remote_id)))
        .execute(conn)
        .map(drop)
}

/// How many follow an actor.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, actor_id: i64) -> Result<i64> {
    followers::table
        .filter(followers::actor_id.eq(actor_id))
        .count()
        .get_result(conn)
}
