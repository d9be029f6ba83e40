//! What local actors said: each activity once, as it was sent.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::activities;

/// A stored activity.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = activities)]
pub struct Activity {
    /// UUIDv7, lower case.
    pub id: String,
    /// The local actor that said it.
    pub actor_id: i64,
    /// Its ActivityStreams type.
    pub kind: String,
    /// The publication it is about.
    pub publication_id: Option<String>,
    /// The JSON, byte for byte as it is sent.
    pub document: String,
    /// Whether the outbox lists it.
    pub public: bool,
    /// When it was said.
    pub made_at: NaiveDateTime,
}

/// Stores an activity.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, activity: &Activity) -> Result<()> {
    diesel::insert_into(activities::table).values(activity).execute(conn).map(drop)
}

/// The activity with this id.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Activity>> {
    activities::table.find(id).select(Activity::as_select()).first(conn).optional()
}

/// Public activities of an actor, latest first: a page of its outbox. `before` is the id of the last one of the page before.
///
/// # Errors
/// The database's.
pub fn outbox_page(
    conn: &mut Conn,
    actor_id: i64,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Activity>> {
    let mut query = activities::table
        .filter(activities::actor_id.eq(actor_id).and(activities::public.eq(true)))
        .order(activities::id.desc())
        .limit(limit)
        .select(Activity::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(activities::id.lt(before.to_owned()));
    }
    query.load(conn)
}

/// What an actor said about a publication and in its thread, or about none, oldest first.
///
/// # Errors
/// The database's.
pub fn about(conn: &mut Conn, actor_id: i64, publication_id: Option<&str>) -> Result<Vec<Activity>> {
    let query = activities::table
        .filter(activities::actor_id.eq(actor_id))
        .order(activities::id)
        .select(Activity::as_select())
        .into_boxed();
    match publication_id {
        Some(id) => query.filter(activities::publication_id.eq(id.to_owned())).load(conn),
        None => query.filter(activities::publication_id.is_null()).load(conn),
    }
}

/// The `Announce`s of an actor in which this URL stands as a value.
///
/// # Errors
/// The database's.
pub fn announces_of(conn: &mut Conn, actor_id: i64, url: &str) -> Result<Vec<Activity>> {
    activities::table
        .filter(activities::actor_id.eq(actor_id).and(activities::kind.eq("Announce")))
        .filter(activities::document.like(format!("%\"{url}\"%")))
        .order(activities::id)
        .select(Activity::as_select())
        .load(conn)
}

/// Takes an activity out of the outbox; what is to be delivered of it still is.
///
/// # Errors
/// The database's.
pub fn unlist(conn: &mut Conn, id: &str) -> Result<()> {
    diesel::update(activities::table.find(id)).set(activities::public.eq(false)).execute(conn).map(drop)
}

/// Erases everything that an actor said. Its deliveries must be gone.
///
/// # Errors
/// The database's.
pub fn erase_of(conn: &mut Conn, actor_id: i64) -> Result<usize> {
    diesel::delete(activities::table.filter(activities::actor_id.eq(actor_id))).execute(conn)
}

/// The last `Create` or `Update` of this actor about a publication, or the last one before `before` (the id of another).
///
/// # Errors
/// The database's.
pub fn last_about(
    conn: &mut Conn,
    actor_id: i64,
    publication: &str,
    before: Option<&str>,
) -> Result<Option<Activity>> {
    let mut query = activities::table
        .filter(activities::publication_id.eq(publication).and(activities::actor_id.eq(actor_id)))
        .filter(activities::kind.eq_any(["Create", "Update"]))
        .order(activities::id.desc())
        .select(Activity::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(activities::id.lt(before.to_owned()));
    }
    query.first(conn).optional()
}

/// The first activity after the one with this id, in the order of ids; `""` is before all.
///
/// # Errors
/// The database's.
pub fn after(conn: &mut Conn, id: &str) -> Result<Option<Activity>> {
    activities::table
        .filter(activities::id.gt(id))
        .order(activities::id)
        .select(Activity::as_select())
        .first(conn)
        .optional()
}

/// As [`after`], of one actor.
///
/// # Errors
/// The database's.
pub fn after_of(conn: &mut Conn, actor_id: i64, id: &str) -> Result<Option<Activity>> {
    activities::table
        .filter(activities::actor_id.eq(actor_id).and(activities::id.gt(id)))
        .order(activities::id)
        .select(Activity::as_select())
        .first(conn)
        .optional()
}

/// Replaces a stored document: before the node was served for the first time, when nothing left it, or to give it proofs of
/// another key.
///
/// # Errors
/// The database's.
pub fn rewrite(conn: &mut Conn, id: &str, document: &str) -> Result<()> {
    diesel::update(activities::table.find(id)).set(activities::document.eq(document)).execute(conn).map(drop)
}

/// How many public activities an actor has.
///
/// # Errors
/// The database's.
pub fn count_public(conn: &mut Conn, actor_id: i64) -> Result<i64> {
    activities::table
        .filter(activities::actor_id.eq(actor_id).and(activities::public.eq(true)))
        .count()
        .get_result(conn)
}

/// Rewrites the base URL in every stored document: only before the node was served for the first time, when nothing left it.
///
/// # Errors
/// The database's.
pub fn rebase(conn: &mut Conn, old: &str, new: &str) -> Result<()> {
    // Two patterns, so that https://a.example never matches https://a.example.org.
    for end in ["/", "\""] {
        diesel::sql_query("UPDATE activities SET document = replace(document, $1, $2)")
            .bind::<diesel::sql_types::Text, _>(format!("{old}{end}"))
            .bind::<diesel::sql_types::Text, _>(format!("{new}{end}"))
            .execute(conn)?;
    }
    Ok(())
}
