//! What was accepted at an inbox, and the ids that were: raw bytes first, worked off later.

use chrono::NaiveDateTime;
use diesel::connection::DefaultLoadingMode;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{inbox_items, seen_activities};

/// How an item ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It had its effect, or was rightly ignored or refused: `outcome` says which.
    Done,
    /// It was given up.
    Failed,
}

impl End {
    fn state(self) -> i32 {
        match self {
            End::Done => 1,
            End::Failed => 2,
        }
    }
}

/// An activity to store.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = inbox_items)]
pub struct NewItem {
    /// Its id.
    pub activity_id: String,
    /// The id of its actor, who signed.
    pub actor_url: String,
    /// The lane of the queue "inbox" that its sender falls into.
    pub lane: i32,
    /// The host of its actor, normalised.
    pub host: String,
    /// The bytes, as received.
    pub document: String,
    /// When.
    pub received_at: NaiveDateTime,
    /// 0: pending.
    pub state: i32,
    /// Attempts so far.
    pub attempts: i32,
    /// Not before.
    pub run_at: NaiveDateTime,
}

/// A stored activity that waits.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = inbox_items)]
pub struct Item {
    /// The order of arrival.
    pub seq: i64,
    /// Its id.
    pub activity_id: String,
    /// The id of its actor.
    pub actor_url: String,
    /// The bytes, as received.
    pub document: String,
    /// When it came.
    pub received_at: NaiveDateTime,
    /// Attempts so far.
    pub attempts: i32,
    /// Not before.
    pub run_at: NaiveDateTime,
}

