//! Versions of a coalition's charter, and which organisation acknowledged which.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{actors, charter_acknowledgements, charter_acts, charters, organisations};
use crate::domain::coalition::CharterState;
use crate::model::life::Noted;

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
    /// Row id of the organisation that published it; none: a file told it.
    pub by_id: Option<i64>,
    /// When this node learned of it.
    pub made_at: NaiveDateTime,
    /// When another took its place.
    pub superseded_on: Option<NaiveDate>,
}

/// A state that a version entered.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct CharterAct {
    /// Of the charter.
    pub version: String,
    /// What it became.
    pub state: CharterState,
    /// When, why, by whom.
    pub noted: Noted,
}

/// An organisation that acknowledged a version.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Acknowledged {
    /// Of the charter.
    pub version: String,
    /// What the version was then.
    pub state: CharterState,
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

/// Notes that a version entered a state.
///
/// # Errors
/// The database's.
pub fn note(conn: &mut Conn, coalition: i64, act: &CharterAct) -> Result<()> {
    diesel::insert_into(charter_acts::table)
        .values((
            charter_acts::coalition_id.eq(coalition),
            charter_acts::version.eq(&act.version),
            charter_acts::state.eq(act.state),
            charter_acts::day.eq(act.noted.day),
            charter_acts::reason.eq(&act.noted.reason),
            charter_acts::by_id.eq(act.noted.by_id),
            charter_acts::made_at.eq(act.noted.made_at),
        ))
        .execute(conn)
        .map(drop)
}

/// What happened to the versions of a coalition's charter, in order.
///
/// # Errors
/// The database's.
pub fn acts(conn: &mut Conn, coalition: i64) -> Result<Vec<CharterAct>> {
    charter_acts::table
        .filter(charter_acts::coalition_id.eq(coalition))
        .order(charter_acts::id)
        .select((
            charter_acts::version,
            charter_acts::state,
            (charter_acts::day, charter_acts::reason, charter_acts::by_id, charter_acts::made_at),
        ))
        .load(conn)
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
            charter_acknowledgements::state,
            actors::handle,
            organisations::name,
            charter_acknowledgements::day,
        ))
        .load(conn)
}

/// Whether an organisation acknowledged a version as it stands.
///
/// # Errors
/// The database's.
pub fn has_acknowledged(conn: &mut Conn, charter: &Charter, organisation: i64) -> Result<bool> {
    let found: Option<NaiveDate> = charter_acknowledgements::table
        .find((charter.coalition_id, &charter.version, organisation, charter.state))
        .select(charter_acknowledgements::day)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Notes that an organisation acknowledges a version as it stands.
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
            charter_acknowledgements::state.eq(charter.state),
            charter_acknowledgements::day.eq(day),
            charter_acknowledgements::made_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}
