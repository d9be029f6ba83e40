//! Actors of other servers as last fetched, and their keys.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{
    answers, blocks, followers, following, note_reactions, quotes, reactions, registrations, remote_actors,
    remote_keys, remote_tombstones, replies,
};

/// A remote actor's row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = remote_actors)]
pub struct Remote {
    /// Row id.
    pub id: i64,
    /// Its id on its own server.
    pub url: String,
    /// ActivityStreams type, such as `Person`.
    pub kind: String,
    /// preferredUsername.
    pub username: String,
    /// Host (and port) of `url`, normalised.
    pub host: String,
    /// Plain text.
    pub name: String,
    /// Its page for people.
    pub page: Option<String>,
    /// Its own inbox.
    pub inbox: String,
    /// The inbox it shares.
    pub shared_inbox: Option<String>,
    /// The document, as received.
    pub document: String,
    /// When that was.
    pub fetched_at: NaiveDateTime,
    /// When it was deleted by its owner.
    pub gone_at: Option<NaiveDateTime>,
    /// Where it says that it moved; an actor of ours as `Urls::kept` keeps ids.
    pub moved_to: Option<String>,
    /// When it was last part of a move that had an effect here: left, or was moved to.
    pub moved_at: Option<NaiveDateTime>,
    /// The domain in its handle: that of `url`, or another that was confirmed from both sides.
    pub domain: String,
}

impl Remote {
    /// `@name@domain`.
    pub fn account(&self) -> String {
        format!("@{}@{}", self.username, self.domain)
    }
}

/// What a fetched actor brings.
#[derive(Clone, Debug, Insertable, AsChangeset)]
#[diesel(table_name = remote_actors, treat_none_as_null = true)]
pub struct NewRemote {
    /// See [`Remote`].
    pub url: String,
    /// See [`Remote`].
    pub kind: String,
    /// See [`Remote`].
    pub username: String,
    /// See [`Remote`].
    pub host: String,
    /// See [`Remote`].
    pub name: String,
    /// See [`Remote`].
    pub page: Option<String>,
    /// See [`Remote`].
    pub inbox: String,
    /// See [`Remote`].
    pub shared_inbox: Option<String>,
    /// See [`Remote`].
    pub document: String,
    /// See [`Remote`].
    pub fetched_at: NaiveDateTime,
    /// See [`Remote`]; a fetched actor is alive.
    pub gone_at: Option<NaiveDateTime>,
}

/// Stores or refreshes an actor and replaces its keys (id, public key as PEM or Multikey). Its row id.
///
/// # Errors
/// The database's.
pub fn upsert(conn: &mut Conn, actor: &NewRemote, keys: &[(String, String)]) -> Result<i64> {
    // What was confirmed is the handle of another name.
    diesel::update(remote_actors::table.filter(remote_actors::url.eq(&actor.url)))
        .filter(remote_actors::username.ne(&actor.username))
        .set((remote_actors::domain.eq(&actor.host), remote_actors::asked_at.eq(None::<NaiveDateTime>)))
        .execute(conn)?;
    let id: i64 = both!(conn, c => diesel::insert_into(remote_actors::table)
        .values((actor, remote_actors::domain.eq(&actor.host)))
        .on_conflict(remote_actors::url)
        .do_update()
        .set(actor)
        .returning(remote_actors::id)
        .get_result(c))?;
    diesel::delete(remote_keys::table.filter(remote_keys::remote_id.eq(id))).execute(conn)?;
    for (key, public) in keys {
        let row = (
            remote_keys::remote_id.eq(id),
            remote_keys::public.eq(public),
            remote_keys::fetched_at.eq(actor.fetched_at),
        );
        both!(conn, c => diesel::insert_into(remote_keys::table)
            .values((remote_keys::id.eq(key), row))
            .on_conflict(remote_keys::id)
            .do_update()
            .set(row)
            .execute(c))?;
    }
    Ok(id)
}

/// The actor with this id.
///
/// # Errors
/// The database's.
pub fn by_url(conn: &mut Conn, url: &str) -> Result<Option<Remote>> {
    remote_actors::table.filter(remote_actors::url.eq(url)).select(Remote::as_select()).first(conn).optional()
}

