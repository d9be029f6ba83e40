//! The domains in the handles of actors of other servers: which are to be asked about, and what was confirmed.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use super::remote::Remote;
use crate::db::Conn;
use crate::db::schema::remote_actors;

/// Notes that an actor is named on a page: its handle is asked about, once.
///
/// # Errors
/// The database's.
pub fn named(conn: &mut Conn, id: i64, now: NaiveDateTime) -> Result<()> {
    diesel::update(remote_actors::table.find(id))
        .filter(remote_actors::ask_at.is_null().and(remote_actors::asked_at.is_null()))
        .set(remote_actors::ask_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Takes up to `most` actors whose handle is to be asked about; nobody else is given them before `again`.
///
/// # Errors
/// The database's.
pub fn take_to_ask(
    conn: &mut Conn,
    now: NaiveDateTime,
    again: NaiveDateTime,
    most: i64,
) -> Result<Vec<Remote>> {
    let due = remote_actors::table.filter(remote_actors::ask_at.le(now)).order(remote_actors::ask_at);
    let found: Vec<Remote> = due.select(Remote::as_select()).limit(most).load(conn)?;
    let mut taken = Vec::with_capacity(found.len());
    for remote in found {
        let row = remote_actors::table.find(remote.id).filter(remote_actors::ask_at.le(now));
        if diesel::update(row).set(remote_actors::ask_at.eq(again)).execute(conn)? > 0 {
            taken.push(remote);
        }
    }
    Ok(taken)
}

/// Stores the domain of an actor's handle; with `asked` none, it is asked about again when it is next named.
///
/// # Errors
/// The database's.
pub fn set_domain(conn: &mut Conn, id: i64, domain: &str, asked: Option<NaiveDateTime>) -> Result<()> {
    diesel::update(remote_actors::table.find(id))
        .set((
            remote_actors::domain.eq(domain),
            remote_actors::ask_at.eq(None::<NaiveDateTime>),
            remote_actors::asked_at.eq(asked),
        ))
        .execute(conn)
        .map(drop)
}
