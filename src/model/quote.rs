//! Posts of other servers that quote ours, each with its stamp (FEP-044f).

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{quotes, remote_actors};

/// A quote that was allowed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = quotes)]
pub struct Quote {
    /// UUIDv7, lower case: the stamp's, part of its URL.
    pub id: String,
    /// The local actor that was quoted and gave the stamp.
    pub actor_id: i64,
    /// The path of what is quoted, such as `publications/{id}` (`Urls::at`).
    pub target: String,
    /// The author of the quoting post.
    pub remote_id: i64,
    /// The id of the quoting post.
    pub url: String,
    /// Where people read the quoting post; none where it is not public.
    pub page: Option<String>,
    /// When the stamp was given.
    pub given_at: NaiveDateTime,
    /// When it was revoked.
    pub revoked_at: Option<NaiveDateTime>,
    /// Why, where a reason was given.
    pub revoked_reason: Option<String>,
}

/// Who wrote a quoting post.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = remote_actors)]
pub struct Quoter {
    /// Plain text.
    pub name: String,
    /// preferredUsername.
    pub username: String,
    /// The domain in its handle.
    pub domain: String,
    /// Its own inbox.
    pub inbox: String,
}

/// The quote with this stamp.
///
/// # Errors
/// The database's.
pub fn by_stamp(conn: &mut Conn, id: &str) -> Result<Option<Quote>> {
    quotes::table.find(id).select(Quote::as_select()).first(conn).optional()
}

/// The quote of `target` by this post.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, target: &str, url: &str) -> Result<Option<Quote>> {
    let one = quotes::table.filter(quotes::target.eq(target).and(quotes::url.eq(url)));
    one.select(Quote::as_select()).first(conn).optional()
}

/// Stores a quote.
///
/// # Errors
/// The database's; a unique violation if the post quotes the target already: ask [`find`] first.
pub fn insert(conn: &mut Conn, quote: &Quote) -> Result<()> {
    diesel::insert_into(quotes::table).values(quote).execute(conn).map(drop)
}

/// Notes where people read the quoting post now.
///
/// # Errors
/// The database's.
pub fn set_page(conn: &mut Conn, id: &str, page: Option<&str>) -> Result<()> {
    diesel::update(quotes::table.find(id)).set(quotes::page.eq(page)).execute(conn).map(drop)
}

/// Every quote of `target`, also those that were revoked, oldest first.
///
/// # Errors
/// The database's.
pub fn of_target(conn: &mut Conn, target: &str) -> Result<Vec<(Quote, Quoter)>> {
    quotes::table
        .inner_join(remote_actors::table)
        .filter(quotes::target.eq(target))
        .order((quotes::given_at, quotes::id))
        .select((Quote::as_select(), Quoter::as_select()))
        .load(conn)
}

/// The public posts that quote `target` with a stamp that holds, latest first, but those that a rule about their author withholds.
///
/// # Errors
/// The database's.
pub fn shown(conn: &mut Conn, target: &str, limit: i64) -> Result<Vec<(Quote, Quoter)>> {
    quotes::table
        .inner_join(remote_actors::table)
        .filter(quotes::target.eq(target))
        .filter(quotes::revoked_at.is_null().and(quotes::page.is_not_null()))
        .filter(quotes::withheld.eq(false))
        .order((quotes::given_at.desc(), quotes::id.desc()))
        .limit(limit)
        .select((Quote::as_select(), Quoter::as_select()))
        .load(conn)
}

/// The quotes by this post whose stamps hold, with their author.
///
/// # Errors
/// The database's.
pub fn held_by(conn: &mut Conn, url: &str) -> Result<Vec<(Quote, Quoter)>> {
    quotes::table
        .inner_join(remote_actors::table)
        .filter(quotes::url.eq(url).and(quotes::revoked_at.is_null()))
        .order(quotes::id)
        .select((Quote::as_select(), Quoter::as_select()))
        .load(conn)
}

/// The author of a quote.
///
/// # Errors
/// The database's.
pub fn quoter(conn: &mut Conn, quote: &Quote) -> Result<Quoter> {
    remote_actors::table.find(quote.remote_id).select(Quoter::as_select()).first(conn)
}

/// The row id of the author of a post that quotes something here.
///
/// # Errors
/// The database's.
pub fn author(conn: &mut Conn, url: &str) -> Result<Option<i64>> {
    quotes::table.filter(quotes::url.eq(url)).select(quotes::remote_id).first(conn).optional()
}

/// Revokes a stamp: its row stays, so that the same post is not allowed again.
///
/// # Errors
/// The database's.
pub fn revoke(conn: &mut Conn, id: &str, reason: Option<&str>, now: NaiveDateTime) -> Result<()> {
    diesel::update(quotes::table.find(id))
        .set((quotes::revoked_at.eq(now), quotes::revoked_reason.eq(reason)))
        .execute(conn)
        .map(drop)
}

/// Withholds every quote by an author from pages, or shows them.
///
/// # Errors
/// The database's.
pub fn set_withheld(conn: &mut Conn, remote_id: i64, withheld: bool) -> Result<()> {
    let other = quotes::table.filter(quotes::remote_id.eq(remote_id).and(quotes::withheld.ne(withheld)));
    diesel::update(other).set(quotes::withheld.eq(withheld)).execute(conn).map(drop)
}

/// Every author of a quote: row id and id.
///
/// # Errors
/// The database's.
pub fn authors(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    quotes::table
        .inner_join(remote_actors::table)
        .select((remote_actors::id, remote_actors::url))
        .distinct()
        .load(conn)
}

/// Forgets the quotes by a post that its author deleted. Whether there were any.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, url: &str) -> Result<bool> {
    Ok(diesel::delete(quotes::table.filter(quotes::url.eq(url))).execute(conn)? > 0)
}

/// Forgets every quote by an actor.
///
/// # Errors
/// The database's.
pub fn forget_of(conn: &mut Conn, remote_id: i64) -> Result<()> {
    diesel::delete(quotes::table.filter(quotes::remote_id.eq(remote_id))).execute(conn).map(drop)
}

/// Forgets every quote of what a local actor said, with its stamp.
///
/// # Errors
/// The database's.
pub fn forget_of_quoted(conn: &mut Conn, actor_id: i64) -> Result<()> {
    diesel::delete(quotes::table.filter(quotes::actor_id.eq(actor_id))).execute(conn).map(drop)
}