/// The owner and the public key of a key id.
///
/// # Errors
/// The database's.
pub fn key(conn: &mut Conn, id: &str) -> Result<Option<(Remote, String)>> {
    remote_keys::table
        .inner_join(remote_actors::table)
        .filter(remote_keys::id.eq(id))
        .select((Remote::as_select(), remote_keys::public))
        .first(conn)
        .optional()
}

/// The ids of the keys that are stored of the actor with this id.
///
/// # Errors
/// The database's.
pub fn key_ids(conn: &mut Conn, url: &str) -> Result<Vec<String>> {
    remote_keys::table
        .inner_join(remote_actors::table)
        .filter(remote_actors::url.eq(url))
        .select(remote_keys::id)
        .load(conn)
}

/// Notes that an actor was deleted by its owner, and erases what it said of itself; its keys stay, for the Deletes that may
/// follow.
///
/// # Errors
/// The database's.
pub fn gone(conn: &mut Conn, id: i64, now: NaiveDateTime) -> Result<()> {
    diesel::update(remote_actors::table.find(id))
        .set((
            remote_actors::gone_at.eq(now),
            remote_actors::name.eq(""),
            remote_actors::page.eq(None::<String>),
            remote_actors::document.eq(""),
            remote_actors::domain.eq(remote_actors::host),
            remote_actors::ask_at.eq(None::<NaiveDateTime>),
            remote_actors::moved_to.eq(None::<String>),
        ))
        .execute(conn)
        .map(drop)
}

/// Notes where an actor says that it moved, or that it did not.
///
/// # Errors
/// The database's.
pub fn set_moved_to(conn: &mut Conn, id: i64, to: Option<&str>) -> Result<()> {
    diesel::update(remote_actors::table.find(id)).set(remote_actors::moved_to.eq(to)).execute(conn).map(drop)
}

/// Notes that an actor was part of a move that had an effect here.
///
/// # Errors
/// The database's.
pub fn took_part(conn: &mut Conn, id: i64, now: NaiveDateTime) -> Result<()> {
    diesel::update(remote_actors::table.find(id)).set(remote_actors::moved_at.eq(now)).execute(conn).map(drop)
}

/// Whether an actor was deleted.
///
/// # Errors
/// The database's, also where there is none.
pub fn is_gone(conn: &mut Conn, id: i64) -> Result<bool> {
    remote_actors::table.find(id).select(remote_actors::gone_at.is_not_null()).first(conn)
}

/// The actor with this row id.
///
/// # Errors
/// The database's, also where there is none.
pub fn by_id(conn: &mut Conn, id: i64) -> Result<Remote> {
    remote_actors::table.find(id).select(Remote::as_select()).first(conn)
}

/// The row id of the actor with this id, and where it receives: without its document, for the hot paths.
///
/// # Errors
/// The database's.
pub fn sender(conn: &mut Conn, url: &str) -> Result<Option<(i64, String)>> {
    remote_actors::table
        .filter(remote_actors::url.eq(url))
        .select((remote_actors::id, remote_actors::inbox))
        .first(conn)
        .optional()
}

/// Forgets actors that were last fetched before `before` and that nothing here refers to any more: nobody who follows, is
/// followed, replied, reacted, quoted, answered, registered or deleted something. At most `most` of them; how many it
/// were.
///
/// # Errors
/// The database's.
pub fn forget_unused(conn: &mut Conn, before: NaiveDateTime, most: i64) -> Result<usize> {
    use diesel::dsl::{exists, not};
    let unused: Vec<i64> = both!(conn, c => remote_actors::table
        .filter(remote_actors::fetched_at.lt(before))
        .filter(not(exists(followers::table.filter(followers::remote_id.eq(remote_actors::id)))))
        .filter(not(exists(following::table.filter(following::remote_id.eq(remote_actors::id)))))
        .filter(not(exists(replies::table.filter(replies::remote_id.eq(remote_actors::id)))))
        .filter(not(exists(reactions::table.filter(reactions::remote_id.eq(remote_actors::id)))))
        .filter(not(exists(note_reactions::table.filter(note_reactions::remote_id.eq(remote_actors::id)))))
        .filter(not(exists(answers::table.filter(answers::remote_id.eq(remote_actors::id)))))
        .filter(not(exists(registrations::table.filter(registrations::remote_id.eq(remote_actors::id)))))
        .filter(not(exists(quotes::table.filter(quotes::remote_id.eq(remote_actors::id)))))
        .filter(not(exists(blocks::table.filter(blocks::remote_id.eq(remote_actors::id)))))
        .filter(not(exists(remote_tombstones::table.filter(remote_tombstones::remote_id.eq(remote_actors::id)))))
        .order(remote_actors::id)
        .limit(most)
        .select(remote_actors::id)
        .load(c))?;
    for id in &unused {
        diesel::delete(remote_keys::table.filter(remote_keys::remote_id.eq(*id))).execute(conn)?;
        diesel::delete(remote_actors::table.find(*id)).execute(conn)?;
    }
    Ok(unused.len())
}

