//! What the points of adopted minutes have made.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::minutes_effects;

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
