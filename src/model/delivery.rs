//! Deliveries: one row per activity and distinct inbox, and what became of it.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{activities, deliveries, followers, remote_actors};

/// Waits to be sent.
pub const PENDING: i32 = 0;
/// Was taken by its receiver.
pub const DONE: i32 = 1;
/// Was given up.
pub const FAILED: i32 = 2;

/// Most rows that one INSERT carries on PostgreSQL (it binds at most 65,535 values).
const INSERT_ROWS: usize = 1000;

/// A delivery that waits.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct Waiting {
    /// Row id; deliveries of one inbox and subject go out in its order.
    pub id: i64,
    /// What is sent.
    pub activity_id: String,
    /// Where to.
    pub inbox: String,
    /// What orders it: the id of the object it is about.
    pub subject: String,
    /// How often it was tried.
    pub attempts: i32,
    /// Since when it waits.
    pub created_at: NaiveDateTime,
}

/// A whole row, for those who watch.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    /// Row id.
    pub id: i64,
    /// What is sent.
    pub activity_id: String,
    /// Where to.
    pub inbox: String,
    /// The server of that inbox.
    pub host: String,
    /// [`PENDING`], [`DONE`] or [`FAILED`].
    pub state: i32,
    /// How often it was tried.
    pub attempts: i32,
    /// Not before.
    pub run_at: NaiveDateTime,
    /// Since when it waits.
    pub created_at: NaiveDateTime,
    /// When it was done or given up.
    pub done_at: Option<NaiveDateTime>,
    /// The last HTTP status; `None` where none came.
    pub last_status: Option<i32>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// What one attempt led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The row.
    pub id: i64,
    /// [`DONE`], [`FAILED`], or [`PENDING`] to try again.
    pub state: i32,
    /// When that was; for [`PENDING`], when to try again.
    pub at: NaiveDateTime,
    /// The HTTP status, if one came.
    pub status: Option<i32>,
    /// What went wrong.
    pub error: Option<String>,
}

/// The distinct inboxes of an actor's followers, the shared inbox where there is one. Deleted actors are left out.
///
/// # Errors
/// The database's.
pub fn follower_inboxes(conn: &mut Conn, actor_id: i64) -> Result<Vec<String>> {
    let rows = followers::table
        .inner_join(remote_actors::table)
        .filter(followers::actor_id.eq(actor_id))
        .filter(remote_actors::gone_at.is_null());
    let mut inboxes: Vec<String> = rows
        .filter(remote_actors::shared_inbox.is_not_null())
        .select(remote_actors::shared_inbox.assume_not_null())
        .distinct()
        .load(conn)?;
    let own: Vec<String> = rows
        .filter(remote_actors::shared_inbox.is_null())
        .select(remote_actors::inbox)
        .distinct()
        .load(conn)?;
    inboxes.extend(own);
    Ok(inboxes)
}

/// Adds a delivery of the activity to each (inbox, host); one that is there already stays as it is.
///
/// # Errors
/// The database's.
pub fn insert(
    conn: &mut Conn,
    activity_id: &str,
    to: &[(String, String)],
    subject: &str,
    now: NaiveDateTime,
) -> Result<()> {
    let row = |(inbox, host): &(String, String)| {
        (
            deliveries::activity_id.eq(activity_id.to_owned()),
            deliveries::inbox.eq(inbox.clone()),
            deliveries::host.eq(host.clone()),
            deliveries::subject.eq(subject.to_owned()),
            deliveries::state.eq(PENDING),
            deliveries::attempts.eq(0),
            deliveries::run_at.eq(now),
            deliveries::created_at.eq(now),
        )
    };
    match conn {
        // A statement a row, prepared once: SQLite pays nothing for the round trip.
        Conn::Sqlite(c) => {
            for entry in to {
                diesel::insert_into(deliveries::table)
                    .values(row(entry))
                    .on_conflict_do_nothing()
                    .execute(c)?;
            }
        }
        Conn::Pg(c) => {
            for entries in to.chunks(INSERT_ROWS) {
                let rows: Vec<_> = entries.iter().map(row).collect();
                diesel::insert_into(deliveries::table).values(rows).on_conflict_do_nothing().execute(c)?;
            }
        }
    }
    Ok(())
}

diesel::alias!(const EARLIER: Alias<Earlier> = deliveries as earlier);

/// Deliveries to a host that may go now, in order, from the row after `after` on: none that has an earlier one of the same
/// inbox and subject whose time has not come.
///
/// # Errors
/// The database's.
pub fn ready(
    conn: &mut Conn,
    host: &str,
    after: i64,
    now: NaiveDateTime,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let held_up = EARLIER
        .filter(EARLIER.field(deliveries::state).eq(PENDING))
        .filter(EARLIER.field(deliveries::inbox).eq(deliveries::inbox))
        .filter(EARLIER.field(deliveries::subject).eq(deliveries::subject))
        .filter(EARLIER.field(deliveries::id).lt(deliveries::id))
        .filter(EARLIER.field(deliveries::run_at).gt(now));
    both!(conn, c => deliveries::table
        .filter(deliveries::state.eq(PENDING))
        .filter(deliveries::host.eq(host))
        .filter(deliveries::id.gt(after))
        .filter(deliveries::run_at.le(now))
        .filter(diesel::dsl::not(diesel::dsl::exists(held_up)))
        .order(deliveries::id)
        .limit(limit)
        .select(Waiting::as_select())
        .load(c))
}

