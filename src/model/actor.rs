//! Local actors: the namespace of handles, and their keys.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{actor_keys, actors};
use crate::domain::actor::ActorKind;

/// A local actor of any kind.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = actors)]
pub struct Actor {
    /// Row id.
    pub id: i64,
    /// Unique over all kinds, never reused.
    pub handle: String,
    /// Which kind.
    pub kind: ActorKind,
    /// When it was made.
    pub created_at: NaiveDateTime,
    /// When its profile last changed.
    pub updated_at: NaiveDateTime,
    /// Whom else it is, one a line, as `Urls::kept` keeps ids.
    pub also_known_as: String,
    /// Where it moved, as `Urls::kept` keeps ids.
    pub moved_to: Option<String>,
    /// When it last moved, also if that was cancelled.
    pub moved_at: Option<NaiveDateTime>,
    /// Why it moved, where it said so.
    pub moved_reason: Option<String>,
    /// When it was deleted: nothing else of it is kept then.
    pub deleted_at: Option<NaiveDateTime>,
}

/// A key pair of a local actor.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = actor_keys)]
pub struct Key {
    /// `main-key`, `ed25519-key`, `ed25519-2`, …: the fragment of the key's id, never reused.
    pub fragment: String,
    /// `rsa` or `ed25519`.
    pub algorithm: String,
    /// PKCS#8 DER.
    pub private_der: Vec<u8>,
    /// SPKI PEM for RSA, Multikey for Ed25519.
    pub public: String,
    /// When it was rotated out.
    pub retired_at: Option<NaiveDateTime>,
}

/// Takes a handle for a new actor. Its id.
///
/// # Errors
/// A unique violation if the handle is taken, or was ever: ask [`ever`] first.
pub fn insert(conn: &mut Conn, handle: &str, kind: ActorKind, now: NaiveDateTime) -> Result<i64> {
    both!(conn, c => diesel::insert_into(actors::table)
        .values((actors::handle.eq(handle), actors::kind.eq(kind), actors::created_at.eq(now), actors::updated_at.eq(now)))
        .returning(actors::id)
        .get_result(c))
}

/// The actor with this handle, unless it was deleted.
///
/// # Errors
/// The database's.
pub fn by_handle(conn: &mut Conn, handle: &str) -> Result<Option<Actor>> {
    Ok(ever(conn, handle)?.filter(|actor| actor.deleted_at.is_none()))
}

/// The actor that has or had this handle.
///
/// # Errors
/// The database's.
pub fn ever(conn: &mut Conn, handle: &str) -> Result<Option<Actor>> {
    actors::table.filter(actors::handle.eq(handle)).select(Actor::as_select()).first(conn).optional()
}

/// The actor with this row id.
///
/// # Errors
/// The database's, also where there is none.
pub fn by_id(conn: &mut Conn, id: i64) -> Result<Actor> {
    actors::table.find(id).select(Actor::as_select()).first(conn)
}

/// The actor with this row id as it is now, held until the transaction ends, so that it is not moved or deleted while it speaks. On
/// SQLite the transaction already does that.
///
/// # Errors
/// The database's, also where there is none.
pub fn lock(conn: &mut Conn, id: i64) -> Result<Actor> {
    if let Conn::Pg(c) = conn {
        actors::table.find(id).select(actors::id).for_no_key_update().first::<i64>(c)?;
    }
    by_id(conn, id)
}

/// The handles of one kind, in the order in which they were taken.
///
/// # Errors
/// The database's.
pub fn handles(conn: &mut Conn, kind: ActorKind) -> Result<Vec<String>> {
    actors::table
        .filter(actors::kind.eq(kind).and(actors::deleted_at.is_null()))
        .order(actors::id)
        .select(actors::handle)
        .load(conn)
}

/// Says whom else an actor is (see [`Actor::also_known_as`]).
///
/// # Errors
/// The database's.
pub fn set_aliases(conn: &mut Conn, id: i64, aliases: &[String], now: NaiveDateTime) -> Result<()> {
    diesel::update(actors::table.find(id))
        .set((actors::also_known_as.eq(aliases.join("\n")), actors::updated_at.eq(now)))
        .execute(conn)
        .map(drop)
}

