//! Who is in a coalition and as what: decided by those who carry it. It has one steward at most at any moment, and what happened
//! stays to be read.

use super::life::{By, acted, carrier, organisation_of};
use super::profile::{Profile, ToldMember};
use super::{Act, Error};
use crate::app::SharedApp;
use crate::db::Conn;
use crate::domain::actor::Role;
use crate::domain::coalition::{AssociatedState, Dimension, MembershipAct, folded};
use crate::model::actor::Actor;
use crate::model::coalition::{self, Associated};
use crate::model::life::{self, MemberAct, Noted};

/// Longest name on a wish list, in characters.
const MAX_NAME: usize = 200;

/// What a member is to be.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its handle.
    pub organisation: String,
    /// What it is to the coalition.
    pub role: Role,
    /// What it brings; as it is known where none is given.
    pub dimensions: Vec<Dimension>,
}

/// Takes an organisation into a coalition. The coalition's id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn add(app: &SharedApp, handle: &str, place: Place, by: By) -> Result<String, Error> {
    acted(app, handle, move |conn, act, of| add_on(conn, act, of, &place, &by)).await
}

/// The same within a transaction, which tells nobody.
///
/// # Errors
/// [`Error`], a sentence.
pub fn add_on(conn: &mut Conn, act: &Act, of: &Actor, place: &Place, by: &By) -> Result<(), Error> {
    let noted = by.noted(act, carrier(conn, of, &by.organisation)?)?;
    let (member, name) = organisation_of(conn, &place.organisation)?;
    not_steward(of, place.role)?;
    if let Some(role) = coalition::role(conn, of.id, member.id)? {
        return Err(Error::Refused(format!(
            "`{}` is in `{}` already, as {role}: change it with `coalition member role`",
            member.handle, of.handle
        )));
    }
    coalition::set_member(conn, of.id, member.id, place.role, noted.made_at)?;
    coalition::set_brought(conn, of.id, member.id, &place.dimensions)?;
    joins(conn, of.id, &[&name, &member.handle])?;
    note(conn, of.id, member.id, MembershipAct::Added, Some(place.role), noted)
}

/// Changes what a member is or brings. The coalition's id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn change(app: &SharedApp, handle: &str, place: Place, by: By) -> Result<String, Error> {
    acted(app, handle, move |conn, act, of| change_on(conn, act, of, &place, &by)).await
}

/// The same within a transaction, which tells nobody.
///
/// # Errors
/// [`Error`], a sentence.
pub fn change_on(conn: &mut Conn, act: &Act, of: &Actor, place: &Place, by: &By) -> Result<(), Error> {
    let carrier = carrier(conn, of, &by.organisation)?;
    let (member, role) = the_member(conn, of, &place.organisation)?;
    let noted = of_another(act, member.id, carrier, by)?;
    if role != place.role {
        not_steward(of, place.role)?;
        stays_carried(of, &member, role)?;
    }
    let brought = coalition::members(conn, of.id)?.into_iter().find(|one| one.actor_id == member.id);
    let is_same = brought.is_some_and(|one| one.dimensions == place.dimensions);
    if role == place.role && (place.dimensions.is_empty() || is_same) {
        return Err(Error::Refused(format!("`{}` is {role} of `{}` already", member.handle, of.handle)));
    }
    if !place.dimensions.is_empty() {
        coalition::set_brought(conn, of.id, member.id, &place.dimensions)?;
    }
    if role == place.role {
        return note(conn, of.id, member.id, MembershipAct::Brings, Some(place.role), noted);
    }
    coalition::set_member(conn, of.id, member.id, place.role, noted.made_at)?;
    note(conn, of.id, member.id, MembershipAct::Role, Some(place.role), noted)
}

/// The circumstances of an act on a membership: whoever acts on another's says why.
fn of_another(act: &Act, member: i64, by_id: i64, by: &By) -> Result<Noted, Error> {
    if member == by_id { by.noted(act, by_id) } else { by.reasoned(act, by_id) }
}

