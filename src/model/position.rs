//! The positions that organisations took on proposals: every one of them, also those that no longer count.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{actors, organisations, positions};
use crate::domain::outcome::Taken;
use crate::domain::position::{Recorded, Stance};

/// A position's row. Once stored, only its end is written.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = positions)]
pub struct Row {
    /// UUIDv7.
    pub id: String,
    /// On which proposal.
    pub publication_id: String,
    /// Of which organisation of this node.
    pub organisation_id: Option<i64>,
    /// Where it stands.
    pub stance: Stance,
    /// Plain text.
    pub reason: Option<String>,
    /// The version of the text that it is about.
    pub version: i32,
    /// The round in which it was taken.
    pub round: i32,
    /// When.
    pub taken_at: NaiveDateTime,
    /// When its author took it back.
    pub withdrawn_at: Option<NaiveDateTime>,
    /// Why.
    pub withdrawn_reason: Option<String>,
    /// When its author said that the objection is resolved.
    pub resolved_at: Option<NaiveDateTime>,
    /// How it was.
    pub resolution: Option<String>,
}

/// A position with the organisation that took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The row.
    pub row: Row,
    /// The organisation's handle.
    pub handle: String,
    /// Its name.
    pub name: String,
}

impl Position {
    /// What an outcome depends on.
    pub fn taken(&self) -> Taken {
        Taken {
            id: self.row.id.clone(),
            organisation: self.handle.clone(),
            version: self.row.version,
            round: u32::try_from(self.row.round).unwrap_or(0),
            stance: self.row.stance,
            taken: self.row.taken_at,
            withdrawn: self.row.withdrawn_at,
            resolved: self.row.resolved_at,
        }
    }

    /// As an entry of the register keeps it.
    pub fn recorded(&self) -> Recorded {
        Recorded {
            organisation: self.handle.clone(),
            name: self.name.clone(),
            stance: self.row.stance,
            reason: self.row.reason.clone(),
            taken: self.row.taken_at.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        }
    }
}

/// Stores a position.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, row: &Row) -> Result<()> {
    both!(conn, c => diesel::insert_into(positions::table).values(row).execute(c)).map(drop)
}

/// Every position on a proposal, oldest first.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn, publication_id: &str) -> Result<Vec<Position>> {
    let rows: Vec<(Row, String, String)> = positions::table
        .inner_join(organisations::table.inner_join(actors::table))
        .filter(positions::publication_id.eq(publication_id))
        .order((positions::taken_at, positions::id))
        .select((Row::as_select(), actors::handle, organisations::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(row, handle, name)| Position { row, handle, name }).collect())
}

/// Notes that its author took it back.
///
/// # Errors
/// The database's.
pub fn withdraw(conn: &mut Conn, id: &str, reason: Option<&str>, at: NaiveDateTime) -> Result<()> {
    diesel::update(positions::table.find(id).filter(positions::withdrawn_at.is_null()))
        .set((positions::withdrawn_at.eq(at), positions::withdrawn_reason.eq(reason)))
        .execute(conn)
        .map(drop)
}

/// Notes that its author says the objection is resolved.
///
/// # Errors
/// The database's.
pub fn resolve(conn: &mut Conn, id: &str, resolution: &str, at: NaiveDateTime) -> Result<()> {
    diesel::update(positions::table.find(id).filter(positions::resolved_at.is_null()))
        .set((positions::resolved_at.eq(at), positions::resolution.eq(resolution)))
        .execute(conn)
        .map(drop)
}
