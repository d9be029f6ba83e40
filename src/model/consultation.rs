//! Consultations as the clock and the inbox see them, and who answered what. Who answered is never shown.

use chrono::NaiveDateTime;
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{answers, consultations, publications, remote_actors};
use crate::domain::publication::{Consultation, Details};
use crate::domain::state::State;

/// What counting an answer needs of a consultation.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its state.
    pub state: State,
    /// Its options.
    pub consultation: Consultation,
    /// Answers count from then on.
    pub opens_at: Option<NaiveDateTime>,
    /// Answers count until then.
    pub closes_at: Option<NaiveDateTime>,
}

/// An answer to store.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = answers)]
pub struct NewAnswer {
    /// To what.
    pub publication_id: String,
    /// Whose.
    pub remote_id: i64,
    /// Which option, from 0.
    pub choice: i32,
    /// When it came.
    pub received_at: NaiveDateTime,
}

/// How the answers stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How often each option was chosen, in their order.
    pub options: Vec<i64>,
    /// How many answered.
    pub voters: i64,
    /// When it was closed.
    pub closed_at: Option<NaiveDateTime>,
}

/// Sets when a published consultation opens and closes.
///
/// # Errors
/// The database's.
pub fn set_times(
    conn: &mut Conn,
    id: &str,
    opens_at: Option<NaiveDateTime>,
    closes_at: Option<NaiveDateTime>,
) -> Result<()> {
    let times = (consultations::opens_at.eq(opens_at), consultations::closes_at.eq(closes_at));
    both!(conn, c => diesel::insert_into(consultations::table)
        .values((consultations::publication_id.eq(id), times))
        .on_conflict(consultations::publication_id)
        .do_update()
        .set(times)
        .execute(c))
    .map(drop)
}

/// Notes that it is closed since then, unless it was closed before; counts that were to be told are told with this.
///
/// # Errors
/// The database's.
pub fn close(conn: &mut Conn, id: &str, at: NaiveDateTime) -> Result<()> {
    diesel::update(consultations::table.find(id).filter(consultations::closed_at.is_null()))
        .set((consultations::closed_at.eq(at), consultations::results_due_at.eq(None::<NaiveDateTime>)))
        .execute(conn)
        .map(drop)
}

/// Open consultations whose deadline was before `deadline`, with it; at most `most`.
///
/// # Errors
/// The database's.
pub fn to_close(
    conn: &mut Conn,
    deadline: NaiveDateTime,
    most: i64,
) -> Result<Vec<(String, Option<NaiveDateTime>)>> {
    consultations::table
        .inner_join(publications::table)
        .filter(consultations::closed_at.is_null().and(consultations::closes_at.le(deadline)))
        .filter(publications::state.eq(State::Open))
        .order(consultations::closes_at)
        .limit(most)
        .select((consultations::publication_id, consultations::closes_at))
        .load(conn)
}

/// Moves an open consultation whose deadline was before `deadline` to the state `closed`; this is no revision. False where
/// somebody else did, or it was withdrawn or put off meanwhile. The row of the publication is locked first, as everywhere.
///
/// # Errors
/// The database's.
pub fn close_by_clock(conn: &mut Conn, id: &str, deadline: NaiveDateTime) -> Result<bool> {
    let due = consultations::table
        .filter(consultations::publication_id.eq(id).and(consultations::closes_at.le(deadline)))
        .select(consultations::publication_id);
    let open =
        publications::table.filter(publications::id.eq_any(due).and(publications::state.eq(State::Open)));
    Ok(diesel::update(open).set(publications::state.eq(State::Closed)).execute(conn)? > 0)
}

/// Notes that the counts changed: they are to be told at `due`, unless they are to be told sooner.
///
/// # Errors
/// The database's.
pub fn changed(conn: &mut Conn, id: &str, due: NaiveDateTime) -> Result<()> {
    diesel::update(consultations::table.find(id).filter(consultations::results_due_at.is_null()))
        .set(consultations::results_due_at.eq(due))
        .execute(conn)
        .map(drop)
}

/// Public consultations whose counts are to be told by now; at most `most`.
///
/// # Errors
/// The database's.
pub fn results_due(conn: &mut Conn, now: NaiveDateTime, most: i64) -> Result<Vec<String>> {
    consultations::table
        .inner_join(publications::table)
        .filter(consultations::results_due_at.le(now).and(publications::withdrawn_at.is_null()))
        .order(consultations::results_due_at)
        .limit(most)
        .select(consultations::publication_id)
        .load(conn)
}

