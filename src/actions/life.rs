//! Acts on a coalition by those who carry it: its stage, what it seeks; and how a file's word of them is noted. Followers get the
//! `Update` of the profile.

use std::sync::Arc;

use chrono::NaiveDate;

use super::moderation::tidy;
use super::profile::Profile;
use super::{Act, Error, no_actor, tell_profile};
use crate::ap::actor::profile;
use crate::ap::keys;
use crate::app::SharedApp;
use crate::db::Conn;
use crate::domain::actor::{ActorKind, Role};
use crate::domain::coalition::Stage;
use crate::model::actor::{self, Actor};
use crate::model::coalition::{self, Coalition};
use crate::model::life::{self, Noted, Step};
use crate::model::organisation;
use crate::outbox;

/// Longest impact sought, and longest reason, in characters.
const MAX_TEXT: usize = 5_000;

/// Who acts on a coalition, why and when.
#[derive(Clone, Debug, Default)]
pub struct By {
    /// The handle of the organisation.
    pub organisation: String,
    /// Published.
    pub reason: Option<String>,
    /// The day of the act; today where none is given.
    pub on: Option<NaiveDate>,
}

impl By {
    /// The circumstances, as they are noted. The day must have come.
    pub(super) fn noted(&self, act: &Act, by_id: i64) -> Result<Noted, Error> {
        let today = act.today();
        let day = self.on.unwrap_or(today);
        if day > today {
            return Err(Error::Refused(format!("{day} has not come yet: give today or a day before it")));
        }
        let reason = tidy(self.reason.clone());
        if reason.as_ref().is_some_and(|reason| reason.chars().count() > MAX_TEXT) {
            return Err(Error::Refused(format!(
                "the reason is longer than {MAX_TEXT} characters: shorten it"
            )));
        }
        Ok(Noted { day: Some(day), reason, by_id: Some(by_id), made_at: act.at.naive_utc() })
    }

    /// The same, where a reason is needed.
    pub(super) fn reasoned(&self, act: &Act, by_id: i64) -> Result<Noted, Error> {
        let noted = self.noted(act, by_id)?;
        if noted.reason.is_none() { Err(Error::NoReason) } else { Ok(noted) }
    }
}

/// The coalition with this handle.
///
/// # Errors
/// [`Error::NoActor`], with the nearest that there is.
pub fn the(conn: &mut Conn, handle: &str) -> Result<Actor, Error> {
    let handle = handle.trim_start_matches('@');
    match coalition::by_handle(conn, handle)? {
        Some((actor, _)) => Ok(actor),
        None => Err(no_actor(conn, ActorKind::Coalition, handle)),
    }
}

/// The organisation of this node with this handle: its row id and its name.
pub(super) fn organisation_of(conn: &mut Conn, handle: &str) -> Result<(Actor, String), Error> {
    let handle = handle.trim_start_matches('@');
    match organisation::by_handle(conn, handle)? {
        Some((actor, row)) => Ok((actor, row.name)),
        None => Err(no_actor(conn, ActorKind::Organisation, handle)),
    }
}

/// Row id of the organisation that acts, if it carries the coalition: its steward or a co-steward.
pub(super) fn carrier(conn: &mut Conn, of: &Actor, handle: &str) -> Result<i64, Error> {
    let (actor, _) = organisation_of(conn, handle)?;
    match coalition::role(conn, of.id, actor.id)? {
        Some(Role::Steward | Role::CoSteward) => Ok(actor.id),
        _ => Err(Error::Refused(format!(
            "`{}` does not carry the coalition `{}`: its steward or a co-steward does this",
            actor.handle, of.handle
        ))),
    }
}

/// Runs an act on a coalition in one transaction; where it changed something, followers learn what the profile says now. The
/// coalition's id.
pub(super) async fn acted<F>(app: &SharedApp, handle: &str, work: F) -> Result<String, Error>
where
    F: FnOnce(&mut Conn, &Act, &Actor) -> Result<(), Error> + Send + 'static,
{
    let handle = handle.to_owned();
    let of = app.db.read(move |conn| the(conn, &handle)).await?;
    // Its followers verify what it says, so it must have its keys.
    keys::signer(app, of.id).await?;
    let (act, shared) = (Act::now(app), Arc::clone(app));
    let id = act.urls.coalition(&of.handle);
    let work = move |conn: &mut Conn| {
        coalition::lock(conn, of.id)?;
        let before = profile(conn, &of)?;
        work(conn, &act, &of)?;
        if profile(conn, &of)? == before {
            return Ok::<_, Error>(());
        }
        actor::touch(conn, of.id, act.at.naive_utc())?;
        let hosts = tell_profile(conn, &act, &shared, of.id)?;
        Ok(outbox::make_due(conn, &hosts, act.at.naive_utc())?)
    };
    app.db.write(work).await?;
    app.wake.outbox.notify_one();
    Ok(id)
}

/// Says where a coalition stands now. Any stage may follow any other, with a reason. The coalition's id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn stage(app: &SharedApp, handle: &str, to: Stage, by: By) -> Result<String, Error> {
    acted(app, handle, move |conn, act, of| stage_on(conn, act, of, to, &by)).await
}

