//! Organisations: the legal actors of this node.

use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{actors, organisations};
use crate::domain::actor::OrganisationKind;
use crate::model::actor::Actor;
use crate::model::search;

/// An organisation's profile.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = organisations)]
pub struct Organisation {
    /// Its actor.
    pub actor_id: i64,
    /// Plain text.
    pub name: String,
    /// What it is in law.
    pub kind: OrganisationKind,
    /// Plain text, may be empty.
    pub summary: String,
    /// Its own site.
    pub website: Option<String>,
    /// Where it acts.
    pub territory: Option<String>,
}

/// Stores the profile of an actor that was just made.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, organisation: &Organisation) -> Result<()> {
    diesel::insert_into(organisations::table).values(organisation).execute(conn)?;
    search::index_organisation(conn, organisation)
}

/// The organisation with this handle.
///
/// # Errors
/// The database's.
pub fn by_handle(conn: &mut Conn, handle: &str) -> Result<Option<(Actor, Organisation)>> {
    organisations::table
        .inner_join(actors::table)
        .filter(actors::handle.eq(handle))
        .select((Actor::as_select(), Organisation::as_select()))
        .first(conn)
        .optional()
}

/// Every organisation, by name.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn) -> Result<Vec<(Actor, Organisation)>> {
    organisations::table
        .inner_join(actors::table)
        .order(organisations::name)
        .select((Actor::as_select(), Organisation::as_select()))
        .load(conn)
}
