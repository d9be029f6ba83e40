//! Coalitions: profile, lists, associated actors, members.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::Result;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{
    actors, associated_actors, coalition_values, coalitions, memberships, organisations,
};
use crate::domain::actor::Role;
use crate::domain::coalition::{AssociatedState, Dimension, Quality, Stage};
use crate::model::actor::Actor;
use crate::model::search;

/// A coalition's profile. Most of it is missing for some: real input is like that.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = coalitions, treat_none_as_null = true)]
pub struct Coalition {
    /// Its actor.
    pub actor_id: i64,
    /// A string with gaps, such as "8.a".
    pub number: Option<String>,
    /// May be missing while it is an intention: the topic names it then.
    pub title: Option<String>,
    /// Whether the title may still change.
    pub title_provisional: bool,
    /// What it is about, in a few words.
    pub topic: Option<String>,
    /// Plain text or Markdown.
    pub narrative: Option<String>,
    /// The problem it answers.
    pub problem: Option<String>,
    /// The impact sought.
    pub impact: Option<String>,
    /// Where it stands.
    pub stage: Stage,
    /// The family it was classed in.
    pub family: Option<String>,
    /// The cohort it started with.
    pub cohort: Option<String>,
    /// Whether it is a pilot.
    pub pilot: bool,
    /// Where it acts.
    pub territory: Option<String>,
    /// The date by which it wants results.
    pub horizon: Option<NaiveDate>,
    /// The coalition of which it is a branch: a handle or a URL.
    pub parent: Option<String>,
    /// The language it publishes in, BCP 47.
    pub language: String,
    /// The file name of its picture in `media.path`.
    pub icon: Option<String>,
}

impl Coalition {
    /// The title, else the topic with a capital, else the handle.
    pub fn name(&self, handle: &str) -> String {
        if let Some(title) = &self.title {
            return title.clone();
        }
        let topic = self.topic.as_deref().unwrap_or(handle);
        let mut letters = topic.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
    }
}

/// The lists of a coalition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// What it pulls to change things.
    pub levers: Vec<String>,
    /// The qualities it seeks.
    pub qualities: Vec<Quality>,
    /// The dimensions it has actors for.
    pub dimensions: Vec<Dimension>,
    /// Languages it works in, BCP 47.
    pub languages: Vec<String>,
    /// Examples of what it wants more of.
    pub examples: Vec<String>,
    /// Its wish list.
    pub associated: Vec<Associated>,
}

impl Lists {
    /// Whether somebody is known to bring a dimension: the coalition says so, a member that is more than an observer, or an
    /// associated actor that joined.
    pub fn has(&self, dimension: Dimension, members: &[Member]) -> bool {
        let joined = |one: &&Associated| one.state == AssociatedState::Joined;
        self.dimensions.contains(&dimension)
            || members.iter().any(|member| member.role.is_member() && member.dimensions.contains(&dimension))
            || self.associated.iter().filter(joined).any(|one| one.dimensions.contains(&dimension))
    }

    /// The dimensions that somebody is known to bring.
    pub fn present(&self, members: &[Member]) -> Vec<Dimension> {
        Dimension::ALL.iter().copied().filter(|dimension| self.has(*dimension, members)).collect()
    }
}

/// An actor that the coalition would like to have, or has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Associated {
    /// As it is called.
    pub name: String,
    /// How far it has come.
    pub state: AssociatedState,
    /// What it brings or would bring.
    pub dimensions: Vec<Dimension>,
}

/// A member organisation with its role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Row id of its actor.
    pub actor_id: i64,
    /// Its handle.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// What it is to the coalition.
    pub role: Role,
    /// What it brings.
    pub dimensions: Vec<Dimension>,
}

/// Stores the profile and lists of an actor that was just made.
///
/// # Errors
/// The database's.
pub fn insert(conn: &mut Conn, coalition: &Coalition, lists: &Lists) -> Result<()> {
    diesel::insert_into(coalitions::table).values(coalition).execute(conn)?;
    search::index_coalition(conn, coalition, lists)?;
    insert_lists(conn, coalition.actor_id, lists)
}

