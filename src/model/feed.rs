//! Publications as feeds, calendars and exports tell them: a page of them in a fixed number of queries. Read-only.

use std::collections::HashMap;

use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{actors, organisations, publication_authors, publication_tags, publications};
use crate::domain::named::organisation_words;
use crate::model::listing::{self, Filter, Listed, Order};

/// A publication with what is told of it outside pages.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What lists tell.
    pub listed: Listed,
    /// Safe HTML.
    pub html: String,
    /// Such as `CC BY-SA 4.0`.
    pub licence: String,
    /// The number of its latest revision, from 1.
    pub revision: i32,
    /// Handles and names of the organisations that wrote it, in order.
    pub authors: Vec<(String, String)>,
    /// Without `#`.
    pub tags: Vec<String>,
    /// Handles and names of the organisations that it names.
    pub known: Vec<(String, String)>,
}

/// A page of public publications.
///
/// # Errors
/// The database's.
pub fn entries(
    conn: &mut Conn,
    filter: &Filter,
    order: Order,
    offset: i64,
    limit: i64,
) -> Result<Vec<Entry>> {
    let listed = listing::ordered(conn, filter, order, offset, limit)?;
    let ids: Vec<String> = listed.iter().map(|one| one.id.clone()).collect();
    let rows: Vec<(String, String, String, i32)> = publications::table
        .filter(publications::id.eq_any(&ids))
        .select((publications::id, publications::html, publications::licence, publications::revision))
        .load(conn)?;
    let mut rows: HashMap<String, (String, String, i32)> =
        rows.into_iter().map(|(id, html, licence, revision)| (id, (html, licence, revision))).collect();
    let mut authors: HashMap<String, Vec<(String, String)>> = HashMap::new();
    let found: Vec<(String, String, String)> = publication_authors::table
        .inner_join(actors::table.inner_join(organisations::table))
        .filter(publication_authors::publication_id.eq_any(&ids))
        .order(publication_authors::position)
        .select((publication_authors::publication_id, actors::handle, organisations::name))
        .load(conn)?;
    for (id, handle, name) in found {
        authors.entry(id).or_default().push((handle, name));
    }
    let mut tags: HashMap<String, Vec<String>> = HashMap::new();
    let found: Vec<(String, String)> = publication_tags::table
        .filter(publication_tags::publication_id.eq_any(&ids))
        .order(publication_tags::position)
        .select((publication_tags::publication_id, publication_tags::tag))
        .load(conn)?;
    for (id, tag) in found {
        tags.entry(id).or_default().push(tag);
    }
    let named = |listed: &Listed| listed.content().map(|content| organisation_words(&content.details));
    let words: Vec<Vec<String>> = listed.iter().map(|one| named(one).unwrap_or_default()).collect();
    let mut all = words.concat();
    all.sort_unstable();
    all.dedup();
    let known = listing::organisations_named(conn, &all)?;
    let complete = |(listed, words): (Listed, Vec<String>)| {
        let (html, licence, revision) = rows.remove(&listed.id).unwrap_or_default();
        Entry {
            authors: authors.remove(&listed.id).unwrap_or_default(),
            tags: tags.remove(&listed.id).unwrap_or_default(),
            known: known.iter().filter(|(handle, _)| words.contains(handle)).cloned().collect(),
            html,
            licence,
            revision,
            listed,
        }
    };
    Ok(listed.into_iter().zip(words).map(complete).collect())
}

/// Addresses of everything that everybody may read, for search engines: ids of publications from one on, in order.
///
/// # Errors
/// The database's.
pub fn public_ids(conn: &mut Conn, offset: i64, limit: i64) -> Result<Vec<(String, chrono::NaiveDateTime)>> {
    publications::table
        .filter(publications::published_at.is_not_null().and(publications::withdrawn_at.is_null()))
        .order(publications::id)
        .offset(offset)
        .limit(limit)
        .select((publications::id, publications::updated_at))
        .load(conn)
}
