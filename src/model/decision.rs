//! The register: frozen entries, numbered without a gap in each coalition, with their proofs beside them; and the days on
//! which decisions are to be reviewed.

use chrono::NaiveDateTime;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{decisions, publications, reviews};
use crate::domain::decision::Act;
use crate::domain::state::State;

/// An entry. Only ever inserted; its proof alone may be made anew.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = decisions)]
pub struct Decision {
    /// The coalition whose register it is in.
    pub coalition_id: i64,
    /// From 1, without a gap.
    pub number: i32,
    /// What it does.
    pub act: Act,
    /// The publication of the decision that it adopts.
    pub publication_id: Option<String>,
    /// The number of the decision that another act speaks of.
    pub decision: Option<i32>,
    /// The number of the decision that takes the place of that one.
    pub successor: Option<i32>,
    /// Canonical JSON of an entry of [`crate::domain::decision`].
    pub entry: String,
    /// SHA-256 of `entry`, lower-case hexadecimal.
    pub digest: String,
    /// Its integrity proof as JSON, of a rotation an array of two. None only between an upgrade and the start after it.
    pub proof: Option<String>,
}

/// The frozen bytes of an entry with its proof as a last member: JSON.
pub fn told(row: &Decision) -> String {
    match (&row.proof, row.entry.strip_suffix('}')) {
        (Some(proof), Some(open)) => format!("{open},\"proof\":{proof}}}"),
        _ => row.entry.clone(),
    }
}

/// Adds an entry.
///
/// # Errors
/// The database's; a unique violation if the number is taken.
pub fn insert(conn: &mut Conn, decision: &Decision) -> Result<()> {
    diesel::insert_into(decisions::table).values(decision).execute(conn).map(drop)
}

/// The last entry of a coalition's register.
///
/// # Errors
/// The database's.
pub fn last(conn: &mut Conn, coalition_id: i64) -> Result<Option<Decision>> {
    decisions::table
        .filter(decisions::coalition_id.eq(coalition_id))
        .order(decisions::number.desc())
        .select(Decision::as_select())
        .first(conn)
        .optional()
}

/// A coalition's register from its first entry on.
///
/// # Errors
/// The database's.
pub fn register(conn: &mut Conn, coalition_id: i64) -> Result<Vec<Decision>> {
    part(conn, coalition_id, 0, i64::MAX)
}

/// At most `limit` entries of a coalition's register, from the one after the number `after` on.
///
/// # Errors
/// The database's.
pub fn part(conn: &mut Conn, coalition_id: i64, after: i32, limit: i64) -> Result<Vec<Decision>> {
    decisions::table
        .filter(decisions::coalition_id.eq(coalition_id).and(decisions::number.gt(after)))
        .order(decisions::number)
        .limit(limit)
        .select(Decision::as_select())
        .load(conn)
}

/// At most `limit` entries of a coalition's register, latest first, after `offset` of them, without proofs: for lists. Of an
/// adoption, in whose entry many positions may stand, only the beginning: see [`crate::domain::decision::date`].
///
/// # Errors
/// The database's.
pub fn latest(conn: &mut Conn, coalition_id: i64, offset: i64, limit: i64) -> Result<Vec<Decision>> {
    decisions::table
        .filter(decisions::coalition_id.eq(coalition_id))
        .order(decisions::number.desc())
        .offset(offset)
        .limit(limit)
        .select((
            decisions::coalition_id,
            decisions::number,
            decisions::act,
            decisions::publication_id,
            decisions::decision,
            decisions::successor,
            sql::<Text>("CASE WHEN decisions.act = 'adopt' THEN substr(decisions.entry, 1, 200) ELSE decisions.entry END"),
            decisions::digest,
            None::<String>.into_sql::<Nullable<Text>>(),
        ))
        .load(conn)
}