/// Replaces the profile and lists.
///
/// # Errors
/// The database's.
pub fn update(conn: &mut Conn, coalition: &Coalition, lists: &Lists) -> Result<()> {
    diesel::update(coalitions::table.find(coalition.actor_id)).set(coalition).execute(conn)?;
    diesel::delete(coalition_values::table.filter(coalition_values::coalition_id.eq(coalition.actor_id)))
        .execute(conn)?;
    diesel::delete(associated_actors::table.filter(associated_actors::coalition_id.eq(coalition.actor_id)))
        .execute(conn)?;
    search::index_coalition(conn, coalition, lists)?;
    insert_lists(conn, coalition.actor_id, lists)
}

fn insert_lists(conn: &mut Conn, id: i64, lists: &Lists) -> Result<()> {
    let fields = [
        ("lever", lists.levers.clone()),
        ("quality", lists.qualities.iter().map(ToString::to_string).collect()),
        ("dimension", lists.dimensions.iter().map(ToString::to_string).collect()),
        ("language", lists.languages.clone()),
        ("example", lists.examples.clone()),
    ];
    let mut values = Vec::new();
    for (field, list) in &fields {
        for (position, value) in (0_i32..).zip(list) {
            values.push((
                coalition_values::coalition_id.eq(id),
                coalition_values::field.eq(*field),
                coalition_values::position.eq(position),
                coalition_values::value.eq(value),
            ));
        }
    }
    let mut associated = Vec::new();
    for (position, one) in (0_i32..).zip(&lists.associated) {
        associated.push((
            associated_actors::coalition_id.eq(id),
            associated_actors::position.eq(position),
            associated_actors::name.eq(&one.name),
            associated_actors::state.eq(one.state),
            associated_actors::dimensions.eq(joined(&one.dimensions)),
        ));
    }
    both!(conn, c => {
        diesel::insert_into(coalition_values::table).values(values).execute(c)?;
        diesel::insert_into(associated_actors::table).values(associated).on_conflict_do_nothing().execute(c)
    })
    .map(drop)
}

/// The lists of one coalition.
///
/// # Errors
/// The database's, or a word that this version does not know.
pub fn lists(conn: &mut Conn, id: i64) -> Result<Lists> {
    let values: Vec<(String, String)> = coalition_values::table
        .filter(coalition_values::coalition_id.eq(id))
        .order((coalition_values::field, coalition_values::position))
        .select((coalition_values::field, coalition_values::value))
        .load(conn)?;
    let mut lists = Lists::default();
    for (field, value) in values {
        match field.as_str() {
            "lever" => lists.levers.push(value),
            "quality" => lists.qualities.push(known(&value)?),
            "dimension" => lists.dimensions.push(known(&value)?),
            "language" => lists.languages.push(value),
            _ => lists.examples.push(value),
        }
    }
    let rows: Vec<(String, AssociatedState, String)> = associated_actors::table
        .filter(associated_actors::coalition_id.eq(id))
        .order(associated_actors::position)
        .select((associated_actors::name, associated_actors::state, associated_actors::dimensions))
        .load(conn)?;
    for (name, state, words) in rows {
        lists.associated.push(Associated { name, state, dimensions: split(&words)? });
    }
    Ok(lists)
}

/// Dimensions as a row holds them.
fn joined(dimensions: &[Dimension]) -> String {
    dimensions.iter().map(|dimension| dimension.as_str()).collect::<Vec<_>>().join(" ")
}

fn split(words: &str) -> Result<Vec<Dimension>> {
    words.split_whitespace().map(known).collect()
}

fn known<T: std::str::FromStr>(word: &str) -> Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    word.parse().map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))
}

/// The coalition with this handle.
///
/// # Errors
/// The database's.
pub fn by_handle(conn: &mut Conn, handle: &str) -> Result<Option<(Actor, Coalition)>> {
    coalitions::table
        .inner_join(actors::table)
        .filter(actors::handle.eq(handle))
        .select((Actor::as_select(), Coalition::as_select()))
        .first(conn)
        .optional()
}

/// The coalition of this actor.
///
/// # Errors
/// The database's, also where there is none.
pub fn by_id(conn: &mut Conn, id: i64) -> Result<(Actor, Coalition)> {
    coalitions::table
        .inner_join(actors::table)
        .filter(coalitions::actor_id.eq(id))
        .select((Actor::as_select(), Coalition::as_select()))
        .first(conn)
}

/// Coalitions from the oldest on, a page at a time.
///
/// # Errors
/// The database's.
pub fn page(conn: &mut Conn, offset: i64, limit: i64) -> Result<Vec<(Actor, Coalition)>> {
    coalitions::table
        .inner_join(actors::table)
        .order(coalitions::actor_id)
        .offset(offset)
        .limit(limit)
        .select((Actor::as_select(), Coalition::as_select()))
        .load(conn)
}