/// The delivery with which to ask a paused host whether it is back: one that is first of its inbox and subject, the one that
/// has waited longest for its next attempt, so that not always the same is chosen.
///
/// # Errors
/// The database's.
pub fn probe(conn: &mut Conn, host: &str) -> Result<Option<Waiting>> {
    both!(conn, c => deliveries::table
        .filter(deliveries::state.eq(PENDING))
        .filter(deliveries::host.eq(host))
        .filter(diesel::dsl::not(diesel::dsl::exists(EARLIER
            .filter(EARLIER.field(deliveries::state).eq(PENDING))
            .filter(EARLIER.field(deliveries::inbox).eq(deliveries::inbox))
            .filter(EARLIER.field(deliveries::subject).eq(deliveries::subject))
            .filter(EARLIER.field(deliveries::id).lt(deliveries::id)))))
        .order((deliveries::run_at, deliveries::id))
        .select(Waiting::as_select())
        .first(c))
    .optional()
}

/// When the next delivery to a host may go, counting only those that are first of their inbox and subject.
///
/// # Errors
/// The database's.
pub fn next_run(conn: &mut Conn, host: &str) -> Result<Option<NaiveDateTime>> {
    both!(conn, c => deliveries::table
        .filter(deliveries::state.eq(PENDING))
        .filter(deliveries::host.eq(host))
        .filter(diesel::dsl::not(diesel::dsl::exists(EARLIER
            .filter(EARLIER.field(deliveries::state).eq(PENDING))
            .filter(EARLIER.field(deliveries::inbox).eq(deliveries::inbox))
            .filter(EARLIER.field(deliveries::subject).eq(deliveries::subject))
            .filter(EARLIER.field(deliveries::id).lt(deliveries::id)))))
        .select(diesel::dsl::min(deliveries::run_at))
        .first(c))
}

/// Lets what failed because the host was away go at once, now that it is back. What it refused itself keeps its time.
///
/// # Errors
/// The database's.
pub fn hurry(conn: &mut Conn, host: &str, now: NaiveDateTime) -> Result<()> {
    let waiting = deliveries::table
        .filter(deliveries::state.eq(PENDING))
        .filter(deliveries::host.eq(host))
        .filter(deliveries::run_at.gt(now));
    diesel::update(waiting.filter(deliveries::last_status.is_null()))
        .set(deliveries::run_at.eq(now))
        .execute(conn)?;
    diesel::update(waiting.filter(deliveries::last_status.ge(502)).filter(deliveries::last_status.le(504)))
        .set(deliveries::run_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Keeps what attempts led to. A row that is no longer pending is left as it is.
///
/// What was taken is written with one statement per status, the time of all of them being the latest: that is the usual case,
/// and a statement a row would cost three times as much.
///
/// # Errors
/// The database's.
pub fn mark(conn: &mut Conn, marks: &[Mark]) -> Result<()> {
    let mut taken: BTreeMap<i32, Vec<i64>> = BTreeMap::new();
    let mut latest = NaiveDateTime::MIN;
    for mark in marks {
        match (mark.state, mark.status) {
            (DONE, Some(status)) => {
                taken.entry(status).or_default().push(mark.id);
                latest = latest.max(mark.at);
            }
            _ => mark_one(conn, mark)?,
        }
    }
    taken.iter().try_for_each(|(status, ids)| mark_taken(conn, ids, *status, latest))
}

fn mark_taken(conn: &mut Conn, ids: &[i64], status: i32, at: NaiveDateTime) -> Result<()> {
    both!(conn, c => diesel::update(deliveries::table)
        .filter(deliveries::id.eq_any(ids))
        .filter(deliveries::state.eq(PENDING))
        .set((
            deliveries::state.eq(DONE),
            deliveries::attempts.eq(deliveries::attempts + 1),
            deliveries::done_at.eq(at),
            deliveries::last_status.eq(status),
            deliveries::last_error.eq(None::<String>),
        ))
        .execute(c))
    .map(drop)
}

fn mark_one(conn: &mut Conn, mark: &Mark) -> Result<()> {
    let row = deliveries::table.find(mark.id).filter(deliveries::state.eq(PENDING));
    let common = (
        deliveries::attempts.eq(deliveries::attempts + 1),
        deliveries::last_status.eq(mark.status),
        deliveries::last_error.eq(mark.error.as_deref()),
    );
    if mark.state == PENDING {
        diesel::update(row).set((common, deliveries::run_at.eq(mark.at))).execute(conn).map(drop)
    } else {
        diesel::update(row)
            .set((common, deliveries::state.eq(mark.state), deliveries::done_at.eq(mark.at)))
            .execute(conn)
            .map(drop)
    }
}

/// Gives up deliveries that wait since before `before`, also to hosts that are set aside. How many.
///
/// # Errors
/// The database's.
pub fn give_up(conn: &mut Conn, before: NaiveDateTime, now: NaiveDateTime) -> Result<usize> {
    diesel::update(
        deliveries::table.filter(deliveries::state.eq(PENDING)).filter(deliveries::created_at.lt(before)),
    )
    .set((deliveries::state.eq(FAILED), deliveries::done_at.eq(now)))
    .execute(conn)
}

/// Forgets deliveries that ended before `before`. How many.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, before: NaiveDateTime) -> Result<usize> {
    diesel::delete(
        deliveries::table.filter(deliveries::state.ne(PENDING)).filter(deliveries::done_at.lt(before)),
    )
    .execute(conn)
}

/// The distinct inboxes to which something of a local actor went or is to go, as far as that is remembered.
///
/// # Errors
/// The database's.
pub fn inboxes_of(conn: &mut Conn, actor_id: i64) -> Result<Vec<String>> {
    deliveries::table
        .inner_join(activities::table)
        .filter(activities::actor_id.eq(actor_id))
        .select(deliveries::inbox)
        .distinct()
        .load(conn)
}

/// Whether something of a local actor waits to be sent.
///
/// # Errors
/// The database's.
pub fn waits_of(conn: &mut Conn, actor_id: i64) -> Result<bool> {
    let waiting = deliveries::table
        .inner_join(activities::table)
        .filter(activities::actor_id.eq(actor_id).and(deliveries::state.eq(PENDING)));
    Ok(waiting.count().get_result::<i64>(conn)? > 0)
}

/// Erases the deliveries of what a local actor said, also those that wait.
///
/// # Errors
/// The database's.
pub fn erase_of(conn: &mut Conn, actor_id: i64) -> Result<usize> {
    let theirs = activities::table.filter(activities::actor_id.eq(actor_id)).select(activities::id);
    diesel::delete(deliveries::table.filter(deliveries::activity_id.eq_any(theirs))).execute(conn)
}

/// Deliveries in one state, the latest first.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, state: i32, limit: i64) -> Result<Vec<Delivery>> {
    deliveries::table
        .filter(deliveries::state.eq(state))
        .order(deliveries::id.desc())
        .limit(limit)
        .select(Delivery::as_select())
        .load(conn)
}

