//! `Undo` of a Follow (by actor and object, whatever its id), of a Like, an Announce, a Block and a Join (by id, or by actor
//! and object).

use reset_federation::activity::{Activity, ActivityKind};
use reset_federation::check::Refusal;
use reset_federation::url_check;
use serde_json::Value;
use url::Url;

use super::block;
use super::join;
use super::scene::{Scene, Step, Stopped, ours, publication_of};
use crate::app::App;
use crate::domain::reaction::Kind;
use crate::model;
use crate::model::reaction::On;

/// Takes back what the sender did.
pub(super) fn on_undo(app: &App, activity: &Activity) -> Result<Step, Refusal> {
    let undone = activity.object.as_ref().ok_or(Refusal::Missing("object"))?;
    let id = undone.id().map(|id| id.as_str().to_owned());
    let inner = undone.value().and_then(inner_object);
    match undone.kind().map(ActivityKind::of) {
        Some(ActivityKind::Follow) => {
            let followed = inner.ok_or(Refusal::Missing("object.object"))?.to_string();
            Ok(Step::Effect(Box::new(move |scene| unfollow(scene, &followed))))
        }
        Some(kind @ (ActivityKind::Like | ActivityKind::Announce)) => {
            let kind = if kind == ActivityKind::Like { Kind::Like } else { Kind::Announce };
            let on = inner.and_then(|url| ours(app, &url));
            Ok(Step::Effect(Box::new(move |scene| take_back(scene, id, on.map(|on| (kind, on))))))
        }
        Some(ActivityKind::Join) => {
            let meeting = inner.and_then(|url| publication_of(app, &url));
            Ok(Step::Effect(Box::new(move |scene| withdraw_join(scene, id, meeting))))
        }
        Some(ActivityKind::Block) => {
            let blocked = inner.ok_or(Refusal::Missing("object.object"))?.to_string();
            Ok(Step::Effect(Box::new(move |scene| {
                if let Some(id) = id {
                    model::reply::bury(scene.conn, &id, scene.sender.id, scene.now)?;
                }
                block::unblock(scene, &blocked)
            })))
        }
        Some(_) => Ok(super::ignored("an undo of what had no effect here")),
        None => Ok(Step::Effect(Box::new(move |scene| take_back(scene, id, None)))),
    }
}

fn inner_object(value: &Value) -> Option<Url> {
    let object = value.get("object")?;
    let id = object.as_str().or_else(|| object.get("id").and_then(Value::as_str))?;
    url_check::id(id, true).ok()
}

fn unfollow(scene: &mut Scene<'_>, followed: &str) -> Result<&'static str, Stopped> {
    let Some(actor) = scene.local_actor(followed)? else {
        return Ok("an undo of a follow of nobody here");
    };
    match model::follower::remove(scene.conn, actor.id, scene.sender.id)? {
        true => Ok("a follower was removed"),
        false => Ok("there was no such follower"),
    }
}

fn take_back(
    scene: &mut Scene<'_>,
    id: Option<String>,
    shape: Option<(Kind, On)>,
) -> Result<&'static str, Stopped> {
    let sender = scene.sender.id;
    if let Some(id) = &id {
        let removed = model::reaction::remove_by_activity(scene.conn, id, sender)?;
        // The activity may yet come: it shall have no effect then.
        model::reply::bury(scene.conn, id, sender, scene.now)?;
        if let Some((kind, on)) = removed {
            scene.tally.react(on, kind, -1);
            return Ok("a reaction was taken back");
        }
        if shape.is_none() && model::registration::remove_by_join(scene.conn, id, sender)? {
            return Ok("a registration was taken back");
        }
        if model::block::remove_by_activity(scene.conn, id, sender)? {
            return Ok("an actor of ours is no longer blocked");
        }
    }
    if let Some((kind, on)) = shape
        && model::reaction::remove(scene.conn, &on, kind, sender)?
    {
        scene.tally.react(on, kind, -1);
        return Ok("a reaction was taken back");
    }
    Ok("there was no such reaction")
}

fn withdraw_join(
    scene: &mut Scene<'_>,
    id: Option<String>,
    meeting: Option<String>,
) -> Result<&'static str, Stopped> {
    let sender = scene.sender.id;
    if let Some(id) = &id {
        model::reply::bury(scene.conn, id, sender, scene.now)?;
        if model::registration::remove_by_join(scene.conn, id, sender)? {
            return Ok("a registration was taken back");
        }
    }
    match meeting {
        Some(meeting) => join::leave(scene, &meeting),
        None => Ok("there was no such registration"),
    }
}
