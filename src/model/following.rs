//! Whom our actors follow on other servers.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{actors, following, remote_actors};
use crate::domain::following::State;
use crate::model::actor::Actor;
use crate::model::remote::Remote;

/// A Follow of ours.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = following)]
pub struct Following {
    /// Row id.
    pub id: i64,
    /// Who follows.
    pub actor_id: i64,
    /// Whom.
    pub remote_id: i64,
    /// The UUID of our Follow.
    pub activity_id: String,
    /// How far it has come.
    pub state: State,
    /// Since when it is so.
    pub since: NaiveDateTime,
}

/// Notes that we asked to follow. Asking again replaces the id of the Follow, and keeps an acceptance.
///
/// # Errors
/// The database's.
pub fn ask(
    conn: &mut Conn,
    actor_id: i64,
    remote_id: i64,
    activity_id: &str,
    now: NaiveDateTime,
) -> Result<()> {
    both!(conn, c => diesel::insert_into(following::table)
        .values((
            following::actor_id.eq(actor_id),
            following::remote_id.eq(remote_id),
            following::activity_id.eq(activity_id),
            following::state.eq(State::Requested),
            following::since.eq(now),
        ))
        .on_conflict((following::actor_id, following::remote_id))
        .do_update()
        .set(following::activity_id.eq(activity_id))
        .execute(c))
    .map(drop)
}

/// The Follow with this UUID.
///
/// # Errors
/// The database's.
pub fn by_activity(conn: &mut Conn, activity_id: &str) -> Result<Option<Following>> {
    following::table
        .filter(following::activity_id.eq(activity_id))
        .select(Following::as_select())
        .first(conn)
        .optional()
}

/// The Follow of a remote actor by the local actor with this handle.
///
/// # Errors
/// The database's.
pub fn by_actors(conn: &mut Conn, handle: &str, remote_id: i64) -> Result<Option<Following>> {
    following::table
        .filter(following::remote_id.eq(remote_id))
        .filter(
            following::actor_id.eq_any(actors::table.filter(actors::handle.eq(handle)).select(actors::id)),
        )
        .select(Following::as_select())
        .first(conn)
        .optional()
}

/// The Follows of a remote actor, each with who follows.
///
/// # Errors
/// The database's.
pub fn of_remote(conn: &mut Conn, remote_id: i64) -> Result<Vec<(Following, Actor)>> {
    following::table
        .inner_join(actors::table)
        .filter(following::remote_id.eq(remote_id))
        .order(following::id)
        .select((Following::as_select(), Actor::as_select()))
        .load(conn)
}

/// The Follows of a local actor, each with whom it follows.
///
/// # Errors
/// The database's.
pub fn of_actor(conn: &mut Conn, actor_id: i64) -> Result<Vec<(Following, Remote)>> {
    following::table
        .inner_join(remote_actors::table)
        .filter(following::actor_id.eq(actor_id))
        .order(following::id)
        .select((Following::as_select(), Remote::as_select()))
        .load(conn)
}

/// Whether anybody here follows a remote actor, or asked to.
///
/// # Errors
/// The database's.
pub fn is_asked(conn: &mut Conn, remote_id: i64) -> Result<bool> {
    let rows = following::table.filter(following::remote_id.eq(remote_id));
    Ok(rows.count().get_result::<i64>(conn)? > 0)
}

/// Notes that a Follow was accepted.
///
/// # Errors
/// The database's.
pub fn accept(conn: &mut Conn, id: i64, now: NaiveDateTime) -> Result<()> {
    diesel::update(following::table.find(id))
        .set((following::state.eq(State::Accepted), following::since.eq(now)))
        .execute(conn)
        .map(drop)
}

/// Removes a Follow: it was refused, or we left.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(following::table.find(id)).execute(conn).map(drop)
}

/// Removes every Follow of a remote actor. How many.
///
/// # Errors
/// The database's.
pub fn remove_remote(conn: &mut Conn, remote_id: i64) -> Result<usize> {
    diesel::delete(following::table.filter(following::remote_id.eq(remote_id))).execute(conn)
}

/// Whether an actor of ours follows this remote one, with its consent.
///
/// # Errors
/// The database's.
pub fn is_followed(conn: &mut Conn, remote_id: i64) -> Result<bool> {
    let rows =
        following::table.filter(following::remote_id.eq(remote_id).and(following::state.eq(State::Accepted)));
    Ok(rows.count().get_result::<i64>(conn)? > 0)
}

/// How many an actor follows.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, actor_id: i64) -> Result<i64> {
    following::table
        .filter(following::actor_id.eq(actor_id).and(following::state.eq(State::Accepted)))
        .count()
        .get_result(conn)
}
