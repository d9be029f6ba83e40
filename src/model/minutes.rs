//! Acts on minutes, and what their points have made.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{actors, minutes_acts, minutes_effects, organisations};
use crate::domain::minutes::Act;

/// An act to store.
#[derive(Clone, Debug)]
pub struct NewAct<'a> {
    /// On what.
    pub publication_id: &'a str,
    /// What was done.
    pub act: Act,
    /// By which organisation.
    pub actor_id: i64,
    /// The revision that it was about.
    pub revision: i32,
    /// Why, where it was told.
    pub reason: Option<&'a str>,
    /// When.
    pub made_at: NaiveDateTime,
}

/// An act as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Done {
    /// What was done.
    pub act: Act,
    /// The handle of the organisation.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// The revision that it was about.
    pub revision: i32,
    /// Why, where it was told.
    pub reason: Option<String>,
    /// When.
    pub made_at: NaiveDateTime,
}

/// What a point has made.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = minutes_effects)]
pub struct Effect {
    /// The minutes.
    pub publication_id: String,
    /// SHA-256 of what the point is known by.
    pub point: String,
    /// The decision that it made.
    pub decision_id: Option<String>,
    /// The action that it made.
    pub action_id: Option<String>,
    /// When.
    pub made_at: NaiveDateTime,
}

/// Keeps an act.
///
/// # Errors
/// The database's.
pub fn note(conn: &mut Conn, new: &NewAct<'_>) -> Result<()> {
    diesel::insert_into(minutes_acts::table)
        .values((
            minutes_acts::publication_id.eq(new.publication_id),
            minutes_acts::act.eq(new.act),
            minutes_acts::actor_id.eq(new.actor_id),
            minutes_acts::revision.eq(new.revision),
            minutes_acts::reason.eq(new.reason),
            minutes_acts::made_at.eq(new.made_at),
        ))
        .execute(conn)
        .map(drop)
}

/// Every act on these minutes, oldest first.
///
/// # Errors
/// The database's.
pub fn acts(conn: &mut Conn, id: &str) -> Result<Vec<Done>> {
    minutes_acts::table
        .inner_join(actors::table.inner_join(organisations::table))
        .filter(minutes_acts::publication_id.eq(id))
        .order(minutes_acts::id)
        .select((
            minutes_acts::act,
            actors::handle,
            organisations::name,
            minutes_acts::revision,
            minutes_acts::reason,
            minutes_acts::made_at,
        ))
        .load(conn)
}

/// What the points of these minutes have made.
///
/// # Errors
/// The database's.
pub fn effects(conn: &mut Conn, id: &str) -> Result<Vec<Effect>> {
    minutes_effects::table
        .filter(minutes_effects::publication_id.eq(id))
        .order(minutes_effects::point)
        .select(Effect::as_select())
        .load(conn)
}

/// Remembers what a point has made.
///
/// # Errors
/// The database's; a unique violation if it was remembered before.
pub fn remember(conn: &mut Conn, effect: &Effect) -> Result<()> {
    diesel::insert_into(minutes_effects::table).values(effect).execute(conn).map(drop)
}