/// As [`list`], to one host.
///
/// # Errors
/// The database's.
pub fn list_of(conn: &mut Conn, state: i32, host: &str, limit: i64) -> Result<Vec<Delivery>> {
    deliveries::table
        .filter(deliveries::state.eq(state))
        .filter(deliveries::host.eq(host))
        .order(deliveries::id.desc())
        .limit(limit)
        .select(Delivery::as_select())
        .load(conn)
}

/// How many deliveries are in a state.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, state: i32) -> Result<i64> {
    deliveries::table.filter(deliveries::state.eq(state)).count().get_result(conn)
}

/// The hosts for which something waits.
///
/// # Errors
/// The database's.
pub fn waiting_hosts(conn: &mut Conn) -> Result<Vec<String>> {
    deliveries::table.filter(deliveries::state.eq(PENDING)).select(deliveries::host).distinct().load(conn)
}

/// Gives up what waits for a host. How many.
///
/// # Errors
/// The database's.
pub fn drop_host(conn: &mut Conn, host: &str, now: NaiveDateTime, why: &str) -> Result<usize> {
    diesel::update(deliveries::table.filter(deliveries::state.eq(PENDING)).filter(deliveries::host.eq(host)))
        .set((deliveries::state.eq(FAILED), deliveries::done_at.eq(now), deliveries::last_error.eq(why)))
        .execute(conn)
}

/// Gives up what waits for an inbox; only what this local actor said, where one is named. How many.
///
/// # Errors
/// The database's.
pub fn drop_inbox(
    conn: &mut Conn,
    inbox: &str,
    actor_id: Option<i64>,
    now: NaiveDateTime,
    why: &str,
) -> Result<usize> {
    let waiting: Vec<(i64, i64)> = deliveries::table
        .inner_join(activities::table)
        .filter(deliveries::state.eq(PENDING))
        .filter(deliveries::inbox.eq(inbox))
        .select((deliveries::id, activities::actor_id))
        .load(conn)?;
    let mut dropped = 0;
    for (id, _) in waiting.into_iter().filter(|(_, by)| actor_id.is_none_or(|actor| *by == actor)) {
        dropped += diesel::update(deliveries::table.find(id))
            .set((deliveries::state.eq(FAILED), deliveries::done_at.eq(now), deliveries::last_error.eq(why)))
            .execute(conn)?;
    }
    Ok(dropped)
}