/// Ends a membership: that of another with a reason, by those who carry the coalition; its own by any organisation. The
/// coalition's id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn remove(app: &SharedApp, handle: &str, member: String, by: By) -> Result<String, Error> {
    acted(app, handle, move |conn, act, of| remove_on(conn, act, of, &member, &by)).await
}

/// The same within a transaction, which tells nobody.
///
/// # Errors
/// [`Error`], a sentence.
pub fn remove_on(conn: &mut Conn, act: &Act, of: &Actor, member: &str, by: &By) -> Result<(), Error> {
    let (one, _) = organisation_of(conn, &by.organisation)?;
    let leaves = one.handle == member.trim_start_matches('@');
    let by_id = if leaves { one.id } else { carrier(conn, of, &by.organisation)? };
    let (member, role) = the_member(conn, of, member)?;
    let noted = of_another(act, member.id, by_id, by)?;
    stays_carried(of, &member, role)?;
    coalition::remove_member(conn, of.id, member.id)?;
    note(conn, of.id, member.id, MembershipAct::Removed, None, noted)
}

/// Hands a coalition over: from then on another organisation is its steward, and the one before it a member. The coalition's id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn hand_over(app: &SharedApp, handle: &str, to: String, by: By) -> Result<String, Error> {
    acted(app, handle, move |conn, act, of| hand_over_on(conn, act, of, &to, &by)).await
}

/// The same within a transaction, which tells nobody.
///
/// # Errors
/// [`Error`], a sentence.
pub fn hand_over_on(conn: &mut Conn, act: &Act, of: &Actor, to: &str, by: &By) -> Result<(), Error> {
    let (steward, _) = organisation_of(conn, &by.organisation)?;
    if coalition::role(conn, of.id, steward.id)? != Some(Role::Steward) {
        return Err(Error::Refused(format!(
            "`{}` is not the steward of `{}`: the steward alone hands it over",
            steward.handle, of.handle
        )));
    }
    let noted = by.reasoned(act, steward.id)?;
    let (next, name) = organisation_of(conn, to)?;
    if next.id == steward.id {
        return Err(Error::Refused(format!("`{}` is the steward already: name another", next.handle)));
    }
    place_steward(conn, of.id, next.id, noted)?;
    joins(conn, of.id, &[&name, &next.handle])
}

/// Makes an organisation the steward; one that was it before stays a member. Nothing where it is already.
fn place_steward(conn: &mut Conn, id: i64, next: i64, noted: Noted) -> Result<(), Error> {
    let mut kind = MembershipAct::Added;
    for member in coalition::members(conn, id)? {
        if member.role == Role::Steward {
            if member.actor_id == next {
                return Ok(());
            }
            kind = MembershipAct::HandedOver;
            coalition::set_member(conn, id, member.actor_id, Role::Member, noted.made_at)?;
        }
    }
    coalition::set_member(conn, id, next, Role::Steward, noted.made_at)?;
    note(conn, id, next, kind, Some(Role::Steward), noted)
}

/// Takes over who a file says is steward and member, where it did not say so last; whom it does not name stays.
pub(super) fn take_over(
    conn: &mut Conn,
    act: &Act,
    id: i64,
    (profile, last): (&Profile, Option<&Profile>),
    day: Option<chrono::NaiveDate>,
) -> Result<(), Error> {
    let both = |told: &&ToldMember| profile.steward.as_ref() == Some(&told.handle);
    if let Some(told) = profile.members.iter().find(both) {
        return Err(is_steward(&told.handle));
    }
    let noted = || Noted { day, reason: None, by_id: None, made_at: act.at.naive_utc() };
    let is_new = last.is_none_or(|last| last.steward != profile.steward);
    if let Some(steward) = profile.steward.as_ref().filter(|_| is_new) {
        let (steward, name) = organisation_of(conn, steward)?;
        if coalition::role(conn, id, steward.id)?.is_none() {
            joins(conn, id, &[&name, &steward.handle])?;
        }
        place_steward(conn, id, steward.id, noted())?;
    }
    let is_known = |told: &ToldMember| last.is_some_and(|last| last.members.contains(told));
    for told in profile.members.iter().filter(|told| !is_known(told)) {
        take_over_member(conn, id, told, noted())?;
    }
    Ok(())
}