/// How many there are.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn) -> Result<i64> {
    coalitions::table.count().get_result(conn)
}

/// What an actor is to a coalition, if anything.
///
/// # Errors
/// The database's.
pub fn role(conn: &mut Conn, id: i64, member_id: i64) -> Result<Option<Role>> {
    memberships::table.find((id, member_id)).select(memberships::role).first(conn).optional()
}

/// Members that are organisations of this node, most privilege first.
///
/// # Errors
/// The database's.
pub fn members(conn: &mut Conn, id: i64) -> Result<Vec<Member>> {
    let rows: Vec<(i64, String, String, Role, String)> = memberships::table
        .inner_join(actors::table.inner_join(organisations::table))
        .filter(memberships::coalition_id.eq(id))
        .order(memberships::since)
        .select((actors::id, actors::handle, organisations::name, memberships::role, memberships::dimensions))
        .load(conn)?;
    let mut members = Vec::with_capacity(rows.len());
    for (actor_id, handle, name, role, words) in rows {
        members.push(Member { actor_id, handle, name, role, dimensions: split(&words)? });
    }
    members.sort_by_key(|member| member.role);
    Ok(members)
}

/// Sets the role of a member, whether it was one or not.
///
/// # Errors
/// The database's.
pub fn set_member(conn: &mut Conn, id: i64, member: i64, role: Role, now: NaiveDateTime) -> Result<()> {
    both!(conn, c => diesel::insert_into(memberships::table)
        .values((
            memberships::coalition_id.eq(id),
            memberships::member_id.eq(member),
            memberships::role.eq(role),
            memberships::since.eq(now),
        ))
        .on_conflict((memberships::coalition_id, memberships::member_id))
        .do_update()
        .set(memberships::role.eq(role))
        .execute(c))
    .map(drop)
}

/// Sets what a member brings.
///
/// # Errors
/// The database's.
pub fn set_brought(conn: &mut Conn, id: i64, member: i64, dimensions: &[Dimension]) -> Result<()> {
    diesel::update(memberships::table.find((id, member)))
        .set(memberships::dimensions.eq(joined(dimensions)))
        .execute(conn)
        .map(drop)
}

/// Ends a membership.
///
/// # Errors
/// The database's.
pub fn remove_member(conn: &mut Conn, id: i64, member: i64) -> Result<()> {
    diesel::delete(memberships::table.find((id, member))).execute(conn).map(drop)
}

/// Puts an actor on the wish list, or replaces what is known of the one with this name.
///
/// # Errors
/// The database's.
pub fn associate(conn: &mut Conn, id: i64, one: &Associated) -> Result<()> {
    let last: Option<i32> = associated_actors::table
        .filter(associated_actors::coalition_id.eq(id))
        .select(diesel::dsl::max(associated_actors::position))
        .first(conn)?;
    both!(conn, c => diesel::insert_into(associated_actors::table)
        .values((
            associated_actors::coalition_id.eq(id),
            associated_actors::position.eq(last.map_or(0, |last| last.saturating_add(1))),
            associated_actors::name.eq(&one.name),
            associated_actors::state.eq(one.state),
            associated_actors::dimensions.eq(joined(&one.dimensions)),
        ))
        .on_conflict((associated_actors::coalition_id, associated_actors::name))
        .do_update()
        .set((
            associated_actors::state.eq(one.state),
            associated_actors::dimensions.eq(joined(&one.dimensions)),
        ))
        .execute(c))
    .map(drop)
}

/// The coalitions of this node that name one of these addresses as their parent, oldest first.
///
/// # Errors
/// The database's.
pub fn branches(conn: &mut Conn, of: &[String]) -> Result<Vec<(Actor, Coalition)>> {
    coalitions::table
        .inner_join(actors::table)
        .filter(coalitions::parent.eq_any(of))
        .order(coalitions::actor_id)
        .select((Actor::as_select(), Coalition::as_select()))
        .load(conn)
}

/// Holds other writers of this coalition until the transaction ends, so that numbers and slugs are given one at a time.
/// On SQLite the transaction already does.
///
/// # Errors
/// The database's.
pub fn lock(conn: &mut Conn, id: i64) -> Result<()> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Pg(c) => {
            coalitions::table.find(id).select(coalitions::actor_id).for_update().first::<i64>(c).map(drop)
        }
    }
}
