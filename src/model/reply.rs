//! Replies of people on other servers, and the ids of what was deleted.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{publications, remote_actors, remote_tombstones, replies};

/// A reply to store.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = replies)]
pub struct NewReply {
    /// Its id on its own server.
    pub url: String,
    /// The publication whose thread it is in.
    pub publication_id: String,
    /// What it answers: that publication, or another reply.
    pub in_reply_to: String,
    /// Its author's row.
    pub remote_id: i64,
    /// Its text as safe HTML.
    pub html: String,
    /// Its page for people.
    pub page: Option<String>,
    /// BCP 47, where it is told.
    pub language: Option<String>,
    /// By its author's word.
    pub published_at: NaiveDateTime,
    /// By its author's word.
    pub updated_at: Option<NaiveDateTime>,
    /// When it came.
    pub received_at: NaiveDateTime,
    /// The object, as received.
    pub document: String,
    /// Its content warning as safe HTML without elements.
    pub warning: Option<String>,
    /// [`Attachment`]s as JSON.
    pub attachments: String,
    /// Whether a rule about its author withholds it.
    pub withheld: bool,
}

/// What a remote reply brings along: shown as a link, never loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Where it is.
    pub url: String,
    /// Plain text.
    pub name: Option<String>,
}

/// What is known of a stored reply, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = replies)]
pub struct Known {
    /// Row id.
    pub id: i64,
    /// The publication whose thread it is in.
    pub publication_id: String,
    /// Its author's row.
    pub remote_id: i64,
    /// By its author's word.
    pub published_at: NaiveDateTime,
    /// By its author's word.
    pub updated_at: Option<NaiveDateTime>,
    /// When the coalition hid it.
    pub hidden_at: Option<NaiveDateTime>,
    /// Whether a rule about its author withholds it.
    pub withheld: bool,
}

impl Known {
    /// Whether it is shown, and so counted.
    pub fn is_shown(&self) -> bool {
        self.hidden_at.is_none() && !self.withheld
    }
}

/// The reply with this id.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, url: &str) -> Result<Option<Known>> {
    replies::table.filter(replies::url.eq(url)).select(Known::as_select()).first(conn).optional()
}

/// Stores a reply. False where it was stored before. The count of the publication is the caller's: see [`count`].
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, reply: &NewReply) -> Result<bool> {
    let added = both!(conn, c => diesel::insert_into(replies::table)
        .values(reply)
        .on_conflict(replies::url)
        .do_nothing()
        .execute(c))?;
    Ok(added > 0)
}

/// Replaces what its author wrote.
///
/// # Errors
/// The database's.
pub fn revise(conn: &mut Conn, id: i64, reply: &NewReply) -> Result<()> {
    diesel::update(replies::table.find(id))
        .set((
            replies::html.eq(&reply.html),
            replies::page.eq(&reply.page),
            replies::language.eq(&reply.language),
            replies::updated_at.eq(reply.updated_at),
            replies::document.eq(&reply.document),
            replies::warning.eq(&reply.warning),
            replies::attachments.eq(&reply.attachments),
        ))
        .execute(conn)
        .map(drop)
}

/// Deletes a reply: its row, with its text and its raw bytes.
///
/// # Errors
/// The database's.
pub fn delete(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(replies::table.find(id)).execute(conn).map(drop)
}

/// Deletes every reply of an author. The publications they were shown under, one entry a reply.
///
/// # Errors
/// The database's.
pub fn delete_of(conn: &mut Conn, remote_id: i64) -> Result<Vec<String>> {
    let shown = replies::table
        .filter(replies::remote_id.eq(remote_id))
        .filter(replies::hidden_at.is_null().and(replies::withheld.eq(false)))
        .select(replies::publication_id)
        .load(conn)?;
    diesel::delete(replies::table.filter(replies::remote_id.eq(remote_id))).execute(conn)?;
    Ok(shown)
}

/// Hides a reply, or shows it again where `hidden` is none, and counts it accordingly. False where it is unknown or was so already.
///
/// # Errors
/// The database's.
pub fn set_hidden(conn: &mut Conn, url: &str, hidden: Option<(&str, NaiveDateTime)>) -> Result<bool> {
    let Some(known) = find(conn, url)? else {
        return Ok(false);
    };
    if known.hidden_at.is_some() == hidden.is_some() {
        return Ok(false);
    }
    diesel::update(replies::table.find(known.id))
        .set((
            replies::hidden_at.eq(hidden.map(|(_, at)| at)),
            replies::hidden_reason.eq(hidden.map(|(reason, _)| reason)),
        ))
        .execute(conn)?;
    if !known.withheld {
        count(conn, &known.publication_id, if hidden.is_some() { -1 } else { 1 })?;
    }
    Ok(true)
}

/// Withholds every reply of an author, or shows them. The publications of those for which that is news, and how many each; the
/// count of the publications is the caller's: see [`count`].
///
/// # Errors
/// The database's.
pub fn set_withheld(conn: &mut Conn, remote_id: i64, withheld: bool) -> Result<Vec<(String, i64)>> {
    let other = replies::table.filter(replies::remote_id.eq(remote_id).and(replies::withheld.ne(withheld)));
    let publications = other
        .filter(replies::hidden_at.is_null())
        .group_by(replies::publication_id)
        .select((replies::publication_id, diesel::dsl::count_star()))
        .load(conn)?;
    diesel::update(other).set(replies::withheld.eq(withheld)).execute(conn)?;
    Ok(publications)
}

/// How many replies of an author are kept, shown or not.
///
/// # Errors
/// The database's.
pub fn count_of(conn: &mut Conn, remote_id: i64) -> Result<usize> {
    let kept: i64 = replies::table.filter(replies::remote_id.eq(remote_id)).count().get_result(conn)?;
    Ok(usize::try_from(kept).unwrap_or(0))
}

/// Every author of a reply: row id and id.
///
/// # Errors
/// The database's.
pub fn authors(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    replies::table
        .inner_join(remote_actors::table)
        .select((remote_actors::id, remote_actors::url))
        .distinct()
        .load(conn)
}

/// Adds to the number of replies shown under a publication.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, publication_id: &str, change: i64) -> Result<()> {
    diesel::update(publications::table.find(publication_id))
        .set(publications::replies.eq(publications::replies + change))
        .execute(conn)
        .map(drop)
}

/// Remembers that something of a remote actor's was deleted or undone: it never (re)appears.
///
/// # Errors
/// The database's.
pub fn bury(conn: &mut Conn, url: &str, remote_id: i64, now: NaiveDateTime) -> Result<()> {
    both!(conn, c => diesel::insert_into(remote_tombstones::table)
        .values((
            remote_tombstones::url.eq(url),
            remote_tombstones::remote_id.eq(remote_id),
            remote_tombstones::deleted_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// Whether this was deleted or undone by this actor.
///
/// # Errors
/// The database's.
pub fn is_buried(conn: &mut Conn, url: &str, remote_id: i64) -> Result<bool> {
    let by: Option<i64> =
        remote_tombstones::table.find(url).select(remote_tombstones::remote_id).first(conn).optional()?;
    Ok(by == Some(remote_id))
}