/// Notes where an actor moved (see [`Actor::moved_to`]), and why.
///
/// # Errors
/// The database's.
pub fn set_moved(conn: &mut Conn, id: i64, to: &str, reason: Option<&str>, now: NaiveDateTime) -> Result<()> {
    diesel::update(actors::table.find(id))
        .set((
            actors::moved_to.eq(to),
            actors::moved_reason.eq(reason),
            actors::moved_at.eq(now),
            actors::updated_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Notes that an actor did not move after all. When it did is kept.
///
/// # Errors
/// The database's.
pub fn stay(conn: &mut Conn, id: i64, now: NaiveDateTime) -> Result<()> {
    diesel::update(actors::table.find(id))
        .set((
            actors::moved_to.eq(None::<String>),
            actors::moved_reason.eq(None::<String>),
            actors::updated_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Notes that an actor was deleted, and forgets what it said of itself. False where it was deleted before.
///
/// # Errors
/// The database's.
pub fn mark_deleted(conn: &mut Conn, id: i64, now: NaiveDateTime) -> Result<bool> {
    let living = actors::table.filter(actors::id.eq(id).and(actors::deleted_at.is_null()));
    let changed = diesel::update(living)
        .set((
            actors::deleted_at.eq(now),
            actors::also_known_as.eq(""),
            actors::moved_to.eq(None::<String>),
            actors::moved_reason.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(changed > 0)
}

/// The deleted actors that still have keys.
///
/// # Errors
/// The database's.
pub fn deleted_with_keys(conn: &mut Conn) -> Result<Vec<i64>> {
    actors::table
        .filter(actors::deleted_at.is_not_null())
        .filter(actors::id.eq_any(actor_keys::table.select(actor_keys::actor_id)))
        .select(actors::id)
        .load(conn)
}

/// Forgets every key of an actor.
///
/// # Errors
/// The database's.
pub fn forget_keys(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::delete(actor_keys::table.filter(actor_keys::actor_id.eq(id))).execute(conn).map(drop)
}

/// Notes that a profile changed.
///
/// # Errors
/// The database's.
pub fn touch(conn: &mut Conn, id: i64, now: NaiveDateTime) -> Result<()> {
    diesel::update(actors::table.find(id)).set(actors::updated_at.eq(now)).execute(conn).map(drop)
}

/// Every key of an actor, oldest first, also those rotated out.
///
/// # Errors
/// The database's.
pub fn keys(conn: &mut Conn, actor_id: i64) -> Result<Vec<Key>> {
    actor_keys::table
        .filter(actor_keys::actor_id.eq(actor_id))
        .order(actor_keys::id)
        .select(Key::as_select())
        .load(conn)
}

/// The key of an actor that is in use for this algorithm: the latest that was not rotated out.
///
/// # Errors
/// The database's.
pub fn current_key(conn: &mut Conn, actor_id: i64, algorithm: &str) -> Result<Option<Key>> {
    actor_keys::table
        .filter(actor_keys::actor_id.eq(actor_id).and(actor_keys::algorithm.eq(algorithm)))
        .filter(actor_keys::retired_at.is_null())
        .order(actor_keys::id.desc())
        .select(Key::as_select())
        .first(conn)
        .optional()
}

/// Stores a key unless the actor has one under that fragment (two processes may make it at once; the first stays).
///
/// # Errors
/// The database's.
pub fn insert_key(conn: &mut Conn, actor_id: i64, key: &Key, now: NaiveDateTime) -> Result<()> {
    let row = (
        actor_keys::actor_id.eq(actor_id),
        actor_keys::fragment.eq(&key.fragment),
        actor_keys::algorithm.eq(&key.algorithm),
        actor_keys::private_der.eq(&key.private_der),
        actor_keys::public.eq(&key.public),
        actor_keys::created_at.eq(now),
    );
    both!(conn, c => diesel::insert_into(actor_keys::table)
        .values(row)
        .on_conflict((actor_keys::actor_id, actor_keys::fragment))
        .do_nothing()
        .execute(c))
    .map(drop)
}

/// What others may know of a key of an actor, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = actor_keys)]
pub struct Listed {
    /// See [`Key`].
    pub fragment: String,
    /// See [`Key`].
    pub algorithm: String,
    /// See [`Key`].
    pub public: String,
    /// See [`Key`].
    pub retired_at: Option<NaiveDateTime>,
}

/// Every key of an actor that is not revoked, the latest first.
///
/// # Errors
/// The database's.
pub fn listed_keys(conn: &mut Conn, actor_id: i64) -> Result<Vec<Listed>> {
    actor_keys::table
        .filter(actor_keys::actor_id.eq(actor_id))
        .filter(actor_keys::revoked_at.is_null())
        .order(actor_keys::id.desc())
        .select(Listed::as_select())
        .load(conn)
}

/// Retires every key of an actor: from now on it signs with others.
///
/// # Errors
/// The database's.
pub fn retire_keys(conn: &mut Conn, actor_id: i64, now: NaiveDateTime) -> Result<()> {
    let current =
        actor_keys::table.filter(actor_keys::actor_id.eq(actor_id)).filter(actor_keys::retired_at.is_null());
    diesel::update(current).set(actor_keys::retired_at.eq(now)).execute(conn).map(drop)
}

/// Revokes every key of an actor that is retired.
///
/// # Errors
/// The database's.
pub fn revoke_retired_keys(conn: &mut Conn, actor_id: i64, now: NaiveDateTime) -> Result<()> {
    let retired = actor_keys::table
        .filter(actor_keys::actor_id.eq(actor_id))
        .filter(actor_keys::retired_at.is_not_null())
        .filter(actor_keys::revoked_at.is_null());
    diesel::update(retired).set(actor_keys::revoked_at.eq(now)).execute(conn).map(drop)
}