/// Remembers the id of an activity. False where it was remembered before: then it is a repetition, and has no effect.
///
/// # Errors
/// The database's.
pub fn remember(conn: &mut Conn, id: &str, now: NaiveDateTime) -> Result<bool> {
    let added = both!(conn, c => diesel::insert_into(seen_activities::table)
        .values((seen_activities::id.eq(id), seen_activities::seen_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(added > 0)
}

/// Stores an activity.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, item: &NewItem) -> Result<()> {
    diesel::insert_into(inbox_items::table).values(item).execute(conn).map(drop)
}

/// The partial index of pending items is used only where the condition stands literally.
macro_rules! pending {
    () => {
        sql::<Bool>("state = 0")
    };
}

/// Which of these lanes have an item that may run now.
///
/// # Errors
/// The database's.
pub fn waiting(conn: &mut Conn, lanes: &[i32], now: NaiveDateTime) -> Result<Vec<i32>> {
    let mut waiting = Vec::new();
    for lane in lanes {
        let first: Option<i64> = inbox_items::table
            .filter(pending!())
            .filter(inbox_items::lane.eq(lane).and(inbox_items::run_at.le(now)))
            .select(inbox_items::seq)
            .limit(1)
            .first(conn)
            .optional()?;
        waiting.extend(first.map(|_| *lane));
    }
    Ok(waiting)
}

/// The next hosts, by name, that have a pending item in the lane that may run; those after `after`, where it is given. One
/// small question a host, so that it costs the same however much waits.
///
/// # Errors
/// The database's.
pub fn hosts(
    conn: &mut Conn,
    lane: i32,
    now: NaiveDateTime,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>> {
    let runs = || inbox_items::lane.eq(lane).and(inbox_items::run_at.le(now));
    let all = || inbox_items::table.filter(pending!()).filter(runs()).order(inbox_items::host);
    let mut hosts: Vec<String> = Vec::new();
    while hosts.len() < limit {
        let next: Option<String> = match hosts.last().map(String::as_str).or(after) {
            Some(last) => all().filter(inbox_items::host.gt(last)).select(inbox_items::host).first(conn),
            None => all().select(inbox_items::host).first(conn),
        }
        .optional()?;
        let Some(next) = next else { break };
        hosts.push(next);
    }
    Ok(hosts)
}

/// What a page may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    /// Items.
    pub items: usize,
    /// Bytes of documents together; the item that passes it is the last one.
    pub bytes: usize,
}

/// Pending items of a host in a lane that may run, in the order of arrival. `after` is the `seq` of the last one of the page
/// before. And whether there are no more.
///
/// # Errors
/// The database's.
pub fn page(
    conn: &mut Conn,
    (lane, host): (i32, &str),
    after: i64,
    now: NaiveDateTime,
    most: Most,
) -> Result<(Vec<Item>, bool)> {
    let rows = inbox_items::table
        .filter(pending!())
        .filter(inbox_items::lane.eq(lane).and(inbox_items::host.eq(host)))
        .filter(inbox_items::seq.gt(after).and(inbox_items::run_at.le(now)))
        .order(inbox_items::seq)
        .limit(i64::try_from(most.items).unwrap_or(i64::MAX))
        .select(Item::as_select());
    let (mut items, mut bytes) = (Vec::new(), 0_usize);
    for item in rows.load_iter::<Item, DefaultLoadingMode>(conn)? {
        let item = item?;
        bytes = bytes.saturating_add(item.document.len());
        items.push(item);
        if bytes > most.bytes {
            return Ok((items, false));
        }
    }
    let ended = items.len() < most.items;
    Ok((items, ended))
}

/// Senders of a lane whose later items wait, each with the `seq` of the first item that was put off, at most `attempts` times
/// so far.
///
/// # Errors
/// The database's.
pub fn held(conn: &mut Conn, lane: i32, now: NaiveDateTime, attempts: i32) -> Result<Vec<(String, i64)>> {
    let mut held: Vec<(String, i64)> = inbox_items::table
        .filter(pending!())
        .filter(inbox_items::lane.eq(lane).and(inbox_items::run_at.gt(now)))
        .filter(inbox_items::attempts.le(attempts))
        .order(inbox_items::seq)
        .limit(1000)
        .select((inbox_items::actor_url, inbox_items::seq))
        .load(conn)?;
    // Collected into a map, the last one of a sender would win: keep the first.
    held.reverse();
    Ok(held)
}

/// Ends an item. With `erase` its bytes go: the posts of people are kept in one place only, where a `Delete` finds them.
///
/// # Errors
/// The database's.
pub fn finish(conn: &mut Conn, seq: i64, end: End, outcome: &str, erase: bool) -> Result<()> {
    let item = inbox_items::table.find(seq);
    let ended = (inbox_items::state.eq(end.state()), inbox_items::outcome.eq(outcome));
    match erase {
        true => diesel::update(item).set((ended, inbox_items::document.eq(""))).execute(conn),
        false => diesel::update(item).set(ended).execute(conn),
    }
    .map(drop)
}

/// Puts an item off after a failed attempt.
///
/// # Errors
/// The database's.
pub fn postpone(conn: &mut Conn, seq: i64, attempts: i32, run_at: NaiveDateTime, why: &str) -> Result<()> {
    diesel::update(inbox_items::table.find(seq))
        .set((
            inbox_items::attempts.eq(attempts),
            inbox_items::run_at.eq(run_at),
            inbox_items::outcome.eq(why),
        ))
        .execute(conn)
        .map(drop)
}

/// How many wait.
///
/// # Errors
/// The database's.
pub fn count_pending(conn: &mut Conn) -> Result<i64> {
    inbox_items::table.filter(pending!()).count().get_result(conn)
}

/// Forgets ended items that came before `before`. How many.
///
/// # Errors
/// The database's.
pub fn forget_items(conn: &mut Conn, before: NaiveDateTime) -> Result<usize> {
    let old = inbox_items::table.filter(inbox_items::received_at.lt(before).and(inbox_items::state.ne(0)));
    diesel::delete(old).execute(conn)
}

/// Forgets ids that were remembered before `before`, which must lie further back than a signature can live. How many.
///
/// # Errors
/// The database's.
pub fn forget_ids(conn: &mut Conn, before: NaiveDateTime) -> Result<usize> {
    diesel::delete(seen_activities::table.filter(seen_activities::seen_at.lt(before))).execute(conn)
}

/// Removes every item of an actor, also those that wait. The ids stay: what comes again is a repetition.
///
/// # Errors
/// The database's.
pub fn erase_of(conn: &mut Conn, actor_url: &str) -> Result<()> {
    diesel::delete(inbox_items::table.filter(inbox_items::actor_url.eq(actor_url))).execute(conn).map(drop)
}
