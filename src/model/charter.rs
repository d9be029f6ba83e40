//! Versions of a coalition's charter, and which organisation acknowledged which.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{actors, charter_acknowledgements, charters, organisations};
use crate::domain::coalition::CharterState;

/// A version of a charter.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = charters, primary_key(coalition_id, version), treat_none_as_null = true)]
pub struct Charter {
    /// The coalition's actor.
    pub coalition_id: i64,
    /// Its label, such as "bêta" or "1.0".
    pub version: String,
    /// What it is.
    pub state: CharterState,
    /// The publication that holds its text.
    pub publication_id: Option<String>,
    /// Since when it is what it is.
    pub day: NaiveDate,
    /// Row id of the organisation that published it.
    pub by_id: i64,
    /// When this node learned of it.
    pub made_at: NaiveDateTime,
    /// When another took its place.
    pub superseded_on: Option<NaiveDate>,
}

/// An organisation that acknowledged a version.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Acknowledged {
    /// Of the charter.
    pub version: String,
    /// Its handle.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// When.
    pub day: NaiveDate,
}

/// The versions of a coalition's charter, as they were published.
///
/// # Errors
/// The database's.
pub fn of(conn: &mut Conn, coalition: i64) -> Result<Vec<Charter>> {
    charters::table
        .filter(charters::coalition_id.eq(coalition))
        .order(charters::made_at)
        .select(Charter::as_select())
        .load(conn)
}

/// Stores a version.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, charter: &Charter) -> Result<()> {
    diesel::insert_into(charters::table).values(charter).execute(conn).map(drop)
}

/// Replaces what is known of a version.
///
/// # Errors
/// The database's.
pub fn update(conn: &mut Conn, charter: &Charter) -> Result<()> {
    diesel::update(charters::table.find((charter.coalition_id, &charter.version)))
        .set(charter)
        .execute(conn)
        .map(drop)
}

/// Who acknowledged the versions of a coalition's charter, in order.
///
/// # Errors
/// The database's.
pub fn acknowledged(conn: &mut Conn, coalition: i64) -> Result<Vec<Acknowledged>> {
    charter_acknowledgements::table
        .inner_join(actors::table.inner_join(organisations::table))
        .filter(charter_acknowledgements::coalition_id.eq(coalition))
        .order((charter_acknowledgements::made_at, organisations::name))
        .select((
            charter_acknowledgements::version,
            actors::handle,
            organisations::name,
            charter_acknowledgements::day,
        ))
        .load(conn)
}

/// Whether an organisation acknowledged a version.
///
/// # Errors
/// The database's.
pub fn has_acknowledged(conn: &mut Conn, coalition: i64, version: &str, organisation: i64) -> Result<bool> {
    let found: Option<NaiveDate> = charter_acknowledgements::table
        .find((coalition, version, organisation))
        .select(charter_acknowledgements::day)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Notes that an organisation acknowledges a version.
///
/// # Errors
/// The database's; also where it did before.
pub fn acknowledge(
    conn: &mut Conn,
    charter: &Charter,
    organisation: i64,
    day: NaiveDate,
    now: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(charter_acknowledgements::table)
        .values((
            charter_acknowledgements::coalition_id.eq(charter.coalition_id),
            charter_acknowledgements::version.eq(&charter.version),
            charter_acknowledgements::organisation_id.eq(organisation),
            charter_acknowledgements::day.eq(day),
            charter_acknowledgements::made_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}
