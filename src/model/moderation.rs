//! The rules for domains, and the actors of whom nothing is taken. What follows from them is decided in `domain::moderation`.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Result, meta};
use crate::both;
use crate::db::Conn;
use crate::db::schema::{domain_rules, remote_actors, suspensions};
use crate::domain::moderation::Rule;

/// The key in `meta` under which every change leaves another word: readers in memory compare it.
const VERSION: &str = "moderation";

/// A rule for a domain.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = domain_rules, treat_none_as_null = true)]
pub struct DomainRule {
    /// Normalised, without a port.
    pub domain: String,
    /// Which.
    pub rule: Rule,
    /// Why, for administrators.
    pub reason: Option<String>,
    /// Since when.
    pub since: NaiveDateTime,
}

/// An actor of whom nothing is taken.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = suspensions, treat_none_as_null = true)]
pub struct Suspension {
    /// Its id.
    pub url: String,
    /// Why, for administrators.
    pub reason: Option<String>,
    /// Since when.
    pub since: NaiveDateTime,
}

/// A word that changes with the rules; none before the first.
///
/// # Errors
/// The database's.
pub fn version(conn: &mut Conn) -> Result<Option<String>> {
    meta::get(conn, VERSION)
}

/// Leaves another word for [`version`].
///
/// # Errors
/// The database's.
pub fn touch(conn: &mut Conn, word: &str) -> Result<()> {
    meta::set(conn, VERSION, word)
}

/// Every rule, by domain.
///
/// # Errors
/// The database's.
pub fn rules(conn: &mut Conn) -> Result<Vec<DomainRule>> {
    domain_rules::table.order(domain_rules::domain).select(DomainRule::as_select()).load(conn)
}

/// The rules for exactly these domains.
///
/// # Errors
/// The database's.
pub fn among(conn: &mut Conn, domains: &[&str]) -> Result<Vec<(String, Rule)>> {
    let mut found = Vec::new();
    for some in domains.chunks(500) {
        found.extend(both!(conn, c => domain_rules::table
            .filter(domain_rules::domain.eq_any(some))
            .select((domain_rules::domain, domain_rules::rule))
            .load::<(String, Rule)>(c))?);
    }
    Ok(found)
}

/// Sets the rule for a domain.
///
/// # Errors
/// The database's.
pub fn set_rule(conn: &mut Conn, rule: &DomainRule) -> Result<()> {
    both!(conn, c => diesel::insert_into(domain_rules::table)
        .values(rule)
        .on_conflict(domain_rules::domain)
        .do_update()
        .set(rule)
        .execute(c))
    .map(drop)
}

/// Removes the rule for a domain. Whether there was one.
///
/// # Errors
/// The database's.
pub fn remove_rule(conn: &mut Conn, domain: &str) -> Result<bool> {
    Ok(diesel::delete(domain_rules::table.find(domain)).execute(conn)? > 0)
}

/// Every suspended actor, by its id.
///
/// # Errors
/// The database's.
pub fn suspensions(conn: &mut Conn) -> Result<Vec<Suspension>> {
    suspensions::table.order(suspensions::url).select(Suspension::as_select()).load(conn)
}

/// Suspends an actor.
///
/// # Errors
/// The database's.
pub fn suspend(conn: &mut Conn, suspension: &Suspension) -> Result<()> {
    both!(conn, c => diesel::insert_into(suspensions::table)
        .values(suspension)
        .on_conflict(suspensions::url)
        .do_update()
        .set(suspension)
        .execute(c))
    .map(drop)
}

/// Ends the suspension of an actor. Whether it was suspended.
///
/// # Errors
/// The database's.
pub fn unsuspend(conn: &mut Conn, url: &str) -> Result<bool> {
    Ok(diesel::delete(suspensions::table.find(url)).execute(conn)? > 0)
}

/// Inboxes that are a suspended actor's alone.
///
/// # Errors
/// The database's.
pub fn suspended_inboxes(conn: &mut Conn) -> Result<Vec<String>> {
    suspensions::table
        .inner_join(remote_actors::table.on(remote_actors::url.eq(suspensions::url)))
        .filter(
            remote_actors::shared_inbox
                .is_null()
                .or(remote_actors::shared_inbox.ne(remote_actors::inbox.nullable())),
        )
        .select(remote_actors::inbox)
        .load(conn)
}
