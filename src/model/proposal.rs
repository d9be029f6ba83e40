//! Proposals as the clock sees them, what they came to, and every act on them.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{actors, organisations, proposal_acts, proposals, publications};
use crate::domain::publication::Kind;
use crate::domain::round::{ActKind, Phase};
use crate::domain::state::State;
use crate::model::actor::Actor;

/// What is kept of a published proposal beside its content.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = proposals, treat_none_as_null = true)]
pub struct Row {
    /// Of which publication.
    pub publication_id: String,
    /// The revision that last changed what positions are about.
    pub version: i32,
    /// When the round began, if it is not the first.
    pub began_at: Option<NaiveDateTime>,
    /// When the clock opens it; none where it is open or has nothing to wait for.
    pub opens_at: Option<NaiveDateTime>,
    /// When the clock reminds of its deadline.
    pub remind_at: Option<NaiveDateTime>,
    /// When the clock closes it; none where it is closed, or was over when it was published.
    pub closes_at: Option<NaiveDateTime>,
    /// The last round of whose deadline was reminded; 0 where none was.
    pub reminded_round: i32,
    /// [`crate::domain::outcome::Closed`] as JSON, once it is closed here.
    pub outcome: Option<String>,
    /// The decision that its adoption wrote.
    pub decision_id: Option<String>,
}

/// An act on a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = proposal_acts)]
pub struct ActRow {
    /// UUIDv7.
    pub id: String,
    /// On which proposal.
    pub publication_id: String,
    /// What was done.
    pub act: ActKind,
    /// By whom; none where it was the clock.
    pub actor_id: Option<i64>,
    /// When.
    pub at: NaiveDateTime,
    /// The version of the text after it.
    pub version: i32,
    /// The round after it.
    pub round: i32,
    /// The phase after it.
    pub phase: Option<Phase>,
    /// Why, plain text.
    pub reason: Option<String>,
}

/// An act with who did it: the actor, and the name of an organisation.
pub type Done = (ActRow, Option<Actor>, Option<String>);

/// The row of a proposal; none of one that was only ever a draft, or published by an older version.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Row>> {
    proposals::table.find(id).select(Row::as_select()).first(conn).optional()
}

/// Stores the row, in the place of one that is there.
///
/// # Errors
/// The database's.
pub fn put(conn: &mut Conn, row: &Row) -> Result<()> {
    both!(conn, c => diesel::insert_into(proposals::table)
        .values(row)
        .on_conflict(proposals::publication_id)
        .do_update()
        .set(row)
        .execute(c))
    .map(drop)
}

/// Stores an act.
///
/// # Errors
/// The database's.
pub fn note(conn: &mut Conn, row: &ActRow) -> Result<()> {
    diesel::insert_into(proposal_acts::table).values(row).execute(conn).map(drop)
}

/// Every act on a proposal, oldest first.
///
/// # Errors
/// The database's.
pub fn acts(conn: &mut Conn, id: &str) -> Result<Vec<Done>> {
    proposal_acts::table
        .left_join(actors::table.left_join(organisations::table))
        .filter(proposal_acts::publication_id.eq(id))
        .order((proposal_acts::at, proposal_acts::id))
        .select((ActRow::as_select(), Option::<Actor>::as_select(), organisations::name.nullable()))
        .load(conn)
}

/// Open proposals that the clock should open, remind of or close by `now`: of each kind at most `most`.
///
/// # Errors
/// The database's.
pub fn due(conn: &mut Conn, now: NaiveDateTime, most: i64) -> Result<Vec<String>> {
    let opening = proposals::table
        .filter(proposals::opens_at.le(now))
        .order(proposals::opens_at)
        .limit(most)
        .select(proposals::publication_id);
    let mut ids: Vec<String> = opening.load(conn)?;
    let reminding = proposals::table
        .filter(proposals::remind_at.le(now))
        .order(proposals::remind_at)
        .limit(most)
        .select(proposals::publication_id);
    ids.extend(reminding.load::<String>(conn)?);
    let closing = proposals::table
        .filter(proposals::closes_at.le(now))
        .order(proposals::closes_at)
        .limit(most)
        .select(proposals::publication_id);
    ids.extend(closing.load::<String>(conn)?);
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Public open proposals without a row: an older version published them. At most `most`.
///
/// # Errors
/// The database's.
pub fn unknown(conn: &mut Conn, most: i64) -> Result<Vec<String>> {
    publications::table
        .left_join(proposals::table.on(proposals::publication_id.eq(publications::id)))
        .filter(publications::kind.eq(Kind::Proposal).and(publications::state.eq(State::Open)))
        .filter(publications::published_at.is_not_null().and(proposals::publication_id.is_null()))
        .order(publications::id)
        .limit(most)
        .select(publications::id)
        .load(conn)
}

/// The proposal whose adoption wrote this decision.
///
/// # Errors
/// The database's.
pub fn of_decision(conn: &mut Conn, decision: &str) -> Result<Option<String>> {
    proposals::table
        .filter(proposals::decision_id.eq(decision))
        .select(proposals::publication_id)
        .first(conn)
        .optional()
}

/// When proposals were adopted or not, oldest first; of what was published closed nothing is known.
///
/// # Errors
/// The database's.
pub fn ended(conn: &mut Conn, ids: &[String]) -> Result<Vec<(String, NaiveDateTime)>> {
    proposal_acts::table
        .filter(proposal_acts::publication_id.eq_any(ids))
        .filter(proposal_acts::act.eq_any([ActKind::Adopted, ActKind::NotAdopted]))
        .order((proposal_acts::at, proposal_acts::id))
        .select((proposal_acts::publication_id, proposal_acts::at))
        .load(conn)
}
