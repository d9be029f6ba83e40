//! What happened to a coalition: its stages, the versions of what it seeks, the acts on its memberships. Only ever added to.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::Result;
use crate::db::Conn;
use crate::db::schema::{
    actors, coalition_impacts, coalition_stages, coalitions, membership_acts, organisations,
};
use crate::domain::actor::Role;
use crate::domain::coalition::{MembershipAct, Stage};

/// The circumstances of an act.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Noted {
    /// The day as it is told; none where nobody says it.
    pub day: Option<NaiveDate>,
    /// Why, in public.
    pub reason: Option<String>,
    /// Row id of the organisation that acted; none: a file told it.
    pub by_id: Option<i64>,
    /// When this node learned of it.
    pub made_at: NaiveDateTime,
}

/// A stage that the coalition entered.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Step {
    /// Which.
    pub stage: Stage,
    /// When, why, by whom.
    pub noted: Noted,
}

/// A version of the impact sought.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Impact {
    /// From 1.
    pub version: i32,
    /// As it was sought.
    pub text: String,
    /// When, why, by whom.
    pub noted: Noted,
}

/// What happened to a membership.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct MemberAct {
    /// Row id of the member.
    pub member_id: i64,
    /// What.
    pub act: MembershipAct,
    /// What the member is after it; none where it left.
    pub role: Option<Role>,
    /// When, why, by whom.
    pub noted: Noted,
}

/// Notes that the coalition entered a stage, and sets it.
///
/// # Errors
/// The database's.
pub fn enter(conn: &mut Conn, id: i64, stage: Stage, noted: &Noted) -> Result<()> {
    note_stage(conn, id, stage, noted)?;
    diesel::update(coalitions::table.find(id)).set(coalitions::stage.eq(stage)).execute(conn).map(drop)
}

/// Notes a stage that the coalition was in; its present one stays.
///
/// # Errors
/// The database's.
pub fn note_stage(conn: &mut Conn, id: i64, stage: Stage, noted: &Noted) -> Result<()> {
    diesel::insert_into(coalition_stages::table)
        .values((
            coalition_stages::coalition_id.eq(id),
            coalition_stages::stage.eq(stage),
            coalition_stages::day.eq(noted.day),
            coalition_stages::reason.eq(&noted.reason),
            coalition_stages::by_id.eq(noted.by_id),
            coalition_stages::made_at.eq(noted.made_at),
        ))
        .execute(conn)
        .map(drop)
}

/// The stages of a coalition in order; what has no day comes first.
///
/// # Errors
/// The database's.
pub fn stages(conn: &mut Conn, id: i64) -> Result<Vec<Step>> {
    let mut steps: Vec<Step> = coalition_stages::table
        .filter(coalition_stages::coalition_id.eq(id))
        .order(coalition_stages::id)
        .select((
            coalition_stages::stage,
            (
                coalition_stages::day,
                coalition_stages::reason,
                coalition_stages::by_id,
                coalition_stages::made_at,
            ),
        ))
        .load(conn)?;
    steps.sort_by_key(|step| step.noted.day);
    Ok(steps)
}

/// Adds a version of what the coalition seeks, and makes it the one it seeks. Its number.
///
/// # Errors
/// The database's.
pub fn seek(conn: &mut Conn, id: i64, text: &str, noted: &Noted) -> Result<i32> {
    let last: Option<i32> = coalition_impacts::table
        .filter(coalition_impacts::coalition_id.eq(id))
        .select(diesel::dsl::max(coalition_impacts::version))
        .first(conn)?;
    let version = last.unwrap_or(0).saturating_add(1);
    diesel::insert_into(coalition_impacts::table)
        .values((
            coalition_impacts::coalition_id.eq(id),
            coalition_impacts::version.eq(version),
            coalition_impacts::text.eq(text),
            coalition_impacts::day.eq(noted.day),
            coalition_impacts::reason.eq(&noted.reason),
            coalition_impacts::by_id.eq(noted.by_id),
            coalition_impacts::made_at.eq(noted.made_at),
        ))
        .execute(conn)?;
    diesel::update(coalitions::table.find(id)).set(coalitions::impact.eq(text)).execute(conn)?;
    super::search::index_coalition_again(conn, id)?;
    Ok(version)
}

/// The versions of what the coalition seeks, oldest first.
///
/// # Errors
/// The database's.
pub fn impacts(conn: &mut Conn, id: i64) -> Result<Vec<Impact>> {
    coalition_impacts::table
        .filter(coalition_impacts::coalition_id.eq(id))
        .order(coalition_impacts::version)
        .select((
            coalition_impacts::version,
            coalition_impacts::text,
            (
                coalition_impacts::day,
                coalition_impacts::reason,
                coalition_impacts::by_id,
                coalition_impacts::made_at,
            ),
        ))
        .load(conn)
}

/// Notes what happened to a membership.
///
/// # Errors
/// The database's.
pub fn note_member(conn: &mut Conn, id: i64, act: &MemberAct) -> Result<()> {
    diesel::insert_into(membership_acts::table)
        .values((
            membership_acts::coalition_id.eq(id),
            membership_acts::member_id.eq(act.member_id),
            membership_acts::act.eq(act.act),
            membership_acts::role.eq(act.role),
            membership_acts::day.eq(act.noted.day),
            membership_acts::reason.eq(&act.noted.reason),
            membership_acts::by_id.eq(act.noted.by_id),
            membership_acts::made_at.eq(act.noted.made_at),
        ))
        .execute(conn)
        .map(drop)
}

/// What happened to the memberships of a coalition, in order.
///
/// # Errors
/// The database's.
pub fn member_acts(conn: &mut Conn, id: i64) -> Result<Vec<MemberAct>> {
    membership_acts::table
        .filter(membership_acts::coalition_id.eq(id))
        .order(membership_acts::id)
        .select((
            membership_acts::member_id,
            membership_acts::act,
            membership_acts::role,
            (membership_acts::day, membership_acts::reason, membership_acts::by_id, membership_acts::made_at),
        ))
        .load(conn)
}

/// Row id, handle and name of these organisations.
///
/// # Errors
/// The database's.
pub fn organisations(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, String, String)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    organisations::table
        .inner_join(actors::table)
        .filter(actors::id.eq_any(ids))
        .select((actors::id, actors::handle, organisations::name))
        .load(conn)
}
