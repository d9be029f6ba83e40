//! Lanes: the fixed shares of a queue, each worked by one process at a time.
//!
//! What must keep an order (the deliveries of a host, the activities of a sender) always falls into the same lane, so an
//! owner of the lane needs no further lock. On PostgreSQL a process leases lanes and renews them; it takes its fair part of
//! them among the processes that are alive, and gives back what is too many once nothing of it is under way. On SQLite there
//! is one process, which holds them all and writes nothing. This module knows no job and no meaning of a queue.

use std::collections::BTreeSet;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::db::schema::lanes;
use crate::db::{Conn, Db, Error};

/// How long a lease lives that nobody renews.
pub const LEASE: TimeDelta = TimeDelta::seconds(15);
/// How often an owner renews.
pub const RENEW: TimeDelta = TimeDelta::seconds(5);

/// A hash that is the same in every process and version: FNV-1a, 64 bits.
pub fn stable_hash(key: &str) -> u64 {
    key.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The lane of a key in a queue of `count` lanes, from 0.
pub fn lane_of(key: &str, count: i32) -> i32 {
    let count = u64::try_from(count).unwrap_or(1).max(1);
    i32::try_from(stable_hash(key) % count).unwrap_or(0)
}

/// The lanes that this process works.
#[derive(Debug)]
pub struct Lanes {
    queue: &'static str,
    count: i32,
    owner: String,
    seeded: bool,
    held: BTreeSet<i32>,
    leaving: BTreeSet<i32>,
    leased_until: Option<NaiveDateTime>,
    tend_at: Option<NaiveDateTime>,
}

/// What one look at the table brought.
struct Tended {
    held: BTreeSet<i32>,
    leaving: BTreeSet<i32>,
}

impl Lanes {
    /// No lane yet: see [`Lanes::tend`]. `owner` is unique to this worker.
    pub fn new(queue: &'static str, count: i32, owner: String) -> Lanes {
        Lanes {
            queue,
            count,
            owner,
            seeded: false,
            held: BTreeSet::new(),
            leaving: BTreeSet::new(),
            leased_until: None,
            tend_at: None,
        }
    }

    /// Renews, gives back and takes lanes, when it is time to. `busy` are lanes with work under way: those are never given back.
    ///
    /// # Errors
    /// The database's; the lanes that are held stay held until their lease ends.
    pub async fn tend(&mut self, db: &Db, now: NaiveDateTime, busy: BTreeSet<i32>) -> Result<(), Error> {
        if !db.is_shared() {
            self.held = (0..self.count).collect();
            return Ok(());
        }
        if self.tend_at.is_some_and(|at| at > now) {
            return Ok(());
        }
        let (queue, count, owner, seeded) = (self.queue, self.count, self.owner.clone(), self.seeded);
        let tended = db
            .write(move |conn| {
                if !seeded {
                    seed(conn, queue, count)?;
                }
                tend(conn, queue, count, &owner, now, &busy)
            })
            .await?;
        self.seeded = true;
        self.held = tended.held;
        self.leaving = tended.leaving;
        self.leased_until = Some(now + LEASE);
        self.tend_at = Some(now + RENEW);
        Ok(())
    }

    /// The lanes in which new work may begin now; none once the lease has run out.
    pub fn open(&self, now: NaiveDateTime) -> Vec<i32> {
        if self.leased_until.is_some_and(|until| until <= now) {
            return Vec::new();
        }
        self.held.difference(&self.leaving).copied().collect()
    }

    /// Gives back every lane, so that another process need not wait for the lease to end.
    ///
    /// # Errors
    /// The database's; the leases then end by themselves.
    pub async fn release(&mut self, db: &Db) -> Result<(), Error> {
        self.held.clear();
        if !db.is_shared() || !self.seeded {
            return Ok(());
        }
        let (queue, owner) = (self.queue, self.owner.clone());
        self.tend_at = None;
        db.write(move |conn| {
            diesel::update(lanes::table.filter(lanes::queue.eq(queue)).filter(lanes::owner.eq(&owner)))
                .set((lanes::owner.eq(""), lanes::leased_until.eq(NaiveDateTime::default())))
                .execute(conn)?;
            diesel::delete(
                lanes::table.filter(lanes::queue.eq(presence(queue))).filter(lanes::owner.eq(&owner)),
            )
            .execute(conn)?;
            Ok(())
        })
        .await
    }
}

/// The queue name under which the processes that are alive are listed, one row each.
fn presence(queue: &str) -> String {
    format!("{queue} workers")
}

fn seed(conn: &mut Conn, queue: &str, count: i32) -> QueryResult<()> {
    for lane in 0..count {
        insert(conn, queue, lane, "", NaiveDateTime::default())?;
    }
    Ok(())
}

fn insert(conn: &mut Conn, queue: &str, lane: i32, owner: &str, until: NaiveDateTime) -> QueryResult<usize> {
    let row =
        (lanes::queue.eq(queue), lanes::lane.eq(lane), lanes::owner.eq(owner), lanes::leased_until.eq(until));
    crate::both!(conn, c => diesel::insert_into(lanes::table).values(row).on_conflict_do_nothing().execute(c))
}

fn tend(
    conn: &mut Conn,
    queue: &str,
    count: i32,
    owner: &str,
    now: NaiveDateTime,
    busy: &BTreeSet<i32>,
) -> Result<Tended, Error> {
    let alive = be_seen(conn, queue, owner, now)?;
    let mine = lanes::table.filter(lanes::queue.eq(queue)).filter(lanes::owner.eq(owner));
    diesel::update(mine).set(lanes::leased_until.eq(now + LEASE)).execute(conn)?;
    let mut held: BTreeSet<i32> = mine.select(lanes::lane).load(conn)?.into_iter().collect();
    let share = fair_share(count, alive);
    let mut leaving = BTreeSet::new();
    let surplus: Vec<i32> = held.iter().rev().take(held.len().saturating_sub(share)).copied().collect();
    for lane in surplus {
        if busy.contains(&lane) {
            leaving.insert(lane);
            continue;
        }
        set_owner(conn, queue, lane, "", NaiveDateTime::default())?;
        held.remove(&lane);
    }
    for lane in free(conn, queue, now, share.saturating_sub(held.len()))? {
        set_owner(conn, queue, lane, owner, now + LEASE)?;
        held.insert(lane);
    }
    Ok(Tended { held, leaving })
}

/// How many of `count` lanes one of `alive` processes works: rounded up, so that none is left over.
fn fair_share(count: i32, alive: i64) -> usize {
    let count = usize::try_from(count).unwrap_or(0);
    count.div_ceil(usize::try_from(alive).unwrap_or(1).max(1))
}

/// Says that this process is alive, forgets those that are long gone, and counts the living.
fn be_seen(conn: &mut Conn, queue: &str, owner: &str, now: NaiveDateTime) -> QueryResult<i64> {
    let queue = presence(queue);
    let seat = i32::try_from(stable_hash(owner) & 0x7fff_ffff).unwrap_or(0);
    let all = lanes::table.filter(lanes::queue.eq(&queue));
    diesel::delete(all.filter(lanes::leased_until.lt(now - LEASE))).execute(conn)?;
    insert(conn, &queue, seat, owner, now + LEASE)?;
    set_owner(conn, &queue, seat, owner, now + LEASE)?;
    all.filter(lanes::leased_until.gt(now)).count().get_result(conn)
}

fn set_owner(
    conn: &mut Conn,
    queue: &str,
    lane: i32,
    owner: &str,
    until: NaiveDateTime,
) -> QueryResult<usize> {
    diesel::update(lanes::table.find((queue, lane)))
        .set((lanes::owner.eq(owner), lanes::leased_until.eq(until)))
        .execute(conn)
}

/// Lanes whose lease has ended and that nobody else is taking at this moment.
fn free(conn: &mut Conn, queue: &str, now: NaiveDateTime, limit: usize) -> QueryResult<Vec<i32>> {
    let query = lanes::table
        .filter(lanes::queue.eq(queue))
        .filter(lanes::leased_until.le(now))
        .order(lanes::lane)
        .select(lanes::lane)
        .limit(i64::try_from(limit).unwrap_or(0));
    match conn {
        Conn::Sqlite(c) => query.load(c),
        Conn::Pg(c) => query.for_update().skip_locked().load(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_falls_into_the_same_lane_for_ever() {
        assert_eq!(stable_hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(stable_hash("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(lane_of("example.org", 16), lane_of("example.org", 16));
        assert!((0..1000).map(|n| lane_of(&format!("h{n}.example"), 16)).all(|lane| (0..16).contains(&lane)));
        assert_eq!(lane_of("x", 0), 0);
    }

    #[test]
    fn keys_spread_over_all_lanes() {
        let lanes: BTreeSet<i32> = (0..200).map(|n| lane_of(&format!("h{n}.example"), 16)).collect();
        assert_eq!(lanes.len(), 16);
    }

    #[test]
    fn a_fair_share_leaves_no_lane_over() {
        assert_eq!(fair_share(16, 1), 16);
        assert_eq!(fair_share(16, 2), 8);
        assert_eq!(fair_share(16, 3), 6);
        assert_eq!(fair_share(16, 0), 16);
    }
}