/// Takes it on to tell the counts that were due by then. False where somebody else did.
///
/// # Errors
/// The database's.
pub fn take_results(conn: &mut Conn, id: &str, now: NaiveDateTime) -> Result<bool> {
    let due = consultations::table.find(id).filter(consultations::results_due_at.le(now));
    let taken =
        diesel::update(due).set(consultations::results_due_at.eq(None::<NaiveDateTime>)).execute(conn)?;
    Ok(taken > 0)
}

/// The public consultation with this id; none for any other publication.
///
/// # Errors
/// The database's.
pub fn asked(conn: &mut Conn, id: &str) -> Result<Option<Asked>> {
    let found: Option<(State, String, Option<NaiveDateTime>, Option<NaiveDateTime>)> = consultations::table
        .inner_join(publications::table)
        .filter(consultations::publication_id.eq(id))
        .filter(publications::published_at.is_not_null().and(publications::withdrawn_at.is_null()))
        .select((
            publications::state,
            publications::details,
            consultations::opens_at,
            consultations::closes_at,
        ))
        .first(conn)
        .optional()?;
    let Some((state, details, opens_at, closes_at)) = found else {
        return Ok(None);
    };
    let details: Details = serde_json::from_str(&details)
        .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
    Ok(match details {
        Details::Consultation(consultation) => Some(Asked { state, consultation, opens_at, closes_at }),
        _ => None,
    })
}

/// Whether this actor has answered.
///
/// # Errors
/// The database's.
pub fn has_answered(conn: &mut Conn, publication_id: &str, remote_id: i64) -> Result<bool> {
    let theirs = answers::table
        .filter(answers::publication_id.eq(publication_id).and(answers::remote_id.eq(remote_id)));
    Ok(theirs.select(answers::id).first::<i64>(conn).optional()?.is_some())
}

/// Stores an answer. False where the actor chose this option before.
///
/// # Errors
/// The database's.
pub fn answer(conn: &mut Conn, answer: &NewAnswer) -> Result<bool> {
    let added = both!(conn, c => diesel::insert_into(answers::table)
        .values(answer)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(added > 0)
}

/// Removes every answer of an actor. The consultations whose counts that changes.
///
/// # Errors
/// The database's.
pub fn remove_answers_of(conn: &mut Conn, remote_id: i64) -> Result<Vec<String>> {
    let theirs = answers::table.filter(answers::remote_id.eq(remote_id));
    let found = theirs.select(answers::publication_id).distinct().load(conn)?;
    diesel::delete(theirs).execute(conn)?;
    Ok(found)
}

/// How the answers to a consultation with this many options stand.
///
/// # Errors
/// The database's.
pub fn counts(conn: &mut Conn, id: &str, options: usize) -> Result<Counts> {
    let all = answers::table.filter(answers::publication_id.eq(id));
    let chosen: Vec<(i32, i64)> = both!(conn, c => all
        .group_by(answers::choice)
        .select((answers::choice, count_star()))
        .load(c))?;
    let voters = all.select(sql::<BigInt>("COUNT(DISTINCT remote_id)")).first(conn)?;
    let closed_at =
        consultations::table.find(id).select(consultations::closed_at).first(conn).optional()?.flatten();
    let mut counts = vec![0; options];
    for (choice, count) in chosen {
        if let Some(option) = usize::try_from(choice).ok().and_then(|choice| counts.get_mut(choice)) {
            *option = count;
        }
    }
    Ok(Counts { options: counts, voters, closed_at })
}

/// The distinct inboxes of those who answered, the shared inbox where there is one.
///
/// # Errors
/// The database's.
pub fn inboxes(conn: &mut Conn, id: &str) -> Result<Vec<String>> {
    let rows: Vec<(Option<String>, String)> = answers::table
        .inner_join(remote_actors::table)
        .filter(answers::publication_id.eq(id).and(remote_actors::gone_at.is_null()))
        .select((remote_actors::shared_inbox, remote_actors::inbox))
        .distinct()
        .load(conn)?;
    let mut inboxes: Vec<String> = rows.into_iter().map(|(shared, own)| shared.unwrap_or(own)).collect();
    inboxes.sort_unstable();
    inboxes.dedup();
    Ok(inboxes)
}
