//! What this node says to others: activities are stored with their deliveries in the transaction that causes them, and
//! workers sign and send them until each was taken or given up. It decides nothing about the meaning of an activity.

mod announce;
mod circuit;
mod engine;
mod enqueue;
mod follow;
mod ledger;
mod permitted;
mod round;
mod send;

pub use announce::{announce, announced};
pub use engine::{run, run_until_idle};
pub use enqueue::{Audience, Hosts, LANES, NewActivity, QUEUE, enqueue, make_due, store};
pub use follow::{follow, unfollow};

use std::collections::BTreeSet;

use chrono::NaiveDateTime;

use crate::db::{Conn, Error};
use crate::jobs::lanes::lane_of;
use crate::model;

/// Forgets deliveries that ended before `before`. How many.
///
/// # Errors
/// The database's.
pub fn forget_old(conn: &mut Conn, before: NaiveDateTime) -> Result<usize, Error> {
    Ok(model::delivery::forget(conn, before)?)
}

/// Forgets the keys and the last words of deleted actors, once nothing of theirs waits to be sent. How many actors.
///
/// # Errors
/// The database's.
pub fn forget_deleted(conn: &mut Conn) -> Result<usize, Error> {
    let mut forgotten = 0;
    for actor in model::actor::deleted_with_keys(conn)? {
        if !model::delivery::waits_of(conn, actor)? {
            model::delivery::erase_of(conn, actor)?;
            model::activity::erase_of(conn, actor)?;
            model::actor::forget_keys(conn, actor)?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

/// Tries every failed delivery again, as if it were new. For how many hosts that is.
///
/// # Errors
/// The database's.
pub fn retry_failed(conn: &mut Conn, now: NaiveDateTime) -> Result<usize, Error> {
    let hosts = model::again::failed(conn, now)?;
    for host in &hosts {
        model::host::make_due(conn, host, lane_of(host, LANES), now)?;
    }
    Ok(hosts.len())
}

/// Tries at once what was given up and what waits for a host, though it be paused or set aside. For how many hosts: one or none.
///
/// # Errors
/// The database's.
pub fn retry_host(conn: &mut Conn, host: &str, now: NaiveDateTime) -> Result<usize, Error> {
    if model::again::of_host(conn, host, now)? == 0 {
        return Ok(0);
    }
    try_now(conn, host, now)?;
    Ok(1)
}

/// Tries these deliveries at once, as [`retry_host`]. For how many hosts.
///
/// # Errors
/// The database's.
pub fn retry(conn: &mut Conn, ids: &[i64], now: NaiveDateTime) -> Result<usize, Error> {
    let mut hosts = BTreeSet::new();
    for id in ids {
        hosts.extend(model::again::one(conn, *id, now)?);
    }
    for host in &hosts {
        try_now(conn, host, now)?;
    }
    Ok(hosts.len())
}

fn try_now(conn: &mut Conn, host: &str, now: NaiveDateTime) -> Result<(), Error> {
    model::host::make_due(conn, host, lane_of(host, LANES), now)?;
    Ok(model::host::try_now(conn, host, now)?)
}
