//! Mails that are to leave or have left, one row each. What a mail says, and to whom, goes when it ends.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::mails;
use crate::domain::mail::State;

/// The key of PostgreSQL's advisory lock under which mails to unproven addresses are counted and stored.
const TURN: i64 = 7240;

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = mails)]
pub struct Mail {
    /// UUIDv7; the Message-ID is made of it.
    pub id: String,
    /// What it is sent for: there is one mail for one cause.
    pub cause: String,
    /// The address; once it has ended, its domain alone.
    pub recipient: String,
    /// By which what went to one address is counted.
    pub address_digest: String,
    /// Whether nobody has confirmed the address.
    pub unproven: bool,
    /// One line; empty once it has ended.
    pub subject: String,
    /// What it says; empty once it has ended.
    pub text: String,
    /// How far it has come.
    pub state: State,
    /// How often sending it was begun.
    pub attempts: i32,
    /// When it was caused.
    pub created_at: NaiveDateTime,
    /// When it is next worth trying.
    pub run_at: NaiveDateTime,
    /// Until when whoever sends it now has it for itself.
    pub held_until: Option<NaiveDateTime>,
    /// When it was sent or given up.
    pub ended_at: Option<NaiveDateTime>,
    /// What the mail server said last.
    pub last_error: Option<String>,
}

/// Holds others who would count and store mails to unproven addresses until the transaction ends. On SQLite the transaction already does.
///
/// # Errors
/// The database's.
pub fn in_turn(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Pg(c) => {
            diesel::sql_query(format!("SELECT pg_advisory_xact_lock({TURN})")).execute(c).map(drop)
        }
    }
}

/// Stores a mail, unless there is one for its cause. Whether it was stored.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, row: &Mail) -> Result<bool> {
    let stored = crate::both!(conn, c => diesel::insert_into(mails::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(stored > 0)
}

/// How many mails to unproven addresses were caused since then, for one address or for all.
///
/// # Errors
/// The database's.
pub fn unproven_since(conn: &mut Conn, address: Option<&str>, since: NaiveDateTime) -> Result<i64> {
    let mut query = mails::table
        .filter(mails::unproven.eq(true))
        .filter(mails::created_at.gt(since))
        .count()
        .into_boxed();
    if let Some(address) = address {
        query = query.filter(mails::address_digest.eq(address));
    }
    query.get_result(conn)
}

/// The mail that has been due for longest.
///
/// # Errors
/// The database's.
pub fn due(conn: &mut Conn, now: NaiveDateTime) -> Result<Option<Mail>> {
    mails::table
        .filter(mails::state.eq(State::Pending))
        .filter(mails::run_at.le(now))
        .filter(mails::held_until.is_null().or(mails::held_until.le(now)))
        .order((mails::run_at, mails::id))
        .select(Mail::as_select())
        .first(conn)
        .optional()
}

/// Counts an attempt, holds the mail for it and says when the next one would be; whether nobody else did so before.
///
/// # Errors
/// The database's.
pub fn claim(conn: &mut Conn, mail: &Mail, held_until: NaiveDateTime, next: NaiveDateTime) -> Result<bool> {
    let as_read = mails::table
        .find(&mail.id)
        .filter(mails::state.eq(State::Pending))
        .filter(mails::attempts.eq(mail.attempts));
    let claimed = diesel::update(as_read)
        .set((
            mails::attempts.eq(mails::attempts + 1),
            mails::held_until.eq(held_until),
            mails::run_at.eq(next),
        ))
        .execute(conn)?;
    Ok(claimed > 0)
}

/// Ends a mail that waits: what it said, and to whom, goes.
///
/// # Errors
/// The database's.
pub fn end(
    conn: &mut Conn,
    mail: &Mail,
    state: State,
    error: Option<&str>,
    now: NaiveDateTime,
) -> Result<()> {
    let domain = mail.recipient.rsplit('@').next().unwrap_or_default();
    diesel::update(mails::table.find(&mail.id).filter(mails::state.eq(State::Pending)))
        .set((
            mails::state.eq(state),
            mails::recipient.eq(domain),
            mails::subject.eq(""),
            mails::text.eq(""),
            mails::ended_at.eq(now),
            mails::last_error.eq(error),
        ))
        .execute(conn)
        .map(drop)
}

/// Lets a mail go whose attempt did not succeed, and keeps why.
///
/// # Errors
/// The database's.
pub fn release(conn: &mut Conn, id: &str, error: &str) -> Result<()> {
    diesel::update(mails::table.find(id))
        .set((mails::held_until.eq(None::<NaiveDateTime>), mails::last_error.eq(error)))
        .execute(conn)
        .map(drop)
}

/// Lets everything that waits wait at least until then.
///
/// # Errors
/// The database's.
pub fn postpone(conn: &mut Conn, until: NaiveDateTime) -> Result<()> {
    diesel::update(mails::table.filter(mails::state.eq(State::Pending)).filter(mails::run_at.lt(until)))
        .set(mails::run_at.eq(until))
        .execute(conn)
        .map(drop)
}

/// The mail for a cause, where it waits.
///
/// # Errors
/// The database's.
pub fn waiting_for(conn: &mut Conn, cause: &str) -> Result<Option<Mail>> {
    mails::table
        .filter(mails::cause.eq(cause))
        .filter(mails::state.eq(State::Pending))
        .select(Mail::as_select())
        .first(conn)
        .optional()
}

/// Those in a state, latest first.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, state: State, most: i64) -> Result<Vec<Mail>> {
    mails::table
        .filter(mails::state.eq(state))
        .order(mails::id.desc())
        .limit(most)
        .select(Mail::as_select())
        .load(conn)
}

/// How many are in a state.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, state: State) -> Result<i64> {
    mails::table.filter(mails::state.eq(state)).count().get_result(conn)
}

/// Makes what waits due now. How many.
///
/// # Errors
/// The database's.
pub fn hurry(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
    diesel::update(mails::table.filter(mails::state.eq(State::Pending)))
        .set(mails::run_at.eq(now))
        .execute(conn)
}

/// Forgets those that ended before `before`. How many.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, before: NaiveDateTime) -> Result<usize> {
    diesel::delete(mails::table.filter(mails::ended_at.lt(before))).execute(conn)
}
