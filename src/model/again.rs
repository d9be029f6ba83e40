//! Deliveries that are tried again because somebody says so: what was given up, as if it were new, and what waits, at once.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use super::delivery::{DONE, FAILED, PENDING};
use crate::db::Conn;
use crate::db::schema::deliveries;

/// Makes every failed delivery wait again, as if it were new. The hosts for which that is so.
///
/// # Errors
/// The database's.
pub fn failed(conn: &mut Conn, now: NaiveDateTime) -> Result<Vec<String>> {
    let failed = deliveries::table.filter(deliveries::state.eq(FAILED));
    let hosts = failed.select(deliveries::host).distinct().load(conn)?;
    diesel::update(failed).set(Again::at(now)).execute(conn)?;
    Ok(hosts)
}

/// A delivery that was given up, as if it were new.
#[derive(AsChangeset)]
#[diesel(table_name = deliveries, treat_none_as_null = true)]
struct Again {
    state: i32,
    run_at: NaiveDateTime,
    created_at: NaiveDateTime,
    done_at: Option<NaiveDateTime>,
}

impl Again {
    fn at(now: NaiveDateTime) -> Again {
        Again { state: PENDING, run_at: now, created_at: now, done_at: None }
    }
}

/// Makes what was given up and what waits for a host go now. How many.
///
/// # Errors
/// The database's.
pub fn of_host(conn: &mut Conn, host: &str, now: NaiveDateTime) -> Result<usize> {
    let of_host = || deliveries::host.eq(host);
    let waiting = deliveries::table.filter(deliveries::state.eq(PENDING)).filter(of_host());
    let hurried = diesel::update(waiting).set(deliveries::run_at.eq(now)).execute(conn)?;
    let failed = deliveries::table.filter(deliveries::state.eq(FAILED)).filter(of_host());
    Ok(hurried + diesel::update(failed).set(Again::at(now)).execute(conn)?)
}

/// Makes a delivery that was given up or waits go now. Its host, where it is one of these.
///
/// # Errors
/// The database's.
pub fn one(conn: &mut Conn, id: i64, now: NaiveDateTime) -> Result<Option<String>> {
    let row = deliveries::table.find(id);
    diesel::update(row.filter(deliveries::state.eq(FAILED))).set(Again::at(now)).execute(conn)?;
    let waiting = row.filter(deliveries::state.eq(PENDING));
    diesel::update(waiting).set(deliveries::run_at.eq(now)).execute(conn)?;
    waiting.select(deliveries::host).first(conn).optional()
}

/// Of these ids the first that is of no delivery that waits or was given up.
///
/// # Errors
/// The database's.
pub fn first_unknown(conn: &mut Conn, ids: &[i64]) -> Result<Option<i64>> {
    for id in ids {
        let row = deliveries::table.find(id).filter(deliveries::state.ne(DONE));
        if row.select(deliveries::id).first::<i64>(conn).optional()?.is_none() {
            return Ok(Some(*id));
        }
    }
    Ok(None)
}