/// The same within a transaction, which tells nobody.
///
/// # Errors
/// [`Error`], a sentence.
pub fn stage_on(conn: &mut Conn, act: &Act, of: &Actor, to: Stage, by: &By) -> Result<(), Error> {
    let noted = by.reasoned(act, carrier(conn, of, &by.organisation)?)?;
    let (_, row) = coalition::by_id(conn, of.id)?;
    if row.stage == to {
        return Err(Error::Refused(format!(
            "`{}` is at the stage `{to}` already: give the one that it enters",
            of.handle
        )));
    }
    let since = life::stages(conn, of.id)?.last().and_then(|step| step.noted.day);
    if let Some(since) = since.filter(|since| noted.day.is_some_and(|day| day < *since)) {
        return Err(Error::Refused(format!(
            "`{}` is at the stage `{}` since {since}: the next one begins on that day or later",
            of.handle, row.stage
        )));
    }
    Ok(life::enter(conn, of.id, to, &noted)?)
}

/// Says what a coalition seeks now; what it sought before stays to be read. The coalition's id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn impact(app: &SharedApp, handle: &str, text: String, by: By) -> Result<String, Error> {
    acted(app, handle, move |conn, act, of| impact_on(conn, act, of, &text, &by).map(drop)).await
}

/// The same within a transaction, which tells nobody. The number of the version.
///
/// # Errors
/// [`Error`], a sentence.
pub fn impact_on(conn: &mut Conn, act: &Act, of: &Actor, text: &str, by: &By) -> Result<i32, Error> {
    let noted = by.reasoned(act, carrier(conn, of, &by.organisation)?)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_TEXT {
        let say = format!("the impact is empty or longer than {MAX_TEXT} characters: say it in some words");
        return Err(Error::Refused(say));
    }
    let (_, row) = coalition::by_id(conn, of.id)?;
    if row.impact.as_deref() == Some(text) {
        return Err(Error::Refused(format!("`{}` seeks exactly that already: nothing is new", of.handle)));
    }
    let last =
        life::impacts(conn, of.id)?.into_iter().rev().find_map(|one| Some((one.version, one.noted.day?)));
    if let Some((version, since)) = last.filter(|(_, since)| noted.day.is_some_and(|day| day < *since)) {
        return Err(Error::Refused(format!(
            "`{}` seeks version {version} since {since}: the next one is of that day or later",
            of.handle
        )));
    }
    Ok(life::seek(conn, of.id, text, &noted)?)
}

fn by_file(act: &Act, day: Option<NaiveDate>, reason: Option<&String>) -> Noted {
    Noted { day, reason: reason.cloned(), by_id: None, made_at: act.at.naive_utc() }
}

/// Notes what the file of a new coalition tells of its stages and of what it seeks.
pub(super) fn begin(conn: &mut Conn, act: &Act, id: i64, profile: &Profile) -> Result<(), Error> {
    for told in &profile.stages {
        life::note_stage(conn, id, told.stage, &by_file(act, told.on, told.reason.as_ref()))?;
    }
    if let Some(impact) = &profile.coalition.impact {
        life::seek(conn, id, impact, &by_file(act, None, profile.impact_reason.as_ref()))?;
    }
    Ok(())
}

/// Notes what a file tells that it did not tell `last`, of a coalition that stands at a stage and seeks an impact; both are set to
/// what they are then. Whether there was anything.
pub(super) fn go_on(
    conn: &mut Conn,
    act: &Act,
    row: &mut Coalition,
    profile: &Profile,
    last: Option<&Profile>,
) -> Result<bool, Error> {
    let moved = go_further(conn, act, row, profile, last)?;
    let told = profile.coalition.impact.as_ref();
    if last.is_some_and(|last| last.coalition.impact.as_ref() == told) || told == row.impact.as_ref() {
        return Ok(moved);
    }
    let Some(text) = told else {
        let by_act = life::impacts(conn, row.actor_id)?.last().is_some_and(|one| one.noted.by_id.is_some());
        row.impact = row.impact.take().filter(|_| by_act);
        return Ok(moved);
    };
    let noted = by_file(act, Some(act.today()), profile.impact_reason.as_ref());
    life::seek(conn, row.actor_id, text, &noted)?;
    row.impact = Some(text.clone());
    Ok(true)
}

fn go_further(
    conn: &mut Conn,
    act: &Act,
    row: &mut Coalition,
    profile: &Profile,
    last: Option<&Profile>,
) -> Result<bool, Error> {
    let Some((now, past)) = profile.stages.split_last() else { return Ok(false) };
    let (known, id, mut moved) = (life::stages(conn, row.actor_id)?, row.actor_id, false);
    let before = last.map_or(&[][..], |last| &last.stages);
    for told in past.iter().filter(|told| !before.contains(told)) {
        let is_it =
            |step: &Step| step.stage == told.stage && (told.on.is_none() || step.noted.day == told.on);
        if !known.iter().any(is_it) {
            life::note_stage(conn, id, told.stage, &by_file(act, told.on, told.reason.as_ref()))?;
            moved = true;
        }
    }
    if before.last() == Some(now) || now.stage == row.stage {
        return Ok(moved);
    }
    let day = now.on.unwrap_or_else(|| act.today());
    let since = known.last().and_then(|step| step.noted.day);
    if let Some(since) = since.filter(|since| day < *since) {
        return Err(Error::Refused(format!(
            "`{}` is at the stage `{}` since {since}: `stage_on` is that day or later",
            profile.handle, row.stage
        )));
    }
    life::note_stage(conn, id, now.stage, &by_file(act, Some(day), now.reason.as_ref()))?;
    row.stage = now.stage;
    Ok(true)
}
