//! How much waits in the queues and since when: for those who watch. Each question is answered by a partial index.

use chrono::NaiveDateTime;
use diesel::dsl::{count_star, min, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{deliveries, hosts, inbox_items};

/// A queue at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// How many wait.
    pub pending: i64,
    /// How many were given up and are still kept.
    pub failed: i64,
    /// Since when the oldest waits.
    pub oldest: Option<NaiveDateTime>,
}

/// A partial index is used only where its condition stands literally.
macro_rules! in_state {
    ($state:literal) => {
        sql::<Bool>(concat!("state = ", $state))
    };
}

/// Activities that were taken in.
///
/// # Errors
/// The database's.
pub fn inbox(conn: &mut Conn) -> Result<Queue> {
    let pending = inbox_items::table.filter(in_state!("0"));
    let (pending, first): (i64, Option<i64>) =
        pending.select((count_star(), min(inbox_items::seq))).first(conn)?;
    let oldest = match first {
        Some(seq) => inbox_items::table.find(seq).select(inbox_items::received_at).first(conn).optional()?,
        None => None,
    };
    let failed = inbox_items::table.filter(in_state!("2")).count().get_result(conn)?;
    Ok(Queue { pending, failed, oldest })
}

/// Deliveries.
///
/// # Errors
/// The database's.
pub fn outbox(conn: &mut Conn) -> Result<Queue> {
    let pending = deliveries::table.filter(in_state!("0"));
    let (pending, first): (i64, Option<i64>) =
        pending.select((count_star(), min(deliveries::id))).first(conn)?;
    let oldest = match first {
        Some(id) => deliveries::table.find(id).select(deliveries::created_at).first(conn).optional()?,
        None => None,
    };
    let failed = deliveries::table.filter(in_state!("2")).count().get_result(conn)?;
    Ok(Queue { pending, failed, oldest })
}

/// When the host was due that has been due longest; it may lie ahead.
///
/// # Errors
/// The database's.
pub fn first_due(conn: &mut Conn) -> Result<Option<NaiveDateTime>> {
    hosts::table.filter(hosts::due_at.is_not_null()).select(min(hosts::due_at)).first(conn)
}

/// How many deliveries wait, by host.
///
/// # Errors
/// The database's.
pub fn waiting_by_host(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    deliveries::table
        .filter(in_state!("0"))
        .group_by(deliveries::host)
        .select((deliveries::host, count_star()))
        .load(conn)
}
