//! `Move` of an actor of another server, by itself: whoever of ours follows it then follows the actor it moved to, if that one,
//! read afresh, says that it is the same. It has such an effect once in seven days, and none where nobody here follows.

use chrono::{NaiveDateTime, TimeDelta};
use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::check::Refusal;
use url::Url;

use super::scene::{Scene, Step, Stopped, ignored};
use crate::ap::fetch::{FetchError, Fetcher};
use crate::ap::policy::{Policy, Rules};
use crate::ap::resolve::{self, Age};
use crate::app::App;
use crate::db::{self, Conn};
use crate::model;
use crate::model::remote::Remote;
use crate::outbox;

/// Two moves that have an effect are this far apart: of an actor, and of one that was moved to.
const APART: TimeDelta = TimeDelta::days(7);
/// Why somebody else's word is not enough.
pub(super) const HEARSAY: &str = "a move that somebody else tells of";

/// Finds out where to: what the `Move` itself says of that actor is not believed.
pub(super) fn on_move(app: &App, activity: Activity) -> Result<Step, Refusal> {
    let to = activity.target.as_ref().and_then(ObjectRef::id).ok_or(Refusal::Missing("target"))?.clone();
    if to == activity.actor {
        return Ok(ignored("it moved to where it was"));
    }
    if app.urls.local(to.as_str()).is_some() {
        return Ok(Step::Effect(Box::new(move |scene| come_here(scene, to.as_str()))));
    }
    Ok(Step::Fetch(to, Box::new(activity)))
}

/// What a `Move` to another server asks for. Nothing is fetched for one that would have no effect.
///
/// # Errors
/// [`FetchError`]: what it moved to cannot be read, or not for now.
pub(super) async fn read(
    fetcher: &Fetcher<'_>,
    rules: &Rules,
    to: &Url,
    activity: &Activity,
) -> Result<Step, FetchError> {
    if rules.id(to) == Policy::Blocked {
        return Ok(ignored("it moved to what is blocked here"));
    }
    let (url, now) = (activity.actor.to_string(), fetcher.app().now().naive_utc());
    let asked = move |conn: &mut Conn| match model::remote::by_url(conn, &url)? {
        Some(old) => Ok::<_, db::Error>(vain(conn, &old, now)?),
        None => Ok(None),
    };
    if let Some(why) = fetcher.app().db.read(asked).await? {
        return Ok(ignored(why));
    }
    let new = resolve::actor(fetcher, to, Age::Now).await?;
    let told = resolve::parsed(fetcher.app(), &new)?;
    if fetcher.app().urls.local(&new.url).is_some() || told.id == activity.actor {
        return Ok(ignored("it says in a roundabout way where it moved"));
    }
    if told.moved_to.is_some() {
        return Ok(ignored("it moved to an actor that has moved itself"));
    }
    if !told.also_known_as.contains(&activity.actor) {
        return Ok(ignored("the actor it moved to does not say that it is the same"));
    }
    let id = new.id;
    Ok(Step::Effect(Box::new(move |scene| follow_on(scene, id))))
}

/// Why a move of this actor has no effect.
fn vain(conn: &mut Conn, old: &Remote, now: NaiveDateTime) -> model::Result<Option<&'static str>> {
    if !model::following::is_asked(conn, old.id)? {
        return Ok(Some("nobody here follows it"));
    }
    let lately = old.moved_at.is_some_and(|at| now - at < APART);
    Ok(lately.then_some("it was part of a move less than seven days ago"))
}

fn follow_on(scene: &mut Scene<'_>, new: i64) -> Result<&'static str, Stopped> {
    let old = model::remote::by_id(scene.conn, scene.sender.id)?;
    if let Some(why) = vain(scene.conn, &old, scene.now)? {
        return Ok(why);
    }
    let new = model::remote::by_id(scene.conn, new)?;
    let (urls, at) = (&scene.app.urls, scene.now.and_utc());
    let known: Vec<i64> =
        model::following::of_remote(scene.conn, new.id)?.into_iter().map(|(_, local)| local.id).collect();
    for (_, local) in model::following::of_remote(scene.conn, old.id)? {
        if !known.contains(&local.id) {
            scene.after.due.extend(outbox::follow(scene.conn, urls, &local, &new, at)?);
        }
    }
    // Who was moved to does not move on at once either, so that no chain of moves keeps us following.
    model::remote::took_part(scene.conn, new.id, scene.now)?;
    leave(scene, &old, &new.url)?;
    Ok("whoever followed it here follows the actor it moved to")
}

/// An actor of ours is where it moved: what is said here is read here without a follow.
fn come_here(scene: &mut Scene<'_>, to: &str) -> Result<&'static str, Stopped> {
    let Some(new) = scene.local_actor(to)? else {
        return Err(Stopped::Refused("no_such_actor", "there is no such actor here"));
    };
    if new.moved_to.is_some() {
        return Ok("it moved to an actor that has moved itself");
    }
    if !new.also_known_as.lines().any(|alias| alias == scene.sender.url) {
        return Ok("the actor it moved to does not say that it is the same");
    }
    let old = model::remote::by_id(scene.conn, scene.sender.id)?;
    if let Some(why) = vain(scene.conn, &old, scene.now)? {
        return Ok(why);
    }
    let kept = scene.app.urls.kept(to);
    leave(scene, &old, &kept)?;
    Ok("it moved to this node, where nobody needs to follow it")
}

/// Ends our follows of an actor that moved. What it said here stays.
fn leave(scene: &mut Scene<'_>, old: &Remote, to: &str) -> Result<(), Stopped> {
    let (urls, at) = (&scene.app.urls, scene.now.and_utc());
    for (follow, local) in model::following::of_remote(scene.conn, old.id)? {
        scene.after.due.extend(outbox::unfollow(scene.conn, urls, &local, (&follow, old), at)?);
    }
    model::remote::set_moved_to(scene.conn, old.id, Some(to))?;
    model::remote::took_part(scene.conn, old.id, scene.now)?;
    scene.settle_shown()
}
