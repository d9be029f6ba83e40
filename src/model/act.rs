//! What organisations did with publications, beside writing them.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{actors, organisations, publication_acts};
use crate::domain::act::Act;

/// An act to store.
#[derive(Clone, Debug)]
pub struct NewAct<'a> {
    /// On what.
    pub publication_id: &'a str,
    /// What was done.
    pub act: Act,
    /// By which organisation.
    pub actor_id: i64,
    /// The revision that it was about.
    pub revision: i32,
    /// Why, where it was told.
    pub reason: Option<&'a str>,
    /// When.
    pub made_at: NaiveDateTime,
}

/// An act as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Done {
    /// What was done.
    pub act: Act,
    /// The handle of the organisation.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// The revision that it was about.
    pub revision: i32,
    /// Why, where it was told.
    pub reason: Option<String>,
    /// When.
    pub made_at: NaiveDateTime,
}

/// Keeps an act.
///
/// # Errors
/// The database's.
pub fn note(conn: &mut Conn, new: &NewAct<'_>) -> Result<()> {
    diesel::insert_into(publication_acts::table)
        .values((
            publication_acts::publication_id.eq(new.publication_id),
            publication_acts::act.eq(new.act),
            publication_acts::actor_id.eq(new.actor_id),
            publication_acts::revision.eq(new.revision),
            publication_acts::reason.eq(new.reason),
            publication_acts::made_at.eq(new.made_at),
        ))
        .execute(conn)
        .map(drop)
}

/// Every act on a publication, oldest first.
///
/// # Errors
/// The database's.
pub fn of(conn: &mut Conn, id: &str) -> Result<Vec<Done>> {
    publication_acts::table
        .inner_join(actors::table.inner_join(organisations::table))
        .filter(publication_acts::publication_id.eq(id))
        .order(publication_acts::id)
        .select((
            publication_acts::act,
            actors::handle,
            organisations::name,
            publication_acts::revision,
            publication_acts::reason,
            publication_acts::made_at,
        ))
        .load(conn)
}

/// When minutes were adopted or corrected, oldest first.
///
/// # Errors
/// The database's.
pub fn turned(conn: &mut Conn, ids: &[String]) -> Result<Vec<(String, NaiveDateTime)>> {
    publication_acts::table
        .filter(publication_acts::publication_id.eq_any(ids))
        .filter(publication_acts::act.eq_any([Act::Adopted, Act::Corrected]))
        .order(publication_acts::id)
        .select((publication_acts::publication_id, publication_acts::made_at))
        .load(conn)
}
