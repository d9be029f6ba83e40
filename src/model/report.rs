//! What others reported to us: for administrators alone.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::reports;

/// A report to store.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = reports)]
pub struct NewReport {
    /// The id of the Flag.
    pub activity_id: String,
    /// The id of the actor that reported.
    pub reporter: String,
    /// Its host, normalised.
    pub host: String,
    /// What it is about: a JSON array of ids.
    pub objects: String,
    /// What was said, plain text.
    pub content: String,
    /// When it came.
    pub received_at: NaiveDateTime,
}

/// A stored report.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = reports)]
pub struct Report {
    /// Row id.
    pub id: i64,
    /// See [`NewReport`].
    pub activity_id: String,
    /// See [`NewReport`].
    pub reporter: String,
    /// See [`NewReport`].
    pub objects: String,
    /// See [`NewReport`].
    pub content: String,
    /// See [`NewReport`].
    pub received_at: NaiveDateTime,
    /// When an administrator had dealt with it.
    pub resolved_at: Option<NaiveDateTime>,
    /// What came of it.
    pub note: Option<String>,
}

/// Stores a report. False where it was stored before.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, report: &NewReport) -> Result<bool> {
    let added = both!(conn, c => diesel::insert_into(reports::table)
        .values(report)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(added > 0)
}

/// How many came after `since` from this reporter, and from its host.
///
/// # Errors
/// The database's.
pub fn count_since(conn: &mut Conn, reporter: &str, host: &str, since: NaiveDateTime) -> Result<(i64, i64)> {
    let recent = reports::table.filter(reports::received_at.gt(since));
    let theirs = recent.filter(reports::reporter.eq(reporter)).count().get_result(conn)?;
    let all = recent.filter(reports::host.eq(host)).count().get_result(conn)?;
    Ok((theirs, all))
}

/// The reports that wait, or all, oldest first.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, all: bool) -> Result<Vec<Report>> {
    let mut query = reports::table.order(reports::id).select(Report::as_select()).into_boxed();
    if !all {
        query = query.filter(reports::resolved_at.is_null());
    }
    query.load(conn)
}

/// The report with this number.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, id: i64) -> Result<Option<Report>> {
    reports::table.find(id).select(Report::as_select()).first(conn).optional()
}

/// Notes that a report was dealt with.
///
/// # Errors
/// The database's.
pub fn resolve(conn: &mut Conn, id: i64, note: Option<&str>, now: NaiveDateTime) -> Result<()> {
    diesel::update(reports::table.find(id))
        .set((reports::resolved_at.eq(now), reports::note.eq(note)))
        .execute(conn)
        .map(drop)
}

/// How many wait.
///
/// # Errors
/// The database's.
pub fn count_open(conn: &mut Conn) -> Result<i64> {
    reports::table.filter(reports::resolved_at.is_null()).count().get_result(conn)
}