/// How many entries a coalition's register has: the number of its last one, since there is no gap.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, coalition_id: i64) -> Result<i64> {
    let last: Option<i32> = decisions::table
        .filter(decisions::coalition_id.eq(coalition_id))
        .select(diesel::dsl::max(decisions::number))
        .first(conn)?;
    Ok(last.unwrap_or(0).into())
}

/// The entry by which this publication came into force.
///
/// # Errors
/// The database's.
pub fn of_publication(conn: &mut Conn, publication_id: &str) -> Result<Option<Decision>> {
    decisions::table
        .filter(decisions::publication_id.eq(publication_id))
        .select(Decision::as_select())
        .first(conn)
        .optional()
}

/// The entries of these numbers.
///
/// # Errors
/// The database's.
pub fn numbered(conn: &mut Conn, coalition_id: i64, numbers: &[i32]) -> Result<Vec<Decision>> {
    decisions::table
        .filter(decisions::coalition_id.eq(coalition_id).and(decisions::number.eq_any(numbers.to_vec())))
        .order(decisions::number)
        .select(Decision::as_select())
        .load(conn)
}

/// The entries that speak of these decisions, or name them as successors, in their order.
///
/// # Errors
/// The database's.
pub fn about(conn: &mut Conn, coalition_id: i64, numbers: &[i32]) -> Result<Vec<Decision>> {
    let speaks = decisions::decision.eq_any(numbers.to_vec());
    let names = decisions::successor.eq_any(numbers.to_vec());
    decisions::table
        .filter(decisions::coalition_id.eq(coalition_id).and(speaks.or(names)))
        .order(decisions::number)
        .select(Decision::as_select())
        .load(conn)
}

/// What changed the decisions that these publications are, oldest first: the publication and the entry (JSON).
///
/// # Errors
/// The database's.
pub fn turned(conn: &mut Conn, ids: &[String]) -> Result<Vec<(String, String)>> {
    let entered: Vec<(Option<String>, i64, i32)> = decisions::table
        .filter(decisions::publication_id.eq_any(ids))
        .select((decisions::publication_id, decisions::coalition_id, decisions::number))
        .load(conn)?;
    let numbers: Vec<i32> = entered.iter().map(|(_, _, number)| *number).collect();
    let coalitions: Vec<i64> = entered.iter().map(|(_, coalition, _)| *coalition).collect();
    let changes: Vec<(i64, Option<i32>, String)> = decisions::table
        .filter(decisions::coalition_id.eq_any(coalitions).and(decisions::decision.eq_any(numbers)))
        .order((decisions::coalition_id, decisions::number))
        .select((decisions::coalition_id, decisions::decision, decisions::entry))
        .load(conn)?;
    let of = |(coalition, number, entry): (i64, Option<i32>, String)| {
        let same = |one: &&(Option<String>, i64, i32)| (one.1, Some(one.2)) == (coalition, number);
        Some((entered.iter().find(same)?.0.clone()?, entry))
    };
    Ok(changes.into_iter().filter_map(of).collect())
}

/// The publication of the decision that took the place of this one last.
///
/// # Errors
/// The database's.
pub fn successor(conn: &mut Conn, coalition_id: i64, number: i32) -> Result<Option<String>> {
    let named: Option<Option<i32>> = decisions::table
        .filter(decisions::coalition_id.eq(coalition_id).and(decisions::decision.eq(number)))
        .filter(decisions::successor.is_not_null())
        .order(decisions::number.desc())
        .select(decisions::successor)
        .first(conn)
        .optional()?;
    let Some(successor) = named.flatten() else { return Ok(None) };
    let id: Option<Option<String>> = decisions::table
        .find((coalition_id, successor))
        .select(decisions::publication_id)
        .first(conn)
        .optional()?;
    Ok(id.flatten())
}

/// A decision as links name it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Titled {
    /// In the register.
    pub number: i32,
    /// The publication (UUIDv7).
    pub id: String,
    /// Plain text.
    pub title: String,
    /// BCP 47.
    pub language: String,
    /// What it is now.
    pub state: State,
}

