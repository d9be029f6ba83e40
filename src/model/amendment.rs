//! Amendments: other texts that organisations proposed for a version of a proposal.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{actors, amendments, organisations};
use crate::domain::round::AmendmentState;

/// An amendment's row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = amendments)]
pub struct Row {
    /// UUIDv7.
    pub id: String,
    /// Of which proposal.
    pub publication_id: String,
    /// Of which organisation of this node.
    pub organisation_id: Option<i64>,
    /// The version of the text that it changes.
    pub version: i32,
    /// Markdown: the whole text as it should be.
    pub body: String,
    /// Why, plain text.
    pub reason: Option<String>,
    /// Where it stands.
    pub state: AmendmentState,
    /// When it was proposed.
    pub proposed_at: NaiveDateTime,
    /// When it was answered or withdrawn.
    pub answered_at: Option<NaiveDateTime>,
    /// Who did.
    pub answered_by: Option<i64>,
    /// What was answered, plain text.
    pub answer: Option<String>,
}

/// An amendment with the organisation that proposed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// The row.
    pub row: Row,
    /// The organisation's handle.
    pub handle: String,
    /// Its name.
    pub name: String,
}

macro_rules! joined {
    () => {
        amendments::table.inner_join(organisations::table.inner_join(actors::table)).select((
            Row::as_select(),
            actors::handle,
            organisations::name,
        ))
    };
}

/// Stores an amendment.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, row: &Row) -> Result<()> {
    diesel::insert_into(amendments::table).values(row).execute(conn).map(drop)
}

/// Every amendment of a proposal, oldest first.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn, publication_id: &str) -> Result<Vec<Amendment>> {
    let rows: Vec<(Row, String, String)> = joined!()
        .filter(amendments::publication_id.eq(publication_id))
        .order((amendments::proposed_at, amendments::id))
        .load(conn)?;
    Ok(rows.into_iter().map(|(row, handle, name)| Amendment { row, handle, name }).collect())
}

/// At most `limit` amendments of a proposal, oldest first, after `offset` of them; and how many there are.
///
/// # Errors
/// The database's.
pub fn page(conn: &mut Conn, publication_id: &str, offset: i64, limit: i64) -> Result<(Vec<Amendment>, i64)> {
    let rows: Vec<(Row, String, String)> = joined!()
        .filter(amendments::publication_id.eq(publication_id))
        .order((amendments::proposed_at, amendments::id))
        .offset(offset)
        .limit(limit)
        .load(conn)?;
    let count = amendments::table.filter(amendments::publication_id.eq(publication_id)).count();
    let page = rows.into_iter().map(|(row, handle, name)| Amendment { row, handle, name }).collect();
    Ok((page, count.get_result(conn)?))
}

/// The amendment with this id.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Amendment>> {
    let found: Option<(Row, String, String)> =
        joined!().filter(amendments::id.eq(id)).first(conn).optional()?;
    Ok(found.map(|(row, handle, name)| Amendment { row, handle, name }))
}

/// Notes what became of it, unless something did before. False where something did.
///
/// # Errors
/// The database's.
pub fn settle(
    conn: &mut Conn,
    id: &str,
    state: AmendmentState,
    (by, answer): (i64, Option<&str>),
    at: NaiveDateTime,
) -> Result<bool> {
    let waiting = amendments::table.find(id).filter(amendments::state.eq(AmendmentState::Proposed));
    let settled = diesel::update(waiting)
        .set((
            amendments::state.eq(state),
            amendments::answered_at.eq(at),
            amendments::answered_by.eq(by),
            amendments::answer.eq(answer),
        ))
        .execute(conn)?;
    Ok(settled > 0)
}