/// Where those receive who liked, shared or answered a note of ours: its row id and its id.
///
/// # Errors
/// The database's.
pub fn who_reacted(conn: &mut Conn, note: &str, url: &str) -> Result<Vec<String>> {
    let reacted = remote_actors::table
        .inner_join(note_reactions::table)
        .filter(note_reactions::note_id.eq(note).and(remote_actors::gone_at.is_null()))
        .select((remote_actors::inbox, remote_actors::shared_inbox))
        .load(conn)?;
    let answered = remote_actors::table
        .inner_join(replies::table)
        .filter(replies::in_reply_to.eq(url).and(remote_actors::gone_at.is_null()))
        .select((remote_actors::inbox, remote_actors::shared_inbox))
        .load(conn)?;
    Ok(reached(reacted.into_iter().chain(answered)))
}

/// Where those receive who quote a local actor.
///
/// # Errors
/// The database's.
pub fn who_quoted(conn: &mut Conn, actor_id: i64) -> Result<Vec<String>> {
    let quoted = remote_actors::table
        .inner_join(quotes::table)
        .filter(quotes::actor_id.eq(actor_id).and(remote_actors::gone_at.is_null()))
        .select((remote_actors::inbox, remote_actors::shared_inbox))
        .load(conn)?;
    Ok(reached(quoted.into_iter()))
}

fn reached(actors: impl Iterator<Item = (String, Option<String>)>) -> Vec<String> {
    actors.map(|(own, shared)| shared.unwrap_or(own)).collect()
}

/// The actors that follow one of ours or are followed by one: row id and id.
///
/// # Errors
/// The database's.
pub fn related(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    let row = (remote_actors::id, remote_actors::url);
    let mut related: Vec<(i64, String)> =
        remote_actors::table.inner_join(followers::table).select(row).distinct().load(conn)?;
    related.extend(
        remote_actors::table
            .inner_join(following::table)
            .select(row)
            .distinct()
            .load::<(i64, String)>(conn)?,
    );
    related.sort_unstable();
    related.dedup();
    Ok(related)
}

/// Every actor: row id, id and host.
///
/// # Errors
/// The database's.
pub fn ids(conn: &mut Conn) -> Result<Vec<(i64, String, String)>> {
    remote_actors::table.select((remote_actors::id, remote_actors::url, remote_actors::host)).load(conn)
}

/// Removes an actor with its keys and all that is kept of it. Its replies and reactions must be gone: they are counted.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(followers::table.filter(followers::remote_id.eq(id))).execute(conn)?;
    diesel::delete(following::table.filter(following::remote_id.eq(id))).execute(conn)?;
    diesel::delete(blocks::table.filter(blocks::remote_id.eq(id))).execute(conn)?;
    diesel::delete(quotes::table.filter(quotes::remote_id.eq(id))).execute(conn)?;
    diesel::delete(note_reactions::table.filter(note_reactions::remote_id.eq(id))).execute(conn)?;
    diesel::delete(answers::table.filter(answers::remote_id.eq(id))).execute(conn)?;
    diesel::delete(registrations::table.filter(registrations::remote_id.eq(id))).execute(conn)?;
    diesel::delete(remote_tombstones::table.filter(remote_tombstones::remote_id.eq(id))).execute(conn)?;
    diesel::delete(remote_keys::table.filter(remote_keys::remote_id.eq(id))).execute(conn)?;
    diesel::delete(remote_actors::table.find(id)).execute(conn).map(drop)
}
