//! A revision that an act makes, instead of a file: minutes are adopted, a milestone is late.

use super::note::learn;
use super::publication::{Travel, revised, tell, the};
use super::{Act, Error, no_actor, trace};
use crate::db::Conn;
use crate::domain::act::Act as What;
use crate::domain::actor::{ActorKind, Role};
use crate::domain::publication::Content;
use crate::domain::state::transition;
use crate::model::act::NewAct;
use crate::model::actor::Actor;
use crate::model::publication::{self, Publication};
use crate::model::{coalition, organisation};
use crate::outbox;

/// Gives a publication another content within a transaction, and tells its followers as a file would. The coalition is locked
/// by the caller. What it is then.
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
    let id = &before.row.id;
    transition(before.row.kind, before.row.state, content.state)?;
    let old = before.content();
    if *content == old {
        return the(conn, act, id);
    }
    let authors = publication::author_ids(conn, id)?;
    let row = revised(act, before, content, before.row.slug.clone())?;
    publication::revise(conn, &row, &authors, content, reason)?;
    let now = the(conn, act, id)?;
    let mut hosts = match (before.row.published_at, now.row.published_at) {
        (_, None) => return Ok(now),
        (None, Some(_)) => tell(conn, act, id, "Create", Travel::Deliver)?,
        (Some(_), Some(_)) => tell(conn, act, id, "Update", Travel::Deliver)?,
    };
    hosts.extend(learn(conn, act, &old, &now)?);
    trace::after_on(conn, act, id, Travel::Deliver)?;
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
