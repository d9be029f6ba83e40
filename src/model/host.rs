//! The servers that were met, because we deliver to them or because they spoke to us: when each is next looked at, how it has
//! been doing, and what it runs. What follows from a failure is decided in `outbox`; here it is only kept.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::hosts;

/// Failures in a row from which a host is paused: new deliveries then wait for `due_at` instead of making it due.
pub const OPEN_AT: i32 = 3;

/// How often at most it is noted that a host spoke to us.
const HEARD_EVERY: TimeDelta = TimeDelta::seconds(60);

/// A host's row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = hosts)]
pub struct Host {
    /// `host` or `host:port`, normalised.
    pub host: String,
    /// The lane of the queue "outbox" it falls into.
    pub lane: i32,
    /// When to look at it next; `None` when nothing waits, or when it is set aside.
    pub due_at: Option<NaiveDateTime>,
    /// Failures in a row; 0 while it is well.
    pub failures: i32,
    /// On how many days it has failed since it was last well.
    pub failing_days: i32,
    /// The last of them.
    pub last_failing_day: Option<NaiveDate>,
    /// Not tried any more until it speaks to us.
    pub set_aside: bool,
    /// When it last took something.
    pub last_ok_at: Option<NaiveDateTime>,
    /// When it last spoke to us, to the minute.
    pub last_heard_at: Option<NaiveDateTime>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// What a round of deliveries taught about a host.
#[derive(Clone, Debug, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = hosts, treat_none_as_null = true)]
pub struct Health {
    /// See [`Host`].
    pub failures: i32,
    /// See [`Host`].
    pub failing_days: i32,
    /// See [`Host`].
    pub last_failing_day: Option<NaiveDate>,
    /// See [`Host`].
    pub set_aside: bool,
    /// See [`Host`].
    pub last_ok_at: Option<NaiveDateTime>,
    /// See [`Host`].
    pub last_error: Option<String>,
}

/// Makes a host due now because something new waits for it, unless it is paused or set aside.
///
/// # Errors
/// The database's.
pub fn make_due(conn: &mut Conn, host: &str, lane: i32, now: NaiveDateTime) -> Result<()> {
    let row = (
        hosts::host.eq(host),
        hosts::lane.eq(lane),
        hosts::due_at.eq(Some(now)),
        hosts::failures.eq(0),
        hosts::failing_days.eq(0),
        hosts::set_aside.eq(false),
    );
    let inserted =
        both!(conn, c => diesel::insert_into(hosts::table).values(row).on_conflict_do_nothing().execute(c))?;
    if inserted > 0 {
        return Ok(());
    }
    // A round that is ending has not seen what this transaction enqueued: what it writes is waited for, so that a host which it
    // leaves without a time gets one here. The updates alone would not wait: to them the row still has its old time.
    if let Conn::Pg(pg) = conn {
        hosts::table.find(host).select(hosts::host).for_update().first::<String>(pg)?;
    }
    let active = hosts::table.find(host).filter(hosts::set_aside.eq(false));
    let idle =
        diesel::update(active.filter(hosts::due_at.is_null())).set(hosts::due_at.eq(now)).execute(conn)?;
    if idle == 0 {
        diesel::update(active.filter(hosts::failures.lt(OPEN_AT)).filter(hosts::due_at.gt(now)))
            .set(hosts::due_at.eq(now))
            .execute(conn)?;
    }
    Ok(())
}

/// Hosts for which something waits, the next due first: those that failed the last time, or the others. `lanes` limits them to
/// those lanes.
///
/// # Errors
/// The database's.
pub fn scheduled(conn: &mut Conn, lanes: Option<&[i32]>, ailing: bool, limit: i64) -> Result<Vec<Host>> {
    let (least, most) = if ailing { (1, i32::MAX) } else { (0, 0) };
    let query = hosts::table
        .filter(hosts::due_at.is_not_null())
        .filter(hosts::failures.between(least, most))
        .order(hosts::due_at.asc())
        .limit(limit);
    match lanes {
        None => query.select(Host::as_select()).load(conn),
        Some(lanes) => {
            both!(conn, c => query.filter(hosts::lane.eq_any(lanes)).select(Host::as_select()).load(c))
        }
    }
}

/// The row of a host, if anything was ever to be delivered there.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, host: &str) -> Result<Option<Host>> {
    hosts::table.find(host).select(Host::as_select()).first(conn).optional()
}

/// Every host, by name: for those who watch.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn) -> Result<Vec<Host>> {
    hosts::table.order(hosts::host).select(Host::as_select()).load(conn)
}

/// Keeps what a round taught. On PostgreSQL this also locks the row, so that what is enqueued meanwhile is seen by the
/// statement after it.
///
/// # Errors
/// The database's.
pub fn keep(conn: &mut Conn, host: &str, health: &Health) -> Result<()> {
    diesel::update(hosts::table.find(host)).set(health).execute(conn).map(drop)
}

/// Sets when to look at a host next.
///
/// # Errors
/// The database's.
pub fn schedule(conn: &mut Conn, host: &str, due_at: Option<NaiveDateTime>) -> Result<()> {
    diesel::update(hosts::table.find(host)).set(hosts::due_at.eq(due_at)).execute(conn).map(drop)
}