/// The decisions of these numbers of a coalition, as links name them.
///
/// # Errors
/// The database's.
pub fn titles(conn: &mut Conn, coalition_id: i64, numbers: &[i32]) -> Result<Vec<Titled>> {
    decisions::table
        .inner_join(publications::table)
        .filter(decisions::coalition_id.eq(coalition_id).and(decisions::number.eq_any(numbers.to_vec())))
        .order(decisions::number)
        .select((
            decisions::number,
            publications::id,
            publications::title,
            publications::language,
            publications::state,
        ))
        .load(conn)
}

/// The ids of the publications of a coalition's decisions, in the order of their numbers, and how many there are.
///
/// # Errors
/// The database's.
pub fn adopted(conn: &mut Conn, coalition_id: i64, offset: i64, limit: i64) -> Result<(Vec<String>, i64)> {
    let all = || {
        decisions::table
            .filter(decisions::coalition_id.eq(coalition_id).and(decisions::publication_id.is_not_null()))
    };
    let ids: Vec<Option<String>> = all()
        .order(decisions::number)
        .offset(offset)
        .limit(limit)
        .select(decisions::publication_id)
        .load(conn)?;
    Ok((ids.into_iter().flatten().collect(), all().count().get_result(conn)?))
}

/// The coalitions in whose register an entry has no proof.
///
/// # Errors
/// The database's.
pub fn unsigned_registers(conn: &mut Conn) -> Result<Vec<i64>> {
    decisions::table.filter(decisions::proof.is_null()).select(decisions::coalition_id).distinct().load(conn)
}

/// The entries of a coalition that have no proof, in their order.
///
/// # Errors
/// The database's.
pub fn unsigned(conn: &mut Conn, coalition_id: i64) -> Result<Vec<Decision>> {
    decisions::table
        .filter(decisions::coalition_id.eq(coalition_id).and(decisions::proof.is_null()))
        .order(decisions::number)
        .select(Decision::as_select())
        .load(conn)
}

/// The coalitions that have a register.
///
/// # Errors
/// The database's.
pub fn registers(conn: &mut Conn) -> Result<Vec<i64>> {
    decisions::table.select(decisions::coalition_id).distinct().load(conn)
}

/// Lays a proof beside an entry.
///
/// # Errors
/// The database's.
pub fn set_proof(conn: &mut Conn, coalition_id: i64, number: i32, proof: &str) -> Result<()> {
    diesel::update(decisions::table.find((coalition_id, number)))
        .set(decisions::proof.eq(proof))
        .execute(conn)
        .map(drop)
}

/// Notes when a decision is to be reviewed; none: not any more.
///
/// # Errors
/// The database's.
pub fn set_review(conn: &mut Conn, publication_id: &str, due: Option<NaiveDateTime>) -> Result<()> {
    let Some(due) = due else {
        return diesel::delete(reviews::table.find(publication_id)).execute(conn).map(drop);
    };
    both!(conn, c => diesel::insert_into(reviews::table)
        .values((reviews::publication_id.eq(publication_id), reviews::due_at.eq(due)))
        .on_conflict(reviews::publication_id)
        .do_update()
        .set(reviews::due_at.eq(due))
        .execute(c))
    .map(drop)
}

/// The decisions whose day of review has come.
///
/// # Errors
/// The database's.
pub fn due_reviews(conn: &mut Conn, now: NaiveDateTime, limit: i64) -> Result<Vec<String>> {
    reviews::table
        .filter(reviews::due_at.le(now))
        .order(reviews::due_at)
        .limit(limit)
        .select(reviews::publication_id)
        .load(conn)
}

/// Takes a review that is due. False where another worker took it.
///
/// # Errors
/// The database's.
pub fn take_review(conn: &mut Conn, publication_id: &str, now: NaiveDateTime) -> Result<bool> {
    let due = reviews::table.filter(reviews::publication_id.eq(publication_id).and(reviews::due_at.le(now)));
    Ok(diesel::delete(due).execute(conn)? > 0)
}
