//! Who said that they come to a meeting. Pages count them; only the organiser's command names them.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{publications, registrations, remote_actors};

/// A registration to store.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = registrations)]
pub struct NewRegistration {
    /// For which meeting.
    pub publication_id: String,
    /// Whose.
    pub remote_id: i64,
    /// The id of the Join.
    pub join_id: String,
    /// When it came.
    pub registered_at: NaiveDateTime,
}

/// A registration, for the organiser.
#[derive(Clone, Debug, Queryable)]
pub struct Registration {
    /// The actor's id.
    pub url: String,
    /// Its name, may be empty.
    pub name: String,
    /// Its name on its server.
    pub username: String,
    /// The domain in its handle.
    pub domain: String,
    /// When it came.
    pub registered_at: NaiveDateTime,
}

/// Registers an actor; again, only the id of its Join changes.
///
/// # Errors
/// The database's.
pub fn add(conn: &mut Conn, registration: &NewRegistration) -> Result<()> {
    both!(conn, c => diesel::insert_into(registrations::table)
        .values(registration)
        .on_conflict((registrations::publication_id, registrations::remote_id))
        .do_update()
        .set(registrations::join_id.eq(&registration.join_id))
        .execute(c))
    .map(drop)
}

/// Whether this actor is registered.
///
/// # Errors
/// The database's.
pub fn is_registered(conn: &mut Conn, publication_id: &str, remote_id: i64) -> Result<bool> {
    let theirs = registrations::table
        .filter(registrations::publication_id.eq(publication_id).and(registrations::remote_id.eq(remote_id)));
    Ok(theirs.select(registrations::id).first::<i64>(conn).optional()?.is_some())
}

/// Removes an actor's registration. Whether there was one.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, publication_id: &str, remote_id: i64) -> Result<bool> {
    let theirs = registrations::table
        .filter(registrations::publication_id.eq(publication_id).and(registrations::remote_id.eq(remote_id)));
    Ok(diesel::delete(theirs).execute(conn)? > 0)
}

/// Removes an actor's registration by the id of its Join. Whether there was one.
///
/// # Errors
/// The database's.
pub fn remove_by_join(conn: &mut Conn, join_id: &str, remote_id: i64) -> Result<bool> {
    let theirs = registrations::table
        .filter(registrations::remote_id.eq(remote_id).and(registrations::join_id.eq(join_id)));
    Ok(diesel::delete(theirs).execute(conn)? > 0)
}

/// Removes every registration of an actor.
///
/// # Errors
/// The database's.
pub fn remove_of(conn: &mut Conn, remote_id: i64) -> Result<()> {
    diesel::delete(registrations::table.filter(registrations::remote_id.eq(remote_id)))
        .execute(conn)
        .map(drop)
}

/// How many are registered.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, publication_id: &str) -> Result<i64> {
    registrations::table.filter(registrations::publication_id.eq(publication_id)).count().get_result(conn)
}

/// Who is registered, in the order of their coming.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, publication_id: &str) -> Result<Vec<Registration>> {
    registrations::table
        .inner_join(remote_actors::table)
        .filter(registrations::publication_id.eq(publication_id))
        .order((registrations::registered_at, registrations::id))
        .select((
            remote_actors::url,
            remote_actors::name,
            remote_actors::username,
            remote_actors::domain,
            registrations::registered_at,
        ))
        .load(conn)
}

/// Holds others who register for this meeting until the transaction ends, so that the last place is given once. On SQLite
/// the transaction already does.
///
/// # Errors
/// The database's; on PostgreSQL also a deadlock, after which this can be done again.
pub fn lock(conn: &mut Conn, publication_id: &str) -> Result<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Pg(c) => publications::table
            .find(publication_id)
            .select(publications::id)
            .for_no_key_update()
            .first::<String>(c)
            .map(drop),
    }
}
