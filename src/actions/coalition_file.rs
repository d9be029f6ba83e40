//! The file of a coalition that is told again: what it said last is remembered, so that only what changed in it is taken over, and no
//! act of an organisation since is taken back by a file that was written before it.

use serde_json::Value;

use super::life::organisation_of;
use super::profile::Profile;
use super::{Act, Error};
use crate::db::{self, Conn};
use crate::domain::actor::Role;
use crate::domain::coalition::AssociatedState;
use crate::model::actor::Actor;
use crate::model::coalition::{Associated, Coalition};
use crate::model::life::{self, Noted};
use crate::model::{coalition, coalition_file};

/// What the file of a coalition said last. None where no file told it here, or where today's server cannot read what it said.
pub(super) fn last(conn: &mut Conn, act: &Act, id: i64) -> Result<Option<Profile>, Error> {
    let told = coalition_file::last(conn, id)?.and_then(|json| serde_json::from_str(&json).ok());
    match told {
        Some(Value::Object(table)) => Ok(Profile::of_table(table, &act.language).ok()),
        _ => Ok(None),
    }
}

/// Remembers what a file says, where a file says it.
pub(super) fn remember(conn: &mut Conn, id: i64, profile: &Profile) -> Result<(), Error> {
    let Some(table) = &profile.file else { return Ok(()) };
    let json = serde_json::to_string(table)
        .map_err(|error| db::Error::Corrupt(format!("the file of a coalition: {error}")))?;
    if coalition_file::last(conn, id)?.as_ref() != Some(&json) {
        coalition_file::put(conn, id, &json)?;
    }
    Ok(())
}

/// Refuses a file that says otherwise than an act of an organisation that it does not know of. One that says what it said last
/// takes nothing back: it is not asked.
pub(super) fn knows_the_acts(
    conn: &mut Conn,
    (of, row): (&Actor, &Coalition),
    profile: &Profile,
    last: Option<&Profile>,
) -> Result<(), Error> {
    if last.is_some_and(|last| is_same(last, profile)) {
        return Ok(());
    }
    knows_the_steward(conn, of, profile)?;
    if last.is_some() {
        return Ok(());
    }
    // Nobody knows what it said before: what organisations did since stands.
    let (stage, impact) = (life::stages(conn, of.id)?.pop(), life::impacts(conn, of.id)?.pop());
    let told = profile.stages.last().map(|told| told.stage);
    if let Some((step, day)) = stage.and_then(|step| Some((step.stage, acted(&step.noted)?)))
        && told.is_some_and(|told| told != row.stage)
    {
        return Err(Error::Refused(format!(
            "`{}` is at the stage `{step}` since {day}: write stage = \"{step}\", or go on with `coalition stage`",
            of.handle
        )));
    }
    if let Some((version, day)) = impact.and_then(|one| Some((one.version, acted(&one.noted)?)))
        && profile.coalition.impact.as_ref().is_some_and(|told| Some(told) != row.impact.as_ref())
    {
        return Err(Error::Refused(format!(
            "`{}` seeks version {version} of its impact since {day}: write that one, or go on with `coalition impact`",
            of.handle
        )));
    }
    Ok(())
}

fn knows_the_steward(conn: &mut Conn, of: &Actor, profile: &Profile) -> Result<(), Error> {
    let Some(told) = &profile.steward else { return Ok(()) };
    let told = organisation_of(conn, told)?.0.id;
    let steward = coalition::members(conn, of.id)?.into_iter().find(|member| member.role == Role::Steward);
    let Some(steward) = steward.filter(|steward| steward.actor_id != told) else { return Ok(()) };
    let acts = life::member_acts(conn, of.id)?;
    let last = acts.iter().rev().find(|act| act.role == Some(Role::Steward));
    match last.and_then(|act| acted(&act.noted)) {
        None => Ok(()),
        Some(day) => Err(Error::Refused(format!(
            "`{}` was handed over to `{1}` on {day}: write steward = \"{1}\", or hand it over with `coalition handover`",
            of.handle, steward.handle
        ))),
    }
}

/// The day on which an organisation did it; none where a file told it.
fn acted(noted: &Noted) -> Option<chrono::NaiveDate> {
    noted.by_id.map(|_| noted.day.unwrap_or(noted.made_at.date()))
}

/// Whether two files say the same, however they are written.
fn is_same(one: &Profile, other: &Profile) -> bool {
    let bare = |profile: &Profile| Profile { file: None, ..profile.clone() };
    bare(one) == bare(other)
}

/// The wish list after a file: whom it told before as it tells it now stays as it is known, and whom an act put there stays. One
/// who came further since, or of whom more is known, is not taken back by a mere name.
pub(super) fn wished(told: &Profile, known: &[Associated], last: Option<&Profile>) -> Vec<Associated> {
    let before = last.map_or(&[][..], |last| &last.lists.associated);
    let merge = |one: &Associated| {
        let Some(stands) = known.iter().find(|known| known.name == one.name) else { return one.clone() };
        if before.contains(one) {
            return stands.clone();
        }
        let mut one = one.clone();
        if one.state == AssociatedState::Wanted {
            one.state = stands.state;
        }
        if one.dimensions.is_empty() {
            one.dimensions.clone_from(&stands.dimensions);
        }
        one
    };
    let mut list: Vec<Associated> = told.lists.associated.iter().map(merge).collect();
    let was_told = |name: &str| before.iter().any(|one| one.name == name);
    for one in known {
        if !list.iter().any(|listed| listed.name == one.name) && last.is_some() && !was_told(&one.name) {
            list.push(one.clone());
        }
    }
    list
}
