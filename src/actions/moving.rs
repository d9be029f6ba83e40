//! Whom else an actor of ours is, and where it moved: what its followers' servers need to follow it there (`Move`). The actor
//! stays, can be read, and takes no new followers.

use std::sync::Arc;

use chrono::TimeDelta;
use reset_federation::webfinger::{self, Resource};

use super::moderation::{note, tidy};
use super::{Act, Error, follow, no_actor, tell_profile};
use crate::ap::activity::Said;
use crate::ap::{keys, resolve};
use crate::app::{App, Local, SharedApp};
use crate::db::Conn;
use crate::domain::actor::ActorKind;
use crate::model::actor::{self, Actor};
use crate::outbox::{self, Audience, NewActivity};

/// How long an actor stays where it moved. Mastodon and GoToSocial take no other `Move` of it before.
const APART: TimeDelta = TimeDelta::days(7);
/// Most other ids that an actor tells of.
const MAX_ALIASES: usize = 20;

/// Somebody who is named by a handle or a URL.
struct Named {
    /// Its id.
    id: String,
    /// What its own server says of it; none of an actor of ours.
    told: Option<reset_federation::actor::RemoteActor>,
}

/// Says that an actor of ours is also the one at this handle or URL, or, with `remove`, that it is not; its followers learn of
/// it. The other's id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn alias(
    app: &SharedApp,
    kind: ActorKind,
    handle: &str,
    other: &str,
    remove: bool,
) -> Result<String, Error> {
    let row = the(app, kind, handle).await?;
    // What is gone can still be taken off the list.
    let listed = row.also_known_as.lines().map(|kept| app.urls.told(kept)).find(|id| id == other);
    let other = match listed {
        Some(id) => id,
        None => named(app, other).await?.id,
    };
    let (act, shared, id) = (Act::now(app), Arc::clone(app), other.clone());
    app.db.write(move |conn| alias_on(conn, &act, &shared, row.id, &other, remove)).await?;
    app.wake.outbox.notify_one();
    Ok(id)
}

fn alias_on(
    conn: &mut Conn,
    act: &Act,
    app: &App,
    actor_id: i64,
    other: &str,
    remove: bool,
) -> Result<(), Error> {
    let row = actor::lock(conn, actor_id)?;
    if other == act.urls.actor(row.kind, &row.handle) {
        return Err(Error::Refused(format!("`{other}` is the actor itself: name its other address")));
    }
    let kept = act.urls.kept(other);
    let mut aliases: Vec<String> = row.also_known_as.lines().map(str::to_owned).collect();
    let is_there = aliases.contains(&kept);
    match (remove, is_there) {
        (false, true) => return Ok(()),
        (true, false) => {
            return Err(Error::Refused(format!("`{}` does not say that it is `{other}`", row.handle)));
        }
        (true, true) => aliases.retain(|alias| *alias != kept),
        (false, false) if aliases.len() >= MAX_ALIASES => {
            return Err(Error::Refused(format!(
                "`{}` has {MAX_ALIASES} other addresses already: remove one with --remove",
                row.handle
            )));
        }
        (false, false) => aliases.push(kept),
    }
    actor::set_aliases(conn, row.id, &aliases, act.at.naive_utc())?;
    let hosts = tell_profile(conn, act, app, row.id)?;
    Ok(outbox::make_due(conn, &hosts, act.at.naive_utc())?)
}

/// Moves an actor of ours to the one at this handle or URL, which must say that it is the same: first its followers learn
/// that it moved, then they are asked to follow it there. The id of the other.
///
/// # Errors
/// [`Error`], a sentence; also within seven days of the last move.
pub async fn move_to(
    app: &SharedApp,
    kind: ActorKind,
    handle: &str,
    to: &str,
    reason: Option<String>,
) -> Result<String, Error> {
    let row = the(app, kind, handle).await?;
    let to = named(app, to).await?;
    let (act, shared, id) = (Act::now(app), Arc::clone(app), to.id.clone());
    let work = move |conn: &mut Conn| move_on(conn, &act, &shared, row.id, &to, tidy(reason));
    app.db.write(work).await?;
    app.wake.outbox.notify_one();
    Ok(id)
}

fn move_on(
    conn: &mut Conn,
    act: &Act,
    app: &App,
    actor_id: i64,
    to: &Named,
    reason: Option<String>,
) -> Result<(), Error> {
    let (row, now) = (actor::lock(conn, actor_id)?, act.at.naive_utc());
    let id = act.urls.actor(row.kind, &row.handle);
    if let Some(at) = row.moved_at.filter(|at| now - *at < APART) {
        let until = (at + APART).and_utc().with_timezone(&act.zone).format("%Y-%m-%d %H:%M");
        return Err(Error::Refused(format!(
            "`{}` moved less than seven days ago, and other servers take no second move before: try again after {until}",
            row.handle
        )));
    }
    may_receive(conn, act, &row, &id, to)?;
    actor::set_moved(conn, row.id, &act.urls.kept(&to.id), reason.as_deref(), now)?;
    let mut hosts = tell_profile(conn, act, app, row.id)?;
    let activity = act.new_id();
    let said = Said { urls: &act.urls, id: &activity, actor: &id, at: act.at };
    let new = NewActivity {
        document: said.collecting("Move", &id.as_str().into(), &to.id),
        id: activity,
        actor_id: row.id,
        kind: "Move",
        publication_id: None,
        public: true,
        to: Audience::Followers,
        // After the Update, which says the same of the same actor.
        subject: id.clone(),
        now,
        quiet: false,
    };
    hosts.extend(outbox::store(conn, new)?);
    note(
        conn,
        act,
        &format!("{} move", command(row.kind)),
        &format!("{id} to {}", to.id),
        reason.as_deref(),
    )?;
    Ok(outbox::make_due(conn, &hosts, now)?)
}

