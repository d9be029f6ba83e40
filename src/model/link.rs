//! What led to what, read both ways.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{links, publications, untraced};
use crate::domain::link::Relation;
use crate::model::publication::Row;

/// How many links lie at most between a thing and what its path shows.
const FAR: i64 = 8;
/// Most links of a path.
const MOST: i64 = 200;

/// A link to store. One of the two sides may still be only a word.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = links)]
pub struct NewLink {
    /// Of both.
    pub coalition_id: i64,
    /// The publication that says so.
    pub owner_id: String,
    /// Why.
    pub relation: Relation,
    /// What was first: a publication or an action item.
    pub cause_id: Option<String>,
    /// What came of it.
    pub effect_id: Option<String>,
    /// The milestone of a roadmap, by its title; empty elsewhere.
    pub place: String,
    /// How the owner names the other.
    pub word: Option<String>,
}

/// A link whose sides are both known.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Link {
    /// What was first.
    #[diesel(sql_type = Text)]
    pub cause_id: String,
    /// What came of it.
    #[diesel(sql_type = Text)]
    pub effect_id: String,
    /// The milestone of the effect, empty elsewhere.
    #[diesel(sql_type = Text)]
    pub place: String,
    /// Why.
    #[diesel(sql_type = Text)]
    pub relation: Relation,
}

/// Replaces the links that a publication says.
///
/// # Errors
/// The database's.
pub fn replace(conn: &mut Conn, owner: &str, new: &[NewLink]) -> Result<()> {
    diesel::delete(links::table.filter(links::owner_id.eq(owner))).execute(conn)?;
    for link in new {
        diesel::insert_into(links::table).values(link).execute(conn)?;
    }
    Ok(())
}

/// Completes the links of others that named a publication before it was there.
///
/// # Errors
/// The database's.
pub fn arrive(conn: &mut Conn, coalition_id: i64, id: &str, words: &[String]) -> Result<()> {
    let named = || links::coalition_id.eq(coalition_id).and(links::word.eq_any(words));
    diesel::update(links::table.filter(named().and(links::cause_id.is_null())))
        .set(links::cause_id.eq(id))
        .execute(conn)?;
    diesel::update(links::table.filter(named().and(links::effect_id.is_null())))
        .set(links::effect_id.eq(id))
        .execute(conn)
        .map(drop)
}

/// Everything that led to a thing and that came of it, as links: one query, both ways. What else came of a cause is not on
/// its path.
///
/// # Errors
/// The database's.
pub fn path(conn: &mut Conn, id: &str) -> Result<Vec<Link>> {
    const QUERY: &str = "WITH RECURSIVE up (id, far) AS (\
         SELECT $1, CAST(0 AS BIGINT) \
         UNION SELECT links.cause_id, up.far + 1 FROM links JOIN up ON links.effect_id = up.id \
         WHERE links.cause_id IS NOT NULL AND up.far < $2\
     ), down (id, far) AS (\
         SELECT $1, CAST(0 AS BIGINT) \
         UNION SELECT links.effect_id, down.far + 1 FROM links JOIN down ON links.cause_id = down.id \
         WHERE links.effect_id IS NOT NULL AND down.far < $2\
     ) \
     SELECT cause_id, effect_id, place, relation FROM links \
     JOIN (SELECT DISTINCT id FROM up) AS led ON links.effect_id = led.id WHERE cause_id IS NOT NULL \
     UNION SELECT cause_id, effect_id, place, relation FROM links \
     JOIN (SELECT DISTINCT id FROM down) AS came ON links.cause_id = came.id WHERE effect_id IS NOT NULL \
     LIMIT $3";
    both!(conn, c => diesel::sql_query(QUERY)
        .bind::<Text, _>(id)
        .bind::<BigInt, _>(FAR)
        .bind::<BigInt, _>(MOST)
        .load(c))
}

/// What a publication names as its source, whatever became of that: the link stays where a slug does not.
///
/// # Errors
/// The database's.
pub fn source(conn: &mut Conn, id: &str) -> Result<Option<String>> {
    let cause: Option<Option<String>> = links::table
        .filter(links::owner_id.eq(id).and(links::relation.eq(Relation::Source)))
        .select(links::cause_id)
        .first(conn)
        .optional()?;
    Ok(cause.flatten())
}

/// The public publications with these ids.
///
/// # Errors
/// The database's.
pub fn publications(conn: &mut Conn, ids: &[String]) -> Result<Vec<Row>> {
    publications::table
        .filter(publications::id.eq_any(ids))
        .filter(publications::published_at.is_not_null().and(publications::withdrawn_at.is_null()))
        .select(Row::as_select())
        .load(conn)
}

/// Publications that were there before there were links; at most `most`.
///
/// # Errors
/// The database's.
pub fn untraced(conn: &mut Conn, most: i64) -> Result<Vec<String>> {
    untraced::table.order(untraced::publication_id).limit(most).select(untraced::publication_id).load(conn)
}

/// Takes one of them. False where somebody else did.
///
/// # Errors
/// The database's.
pub fn take_untraced(conn: &mut Conn, id: &str) -> Result<bool> {
    Ok(diesel::delete(untraced::table.find(id)).execute(conn)? > 0)
}