/// Notes that a host spoke to us, and how it signed: it is no longer set aside, and what waits for it while it is paused is tried
/// now. Nothing is noted again within a minute.
///
/// # Errors
/// The database's.
pub fn heard(conn: &mut Conn, host: &str, lane: i32, scheme: &str, now: NaiveDateTime) -> Result<()> {
    let known: Option<(bool, i32, Option<NaiveDateTime>)> = hosts::table
        .find(host)
        .select((hosts::set_aside, hosts::failures, hosts::last_heard_at))
        .first(conn)
        .optional()?;
    let Some((set_aside, failures, last)) = known else {
        return meet(conn, host, lane, scheme, now);
    };
    if !set_aside && last.is_some_and(|last| last + HEARD_EVERY > now) {
        return Ok(());
    }
    let row = hosts::table.find(host);
    diesel::update(row).set((hosts::last_heard_at.eq(now), hosts::heard_scheme.eq(scheme))).execute(conn)?;
    if set_aside {
        diesel::update(row)
            .set((hosts::set_aside.eq(false), hosts::failing_days.eq(0), hosts::due_at.eq(now)))
            .execute(conn)?;
    } else if failures >= OPEN_AT {
        diesel::update(row.filter(hosts::due_at.gt(now))).set(hosts::due_at.eq(now)).execute(conn)?;
    }
    Ok(())
}

/// A row for a host to which nothing was delivered yet.
fn meet(conn: &mut Conn, host: &str, lane: i32, scheme: &str, now: NaiveDateTime) -> Result<()> {
    let row = (
        hosts::host.eq(host),
        hosts::lane.eq(lane),
        hosts::failures.eq(0),
        hosts::failing_days.eq(0),
        hosts::set_aside.eq(false),
        hosts::last_heard_at.eq(now),
        hosts::heard_scheme.eq(scheme),
    );
    both!(conn, c => diesel::insert_into(hosts::table).values(row).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// Has a host tried at once, whatever happened there: somebody says that it is worth it.
///
/// # Errors
/// The database's.
pub fn try_now(conn: &mut Conn, host: &str, now: NaiveDateTime) -> Result<()> {
    diesel::update(hosts::table.find(host))
        .set((hosts::set_aside.eq(false), hosts::failing_days.eq(0), hosts::due_at.eq(now)))
        .execute(conn)
        .map(drop)
}

/// Forgets hosts that only spoke to us, and not since `before`. How many.
///
/// # Errors
/// The database's.
pub fn forget_silent(conn: &mut Conn, before: NaiveDateTime) -> Result<usize> {
    let never_sent = hosts::due_at.is_null().and(hosts::last_ok_at.is_null()).and(hosts::failures.eq(0));
    let silent = hosts::table.filter(never_sent).filter(hosts::last_heard_at.lt(before));
    diesel::delete(silent).execute(conn)
}

/// Forgets all that is known of a host, unless something waits for it or it is set aside.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, host: &str) -> Result<()> {
    let idle = hosts::table.find(host).filter(hosts::due_at.is_null()).filter(hosts::set_aside.eq(false));
    diesel::delete(idle).execute(conn).map(drop)
}

/// What a server says that it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, AsChangeset, Queryable, Selectable)]
#[diesel(table_name = hosts, treat_none_as_null = true)]
pub struct Software {
    /// Its name.
    pub software: Option<String>,
    /// Its version.
    pub software_version: Option<String>,
    /// Why neither is known.
    pub software_error: Option<String>,
}

/// Hosts that are to be asked what they run.
///
/// # Errors
/// The database's.
pub fn to_ask(conn: &mut Conn, now: NaiveDateTime, limit: i64) -> Result<Vec<String>> {
    hosts::table
        .filter(hosts::ask_at.le(now))
        .order(hosts::ask_at)
        .limit(limit)
        .select(hosts::host)
        .load(conn)
}

/// Takes it on to ask a host now; if nothing comes of it, it is due again at `again`. False where another worker did.
///
/// # Errors
/// The database's.
pub fn take_asking(conn: &mut Conn, host: &str, now: NaiveDateTime, again: NaiveDateTime) -> Result<bool> {
    let due = hosts::table.find(host).filter(hosts::ask_at.le(now));
    Ok(diesel::update(due).set(hosts::ask_at.eq(again)).execute(conn)? == 1)
}

/// Keeps what a host said that it runs; a failure leaves what was known before. It is due again at `next`.
///
/// # Errors
/// The database's.
pub fn keep_software(
    conn: &mut Conn,
    host: &str,
    said: std::result::Result<&Software, &str>,
    next: NaiveDateTime,
) -> Result<()> {
    let row = hosts::table.find(host);
    match said {
        Ok(software) => diesel::update(row).set((software, hosts::ask_at.eq(next))).execute(conn),
        Err(error) => {
            diesel::update(row).set((hosts::software_error.eq(error), hosts::ask_at.eq(next))).execute(conn)
        }
    }
    .map(drop)
}

/// A host as those who watch see it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = hosts)]
pub struct Peer {
    /// The schedule and the health.
    #[diesel(embed)]
    pub host: Host,
    /// How it signed last.
    pub heard_scheme: Option<String>,
    /// What it runs.
    #[diesel(embed)]
    pub runs: Software,
}

/// Hosts, those first for which something waits or that fail, then by name.
///
/// # Errors
/// The database's.
pub fn peers(conn: &mut Conn, limit: i64) -> Result<Vec<Peer>> {
    let rank = sql::<Integer>("CASE WHEN due_at IS NULL AND failures = 0 THEN 1 ELSE 0 END");
    hosts::table.order((rank, hosts::host)).limit(limit).select(Peer::as_select()).load(conn)
}
