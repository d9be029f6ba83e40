//! The series that meetings and minutes stand in, and when roadmaps are next due.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{publications, roadmap_dues, series};
use crate::domain::publication::Kind;

/// Most of one series that are read.
const MOST: i64 = 1000;

/// A meeting or minutes in a series.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Edition {
    /// Of the publication.
    pub id: String,
    /// A meeting or minutes.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// BCP 47.
    pub language: String,
    /// Its number in the series.
    pub edition: Option<i32>,
    /// When it began.
    pub starts_at: Option<NaiveDateTime>,
}

/// Puts a publication in a series, or takes it out of every one.
///
/// # Errors
/// The database's.
pub fn set(
    conn: &mut Conn,
    coalition_id: i64,
    id: &str,
    place: Option<(&str, Option<i32>, Option<NaiveDateTime>)>,
) -> Result<()> {
    diesel::delete(series::table.find(id)).execute(conn)?;
    let Some((name, edition, starts_at)) = place else {
        return Ok(());
    };
    diesel::insert_into(series::table)
        .values((
            series::publication_id.eq(id),
            series::coalition_id.eq(coalition_id),
            series::name.eq(name),
            series::edition.eq(edition),
            series::starts_at.eq(starts_at),
        ))
        .execute(conn)
        .map(drop)
}

/// The public editions of a series, in order of date and number.
///
/// # Errors
/// The database's.
pub fn of(conn: &mut Conn, coalition_id: i64, name: &str) -> Result<Vec<Edition>> {
    series::table
        .inner_join(publications::table)
        .filter(series::coalition_id.eq(coalition_id).and(series::name.eq(name)))
        .filter(publications::published_at.is_not_null().and(publications::withdrawn_at.is_null()))
        .order((series::starts_at, series::edition, publications::id))
        .limit(MOST)
        .select((
            publications::id,
            publications::kind,
            publications::title,
            publications::language,
            series::edition,
            series::starts_at,
        ))
        .load(conn)
}

/// Says when a roadmap is next due.
///
/// # Errors
/// The database's.
pub fn set_due(conn: &mut Conn, id: &str, due: Option<NaiveDateTime>) -> Result<()> {
    both!(conn, c => diesel::insert_into(roadmap_dues::table)
        .values((roadmap_dues::publication_id.eq(id), roadmap_dues::due_at.eq(due)))
        .on_conflict(roadmap_dues::publication_id)
        .do_update()
        .set(roadmap_dues::due_at.eq(due))
        .execute(c))
    .map(drop)
}

/// What is history in a roadmap, JSON; none where nobody noted it.
///
/// # Errors
/// The database's.
pub fn history(conn: &mut Conn, id: &str) -> Result<Option<String>> {
    let found: Option<Option<String>> =
        roadmap_dues::table.find(id).select(roadmap_dues::history).first(conn).optional()?;
    Ok(found.flatten())
}

/// Notes what is history in a roadmap of which it is known when it is due.
///
/// # Errors
/// The database's.
pub fn set_history(conn: &mut Conn, id: &str, history: &str) -> Result<()> {
    diesel::update(roadmap_dues::table.find(id))
        .set(roadmap_dues::history.eq(history))
        .execute(conn)
        .map(drop)
}

/// Public roadmaps of which something is due by `now`, with their coalition; at most `most`.
///
/// # Errors
/// The database's.
pub fn due(conn: &mut Conn, now: NaiveDateTime, most: i64) -> Result<Vec<(String, i64)>> {
    roadmap_dues::table
        .inner_join(publications::table)
        .filter(roadmap_dues::due_at.le(now).and(publications::withdrawn_at.is_null()))
        .order(roadmap_dues::due_at)
        .limit(most)
        .select((publications::id, publications::coalition_id))
        .load(conn)
}

/// Takes a roadmap that is due. False where somebody else did.
///
/// # Errors
/// The database's.
pub fn take_due(conn: &mut Conn, id: &str, now: NaiveDateTime) -> Result<bool> {
    let due = roadmap_dues::table.find(id).filter(roadmap_dues::due_at.le(now));
    Ok(diesel::update(due).set(roadmap_dues::due_at.eq(None::<NaiveDateTime>)).execute(conn)? > 0)
}
