//! What organisations said of proposals, as their paths tell it: the amendments that were proposed, and how many took a
//! position. Read-only; what counts is no matter of this file.

use chrono::NaiveDateTime;
use diesel::dsl::{count, max};
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{amendments, organisations, positions};
use crate::domain::round::AmendmentState;

/// An amendment.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Proposed {
    /// UUIDv7.
    pub id: String,
    /// Of which proposal.
    pub publication_id: String,
    /// The name of the organisation that proposed it.
    pub by: String,
    /// Where it stands.
    pub state: AmendmentState,
    /// When it was proposed.
    pub at: NaiveDateTime,
}

/// The amendments of these proposals, oldest first.
///
/// # Errors
/// The database's.
pub fn amendments(conn: &mut Conn, proposals: &[String]) -> Result<Vec<Proposed>> {
    amendments::table
        .inner_join(organisations::table)
        .filter(amendments::publication_id.eq_any(proposals))
        .order((amendments::proposed_at, amendments::id))
        .select((
            amendments::id,
            amendments::publication_id,
            organisations::name,
            amendments::state,
            amendments::proposed_at,
        ))
        .load(conn)
}

/// How many organisations took a position on a proposal and did not take it back.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Spoken {
    /// Of which proposal.
    pub publication_id: String,
    /// How many.
    pub count: i64,
    /// When the last position was taken.
    pub last: Option<NaiveDateTime>,
}

/// Who took a position on these proposals, as numbers; nothing of those on which nobody did.
///
/// # Errors
/// The database's.
pub fn positions(conn: &mut Conn, proposals: &[String]) -> Result<Vec<Spoken>> {
    positions::table
        .group_by(positions::publication_id)
        .filter(positions::publication_id.eq_any(proposals).and(positions::withdrawn_at.is_null()))
        .select((
            positions::publication_id,
            count(positions::organisation_id).aggregate_distinct(),
            max(positions::taken_at),
        ))
        .load(conn)
}