fn is_steward(handle: &str) -> Error {
    Error::Refused(format!(
        "`{handle}` is the steward: name another with `steward`, or take it out of `members`"
    ))
}

fn take_over_member(conn: &mut Conn, id: i64, told: &ToldMember, noted: Noted) -> Result<(), Error> {
    let (member, name) = organisation_of(conn, &told.handle)?;
    let role = coalition::role(conn, id, member.id)?;
    if role.is_none() {
        joins(conn, id, &[&name, &member.handle])?;
    }
    if role == Some(Role::Steward) {
        return Err(is_steward(&member.handle));
    }
    if role != Some(told.role) {
        let act = if role.is_none() { MembershipAct::Added } else { MembershipAct::Role };
        coalition::set_member(conn, id, member.id, told.role, noted.made_at)?;
        note(conn, id, member.id, act, Some(told.role), noted)?;
    }
    if !told.dimensions.is_empty() {
        coalition::set_brought(conn, id, member.id, &told.dimensions)?;
    }
    Ok(())
}

/// Puts an actor on the wish list of a coalition, or says how far it has come. The coalition's id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn associate(
    app: &SharedApp,
    handle: &str,
    one: Associated,
    by: Option<String>,
) -> Result<String, Error> {
    acted(app, handle, move |conn, _, of| associate_on(conn, of, one, by.as_deref())).await
}

/// The same within a transaction, which tells nobody.
///
/// # Errors
/// [`Error`], a sentence.
pub fn associate_on(conn: &mut Conn, of: &Actor, mut one: Associated, by: Option<&str>) -> Result<(), Error> {
    if let Some(by) = by {
        carrier(conn, of, by)?;
    }
    one.name = one.name.trim().to_owned();
    if folded(&one.name).is_empty() || one.name.chars().count() > MAX_NAME {
        let say =
            format!("the name is empty or longer than {MAX_NAME} characters: write how the actor is called");
        return Err(Error::Refused(say));
    }
    let known = coalition::lists(conn, of.id)?.associated;
    if let Some(known) = known.into_iter().find(|known| folded(&known.name) == folded(&one.name)) {
        one.name = known.name;
        if one.dimensions.is_empty() {
            one.dimensions = known.dimensions;
        }
    }
    Ok(coalition::associate(conn, of.id, &one)?)
}

/// Whoever of these names stands on the wish list has joined.
fn joins(conn: &mut Conn, id: i64, names: &[&str]) -> Result<(), Error> {
    let names: Vec<String> = names.iter().map(|name| folded(name)).collect();
    for mut one in coalition::lists(conn, id)?.associated {
        if names.contains(&folded(&one.name)) && one.state != AssociatedState::Joined {
            one.state = AssociatedState::Joined;
            coalition::associate(conn, id, &one)?;
        }
    }
    Ok(())
}

fn note(
    conn: &mut Conn,
    id: i64,
    member_id: i64,
    act: MembershipAct,
    role: Option<Role>,
    noted: Noted,
) -> Result<(), Error> {
    Ok(life::note_member(conn, id, &MemberAct { member_id, act, role, noted })?)
}

fn the_member(conn: &mut Conn, of: &Actor, handle: &str) -> Result<(Actor, Role), Error> {
    let (member, _) = organisation_of(conn, handle)?;
    match coalition::role(conn, of.id, member.id)? {
        Some(role) => Ok((member, role)),
        None => Err(Error::Refused(format!(
            "`{}` is not in `{}`: take it in with `coalition member add`",
            member.handle, of.handle
        ))),
    }
}

fn not_steward(of: &Actor, role: Role) -> Result<(), Error> {
    if role != Role::Steward {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "a coalition has one steward: hand `{}` over with `coalition handover`",
        of.handle
    )))
}

fn stays_carried(of: &Actor, member: &Actor, role: Role) -> Result<(), Error> {
    if role != Role::Steward {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "`{}` is the steward of `{}`, which is not left without one: hand it over first with `coalition handover`",
        member.handle, of.handle
    )))
}
