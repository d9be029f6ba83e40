//! Accounts: people who sign in.

use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{accounts, actors};
use crate::model::actor::Actor;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts)]
pub struct Account {
    /// Its actor, a person.
    pub actor_id: i64,
    /// Unique.
    pub email: String,
    /// Plain text.
    pub name: String,
    /// Argon2id, PHC string; none while it has no password.
    pub password_hash: Option<String>,
    /// Whether it administers the node.
    pub admin: bool,
}

/// Stores the account of an actor that was just made.
///
/// # Errors
/// The database's; a unique violation if the address has an account: ask [`has_email`] first.
pub fn insert(conn: &mut Conn, account: &Account) -> Result<()> {
    diesel::insert_into(accounts::table).values(account).execute(conn).map(drop)
}

/// Removes an account: address, name and password.
///
/// # Errors
/// The database's.
pub fn delete(conn: &mut Conn, actor_id: i64) -> Result<()> {
    diesel::delete(accounts::table.find(actor_id)).execute(conn).map(drop)
}

/// Whether an address has an account.
///
/// # Errors
/// The database's.
pub fn has_email(conn: &mut Conn, email: &str) -> Result<bool> {
    let found: i64 = accounts::table.filter(accounts::email.eq(email)).count().get_result(conn)?;
    Ok(found > 0)
}

/// The account with this handle.
///
/// # Errors
/// The database's.
pub fn by_handle(conn: &mut Conn, handle: &str) -> Result<Option<(Actor, Account)>> {
    accounts::table
        .inner_join(actors::table)
        .filter(actors::handle.eq(handle))
        .select((Actor::as_select(), Account::as_select()))
        .first(conn)
        .optional()
}
