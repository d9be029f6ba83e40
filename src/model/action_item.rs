//! Action items and every state that they had.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{action_items, action_states, actors, organisations};
use crate::domain::action::State;

/// An action item.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = action_items)]
pub struct Row {
    /// UUIDv7, lower case.
    pub id: String,
    /// The coalition's actor.
    pub coalition_id: i64,
    /// The minutes that it comes from.
    pub minutes_id: Option<String>,
    /// Plain text.
    pub text: String,
    /// Handles or plain names of organisations, JSON.
    pub owners: String,
    /// As its author wrote it.
    pub due: Option<String>,
    /// When `due` is over.
    pub due_at: Option<NaiveDateTime>,
    /// BCP 47.
    pub language: String,
    /// How far it has come.
    pub state: State,
    /// When it was made.
    pub created_at: NaiveDateTime,
    /// When its state last changed.
    pub updated_at: NaiveDateTime,
}

impl Row {
    /// Who has to do it.
    pub fn owners(&self) -> Vec<String> {
        serde_json::from_str(&self.owners).unwrap_or_default()
    }

    /// Whether it should have been done by `now`.
    pub fn is_late(&self, now: NaiveDateTime) -> bool {
        !self.state.is_over() && self.due_at.is_some_and(|due| due <= now)
    }
}

/// A state that an item had.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Past {
    /// Of which item.
    pub item_id: String,
    /// The state.
    pub state: State,
    /// The name of the organisation that set it; none where adoption made the item.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub made_at: NaiveDateTime,
}

/// Stores an item and its first state.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, row: &Row, by: Option<i64>) -> Result<()> {
    diesel::insert_into(action_items::table).values(row).execute(conn)?;
    note(conn, &row.id, row.state, by, None, row.created_at)
}

fn note(
    conn: &mut Conn,
    id: &str,
    state: State,
    by: Option<i64>,
    reason: Option<&str>,
    now: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(action_states::table)
        .values((
            action_states::item_id.eq(id),
            action_states::state.eq(state),
            action_states::actor_id.eq(by),
            action_states::reason.eq(reason),
            action_states::made_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Sets the state of an item and keeps the one before.
///
/// # Errors
/// The database's.
pub fn set_state(
    conn: &mut Conn,
    id: &str,
    state: State,
    by: i64,
    reason: Option<&str>,
    now: NaiveDateTime,
) -> Result<()> {
    diesel::update(action_items::table.find(id))
        .set((action_items::state.eq(state), action_items::updated_at.eq(now)))
        .execute(conn)?;
    note(conn, id, state, Some(by), reason, now)
}

/// The item with this id.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Row>> {
    action_items::table.find(id).select(Row::as_select()).first(conn).optional()
}

/// The items with these ids.
///
/// # Errors
/// The database's.
pub fn of_ids(conn: &mut Conn, ids: &[String]) -> Result<Vec<Row>> {
    action_items::table.filter(action_items::id.eq_any(ids)).select(Row::as_select()).load(conn)
}

/// How many of a coalition's items stand before this one in the order of [`page`].
///
/// # Errors
/// The database's.
pub fn before(conn: &mut Conn, coalition_id: i64, id: &str) -> Result<i64> {
    let ids: Vec<String> = action_items::table
        .filter(action_items::coalition_id.eq(coalition_id))
        .order((
            action_items::state.eq_any([State::Done, State::Dropped]),
            action_items::due_at.is_null(),
            action_items::due_at,
            action_items::id,
        ))
        .select(action_items::id)
        .load(conn)?;
    Ok(ids.iter().position(|one| one == id).and_then(|at| i64::try_from(at).ok()).unwrap_or(0))
}

/// A coalition's items: what is to be done first, by its due date, what has none after it, then what is over.
///
/// # Errors
/// The database's.
pub fn page(conn: &mut Conn, coalition_id: i64, offset: i64, limit: i64) -> Result<Vec<Row>> {
    action_items::table
        .filter(action_items::coalition_id.eq(coalition_id))
        .order((
            action_items::state.eq_any([State::Done, State::Dropped]),
            action_items::due_at.is_null(),
            action_items::due_at,
            action_items::id,
        ))
        .offset(offset)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)
}

/// The items of a coalition whose state changed last.
///
/// # Errors
/// The database's.
pub fn latest(conn: &mut Conn, coalition_id: i64, limit: i64) -> Result<Vec<Row>> {
    action_items::table
        .filter(action_items::coalition_id.eq(coalition_id))
        .order((action_items::updated_at.desc(), action_items::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)
}

/// How many items a coalition has.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, coalition_id: i64) -> Result<i64> {
    action_items::table.filter(action_items::coalition_id.eq(coalition_id)).count().get_result(conn)
}

/// How many of them should have been done by `now`.
///
/// # Errors
/// The database's.
pub fn count_late(conn: &mut Conn, coalition_id: i64, now: NaiveDateTime) -> Result<i64> {
    action_items::table
        .filter(action_items::coalition_id.eq(coalition_id).and(action_items::due_at.le(now)))
        .filter(action_items::state.eq_any([State::ToDo, State::Doing]))
        .count()
        .get_result(conn)
}

/// Every state that these items had, oldest first.
///
/// # Errors
/// The database's.
pub fn history(conn: &mut Conn, ids: &[String]) -> Result<Vec<Past>> {
    action_states::table
        .left_join(actors::table.inner_join(organisations::table))
        .filter(action_states::item_id.eq_any(ids))
        .order(action_states::id)
        .select((
            action_states::item_id,
            action_states::state,
            organisations::name.nullable(),
            action_states::reason,
            action_states::made_at,
        ))
        .load(conn)
}
