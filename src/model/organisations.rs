//! The organisations of this node as lists show them, narrowed to those that somebody looks for. Read-only.

use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::Result;
use super::directory::Counted;
use super::listing::Joined;
use crate::db::Conn;
use crate::db::schema::{actors, coalitions, memberships, organisations};
use crate::domain::actor::OrganisationKind;
use crate::domain::search::Question;
use crate::model::search;

/// Which organisations a list shows: those for which everything that is given holds.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<OrganisationKind>,
    /// That act there, as written.
    pub territory: Option<String>,
    /// That answer a question.
    pub words: Question,
    /// Those that came last first, instead of by name.
    pub latest: bool,
}

/// An organisation in a list.
#[derive(Clone, Debug, Queryable)]
pub struct Listed {
    /// Row id of its actor.
    pub id: i64,
    /// Its handle.
    pub handle: String,
    /// Plain text.
    pub name: String,
    /// What it is in law.
    pub kind: OrganisationKind,
    /// Plain text, may be empty.
    pub summary: String,
    /// Its own site.
    pub website: Option<String>,
    /// Where it acts.
    pub territory: Option<String>,
    /// Since when it is here.
    pub created_at: NaiveDateTime,
    /// When its profile last changed.
    pub updated_at: NaiveDateTime,
}

macro_rules! narrowed {
    ($query:expr, $filter:expr, $found:expr) => {{
        let mut query = $query.filter(actors::deleted_at.is_null()).into_boxed();
        if let Some(kind) = $filter.kind {
            query = query.filter(organisations::kind.eq(kind));
        }
        if let Some(territory) = $filter.territory.clone() {
            query = query.filter(organisations::territory.eq(territory));
        }
        if let Some(found) = $found.clone() {
            query = query.filter(actors::handle.eq_any(found));
        }
        query
    }};
}

/// A page of organisations, by name, and how many there are.
///
/// # Errors
/// The database's.
pub fn page(conn: &mut Conn, filter: &Filter, offset: i64, limit: i64) -> Result<(Vec<Listed>, i64)> {
    let found = answering(conn, &filter.words)?;
    let columns = (
        organisations::actor_id,
        actors::handle,
        organisations::name,
        organisations::kind,
        organisations::summary,
        organisations::website,
        organisations::territory,
        actors::created_at,
        actors::updated_at,
    );
    let rows = narrowed!(organisations::table.inner_join(actors::table).select(columns), filter, found);
    let rows = match filter.latest {
        true => rows.order(actors::created_at.desc()),
        false => rows.order(organisations::name.asc()),
    };
    let rows = rows.then_order_by(organisations::actor_id).offset(offset).limit(limit).load(conn)?;
    let total = narrowed!(organisations::table.inner_join(actors::table).count(), filter, found);
    Ok((rows, total.get_result(conn)?))
}

/// Handles of the organisations that answer a question; none where nothing is asked.
fn answering(conn: &mut Conn, words: &Question) -> Result<Option<Vec<String>>> {
    if words.is_empty() {
        return Ok(None);
    }
    let only = search::Filter { kind: Some("organisation"), ..search::Filter::default() };
    let (hits, _) = search::find(conn, words, &only, (0, search::MOST))?;
    Ok(Some(hits.into_iter().map(|hit| hit.subject).collect()))
}

/// What can be chosen, each with how many organisations have it: words of kinds, then territories as written.
///
/// # Errors
/// The database's.
pub fn choices(conn: &mut Conn) -> Result<(Vec<Counted>, Vec<Counted>)> {
    let kinds: Vec<(OrganisationKind, i64)> = organisations::table
        .group_by(organisations::kind)
        .select((organisations::kind, count_star()))
        .load(conn)?;
    let kinds = kinds.into_iter().map(|(kind, count)| (kind.as_str().to_owned(), count)).collect();
    let territories = organisations::table
        .group_by(organisations::territory)
        .filter(organisations::territory.is_not_null())
        .order(organisations::territory)
        .select((organisations::territory.assume_not_null(), count_star()))
        .load(conn)?;
    Ok((kinds, territories))
}

/// The coalitions that these organisations are in, each with the organisation's row id, oldest first.
///
/// # Errors
/// The database's.
pub fn memberships(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, Joined)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    memberships::table
        .inner_join(coalitions::table.inner_join(actors::table))
        .filter(memberships::member_id.eq_any(ids))
        .order(coalitions::actor_id)
        .select((
            memberships::member_id,
            (actors::handle, coalitions::title, coalitions::topic, memberships::role),
        ))
        .load(conn)
}
