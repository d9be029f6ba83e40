//! The register: frozen entries, numbered without a gap in each coalition.

use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::decisions;

/// An entry. Only ever inserted.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = decisions)]
pub struct Decision {
    /// The publication that carries it.
    pub publication_id: String,
    /// The coalition whose register it is in.
    pub coalition_id: i64,
    /// From 1, without a gap.
    pub number: i32,
    /// Canonical JSON of [`crate::domain::decision::Entry`].
    pub entry: String,
    /// SHA-256 of `entry`, lower-case hexadecimal.
    pub digest: String,
}

/// Adds an entry.
///
/// # Errors
/// The database's; a unique violation if the number is taken.
pub fn insert(conn: &mut Conn, decision: &Decision) -> Result<()> {
    diesel::insert_into(decisions::table).values(decision).execute(conn).map(drop)
}

/// The last entry of a coalition's register.
///
/// # Errors
/// The database's.
pub fn last(conn: &mut Conn, coalition_id: i64) -> Result<Option<Decision>> {
    decisions::table
        .filter(decisions::coalition_id.eq(coalition_id))
        .order(decisions::number.desc())
        .select(Decision::as_select())
        .first(conn)
        .optional()
}

/// A coalition's register from its first entry on.
///
/// # Errors
/// The database's.
pub fn register(conn: &mut Conn, coalition_id: i64) -> Result<Vec<Decision>> {
    decisions::table
        .filter(decisions::coalition_id.eq(coalition_id))
        .order(decisions::number)
        .select(Decision::as_select())
        .load(conn)
}