/// Whether an actor may be moved to: it is another, says that it is the same, and has not moved itself.
fn may_receive(conn: &mut Conn, act: &Act, row: &Actor, id: &str, to: &Named) -> Result<(), Error> {
    if to.id == id {
        return Err(Error::Refused(format!("`{id}` is where `{}` is already", row.handle)));
    }
    let (lists, moved) = match (&to.told, act.urls.local(&to.id)) {
        (Some(told), _) => (
            told.also_known_as.iter().any(|other| other.as_str() == id),
            told.moved_to.as_ref().map(ToString::to_string),
        ),
        (None, Some(Local::Actor(handle))) => {
            let found = actor::by_handle(conn, &handle)?.ok_or_else(|| no_actor(conn, row.kind, &handle))?;
            let own = act.urls.kept(id);
            (found.also_known_as.lines().any(|alias| alias == own), found.moved_to)
        }
        _ => (false, None),
    };
    if let Some(moved) = moved {
        return Err(Error::Refused(format!("`{}` has itself moved, to {}", to.id, act.urls.told(&moved))));
    }
    if !lists {
        return Err(Error::Refused(format!(
            "`{}` does not say that it is `{}`: name {id} there first as another address of it (on a reset-node: `{} alias HANDLE {id}`; on Mastodon: account aliases in the settings), then move",
            to.id,
            row.handle,
            command(row.kind)
        )));
    }
    Ok(())
}

/// Ends a move: the actor speaks and takes followers here again. Followers that left do not come back by it. Its id.
///
/// # Errors
/// [`Error`], a sentence; also where it has not moved.
pub async fn cancel(
    app: &SharedApp,
    kind: ActorKind,
    handle: &str,
    reason: Option<String>,
) -> Result<String, Error> {
    let row = the(app, kind, handle).await?;
    let (act, shared) = (Act::now(app), Arc::clone(app));
    let id = act.urls.actor(row.kind, &row.handle);
    let work = move |conn: &mut Conn| {
        let row = actor::lock(conn, row.id)?;
        let now = act.at.naive_utc();
        if row.moved_to.is_none() {
            return Err(Error::Refused(format!("`{}` has not moved", row.handle)));
        }
        actor::stay(conn, row.id, now)?;
        let hosts = tell_profile(conn, &act, &shared, row.id)?;
        let target = act.urls.actor(row.kind, &row.handle);
        let what = format!("{} move --cancel", command(row.kind));
        note(conn, &act, &what, &target, tidy(reason).as_deref())?;
        Ok::<_, Error>(outbox::make_due(conn, &hosts, now)?)
    };
    app.db.write(work).await?;
    app.wake.outbox.notify_one();
    Ok(id)
}

/// Refuses what an actor says that has moved or was deleted, and holds it until the transaction ends: after the coalition, before
/// publications.
pub(super) fn speaks(conn: &mut Conn, act: &Act, row: &Actor) -> Result<(), Error> {
    let row = actor::lock(conn, row.id)?;
    if row.deleted_at.is_some() {
        return Err(no_actor(conn, row.kind, &row.handle));
    }
    let Some(to) = &row.moved_to else { return Ok(()) };
    Err(Error::Refused(format!(
        "`{handle}` moved to {}: it says nothing new here, speak there, or end the move with `{} move {handle} --cancel`",
        act.urls.told(to),
        command(row.kind),
        handle = row.handle,
    )))
}

/// The command that is about this kind of actor.
fn command(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Person => "account",
        other => other.as_str(),
    }
}

/// An actor of ours with its keys, which it needs to tell anything.
async fn the(app: &App, kind: ActorKind, handle: &str) -> Result<Actor, Error> {
    let handle = handle.trim_start_matches('@').to_owned();
    let read = move |conn: &mut Conn| {
        let found = actor::by_handle(conn, &handle)?.filter(|row| row.kind == kind);
        found.ok_or_else(|| no_actor(conn, kind, &handle))
    };
    let row = app.db.read(read).await?;
    keys::signer(app, row.id).await?;
    Ok(row)
}

/// Who is named: one of ours from its row, any other as its own server says now.
async fn named(app: &App, text: &str) -> Result<Named, Error> {
    let handle = match webfinger::parse_resource(text) {
        Ok(Resource::Acct(acct)) if [app.urls.domain(), app.urls.host()].contains(&acct.host.as_str()) => {
            Some(acct.user.to_ascii_lowercase())
        }
        _ => match app.urls.local(text) {
            Some(Local::Actor(handle)) => Some(handle),
            Some(_) => return Err(Error::Refused(format!("`{text}` is no actor that can be followed"))),
            None => None,
        },
    };
    if let Some(handle) = handle {
        let row = app.db.read(move |conn| follow::local_actor(conn, &handle)).await?;
        return Ok(Named { id: app.urls.actor(row.kind, &row.handle), told: None });
    }
    let remote = follow::resolve(app, text).await?;
    let told = resolve::parsed(app, &remote);
    let told = told.map_err(|error| Error::Refused(format!("`{}` cannot be read: {error}", remote.url)))?;
    Ok(Named { id: remote.url, told: Some(told) })
}
