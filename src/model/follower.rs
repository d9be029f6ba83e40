//! Who follows our actors.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{followers, remote_actors};

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
    let rows =
        followers::table.filter(followers::actor_id.eq(actor_id).and(followers::remote_id.eq(remote_id)));
    Ok(diesel::delete(rows).execute(conn)? > 0)
}

/// Whether a remote actor follows one of ours.
///
/// # Errors
/// The database's.
pub fn is_one(conn: &mut Conn, actor_id: i64, remote_id: i64) -> Result<bool> {
    let rows =
        followers::table.filter(followers::actor_id.eq(actor_id).and(followers::remote_id.eq(remote_id)));
    Ok(rows.count().get_result::<i64>(conn)? > 0)
}

/// Removes everybody who follows a local actor.
///
/// # Errors
/// The database's.
pub fn remove_all(conn: &mut Conn, actor_id: i64) -> Result<()> {
    diesel::delete(followers::table.filter(followers::actor_id.eq(actor_id))).execute(conn).map(drop)
}

/// Removes every follow of a remote actor. How many.
///
/// # Errors
/// The database's.
pub fn remove_remote(conn: &mut Conn, remote_id: i64) -> Result<usize> {
    diesel::delete(followers::table.filter(followers::remote_id.eq(remote_id))).execute(conn)
}

/// How many follow an actor.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, actor_id: i64) -> Result<i64> {
    followers::table.filter(followers::actor_id.eq(actor_id)).count().get_result(conn)
}

/// Whether the inbox of any follower has answered that it is gone.
///
/// # Errors
/// The database's.
pub fn any_gone(conn: &mut Conn) -> Result<bool> {
    diesel::select(diesel::dsl::exists(followers::table.filter(followers::gone_since.is_not_null())))
        .get_result(conn)
}

/// Notes that an inbox answered 404 or 410 at `now`, and removes the followers behind it for which that has been so since
/// before `long_ago`. How many were removed.
///
/// # Errors
/// The database's.
pub fn inbox_gone(
    conn: &mut Conn,
    host: &str,
    inbox: &str,
    now: NaiveDateTime,
    long_ago: NaiveDateTime,
) -> Result<usize> {
    let behind = behind(conn, host, inbox)?;
    let mut removed = 0;
    for remote_id in behind {
        let follows = followers::table.filter(followers::remote_id.eq(remote_id));
        removed += diesel::delete(follows.filter(followers::gone_since.lt(long_ago))).execute(conn)?;
        diesel::update(follows.filter(followers::gone_since.is_null()))
            .set(followers::gone_since.eq(now))
            .execute(conn)?;
    }
    Ok(removed)
}

/// Notes that an inbox took something: it is not gone.
///
/// # Errors
/// The database's.
pub fn inbox_back(conn: &mut Conn, host: &str, inbox: &str) -> Result<()> {
    for remote_id in behind(conn, host, inbox)? {
        let gone = followers::table
            .filter(followers::remote_id.eq(remote_id))
            .filter(followers::gone_since.is_not_null());
        diesel::update(gone).set(followers::gone_since.eq(None::<NaiveDateTime>)).execute(conn)?;
    }
    Ok(())
}

/// The actors of a host that are reached through an inbox, their own or the shared one.
fn behind(conn: &mut Conn, host: &str, inbox: &str) -> Result<Vec<i64>> {
    let through = remote_actors::inbox.eq(inbox).and(remote_actors::shared_inbox.is_null());
    remote_actors::table
        .filter(remote_actors::host.eq(host))
        .filter(through.or(remote_actors::shared_inbox.eq(inbox).assume_not_null()))
        .select(remote_actors::id)
        .load(conn)
}
