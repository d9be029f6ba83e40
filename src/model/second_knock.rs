//! Hosts that took RFC 9421 where draft-cavage was refused. What follows is decided in `ap::knock`.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::second_knocks;

/// Every host whose term is not over, with its end.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn, now: NaiveDateTime) -> Result<Vec<(String, NaiveDateTime)>> {
    second_knocks::table
        .filter(second_knocks::until.gt(now))
        .select((second_knocks::host, second_knocks::until))
        .load(conn)
}

/// Remembers a host until then, and forgets those whose term is over.
///
/// # Errors
/// The database's.
pub fn keep(conn: &mut Conn, host: &str, until: NaiveDateTime, now: NaiveDateTime) -> Result<()> {
    diesel::delete(second_knocks::table.filter(second_knocks::until.le(now))).execute(conn)?;
    both!(conn, c => diesel::insert_into(second_knocks::table)
        .values((second_knocks::host.eq(host), second_knocks::until.eq(until)))
        .on_conflict(second_knocks::host)
        .do_update()
        .set(second_knocks::until.eq(until))
        .execute(c))
    .map(drop)
}

/// Forgets a host.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, host: &str) -> Result<()> {
    diesel::delete(second_knocks::table.find(host)).execute(conn).map(drop)
}
