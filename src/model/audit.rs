//! Who moderated what, and why. Rows are only ever added: triggers in both databases refuse anything else.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::audit_log;

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub struct Entry {
    /// In the order in which they were made.
    pub id: i64,
    /// When.
    pub made_at: NaiveDateTime,
    /// Who, such as "command line".
    pub who: String,
    /// What was done, such as "federation block".
    pub act: String,
    /// To what: a domain, a URL or an id.
    pub target: String,
    /// Why, where it was said.
    pub reason: Option<String>,
}

/// Adds an entry.
///
/// # Errors
/// The database's.
pub fn add(
    conn: &mut Conn,
    now: NaiveDateTime,
    who: &str,
    act: &str,
    target: &str,
    reason: Option<&str>,
) -> Result<()> {
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::made_at.eq(now),
            audit_log::who.eq(who),
            audit_log::act.eq(act),
            audit_log::target.eq(target),
            audit_log::reason.eq(reason),
        ))
        .execute(conn)
        .map(drop)
}

/// The entries, latest first.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, limit: i64) -> Result<Vec<Entry>> {
    audit_log::table.order(audit_log::id.desc()).limit(limit).select(Entry::as_select()).load(conn)
}
