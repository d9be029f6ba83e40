//! Acts on minutes and milestones: the revision that they make, who may, and who did.

use super::publication::Travel;
use super::restate::restate;
use super::{Act, Error, no_actor, trace};
use crate::db::Conn;
use crate::domain::act::Act as What;
use crate::domain::actor::{ActorKind, Role};
use crate::domain::publication::Content;
use crate::model::act::NewAct;
use crate::model::actor::Actor;
use crate::model::publication::Publication;
use crate::model::{coalition, organisation};
use crate::outbox;

/// Gives a publication another public content within a transaction, tells its followers and takes up what follows. The coalition
/// is locked by the caller. What it is then.
///
/// # Errors
/// [`Error`]; then nothing of the transaction may be kept.
pub(super) fn restate_on(
    conn: &mut Conn,
    act: &Act,
    before: &Publication,
    content: &Content,
    reason: Option<&str>,
) -> Result<Publication, Error> {
    if *content == before.content() {
        return Ok(before.clone());
    }
    let (now, hosts) = restate(conn, act, before, content, reason)?;
    trace::after_on(conn, act, &now.row.id, Travel::Deliver)?;
    outbox::make_due(conn, &hosts, act.at.naive_utc())?;
    Ok(now)
}

/// The living organisation of this node with this handle.
///
/// # Errors
/// [`Error::NoActor`], which names the nearest.
pub(super) fn organisation(conn: &mut Conn, handle: &str) -> Result<Actor, Error> {
    let bare = handle.trim_start_matches('@');
    match organisation::by_handle(conn, bare)? {
        Some((actor, _)) if actor.deleted_at.is_none() => Ok(actor),
        _ => Err(no_actor(conn, ActorKind::Organisation, bare)),
    }
}

/// Refuses an organisation that does not keep what a coalition says: its stewards and facilitators do, and `also` those that
/// it concerns.
///
/// # Errors
/// [`Error::Refused`], a sentence.
pub(super) fn keeps(conn: &mut Conn, group: &Actor, by: &Actor, also: &[String]) -> Result<(), Error> {
    let role = coalition::role(conn, group.id, by.id)?;
    let kept = matches!(role, Some(Role::Steward | Role::CoSteward | Role::Facilitator));
    if kept || also.contains(&by.handle) {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "`{}` cannot do that in the coalition `{}`: its stewards, its facilitators, and those that wrote or own it do",
        by.handle, group.handle
    )))
}

/// Keeps an act of an organisation on what a publication is now.
///
/// # Errors
/// The database's.
pub(super) fn note(
    conn: &mut Conn,
    act: &Act,
    (publication, by): (&Publication, &Actor),
    what: What,
    reason: Option<&str>,
) -> Result<(), Error> {
    let new = NewAct {
        publication_id: &publication.row.id,
        act: what,
        actor_id: by.id,
        revision: publication.row.revision,
        reason,
        made_at: act.at.naive_utc(),
    };
    Ok(crate::model::act::note(conn, &new)?)
}
