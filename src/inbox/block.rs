//! `Block` of one of our actors by a remote one, and its `Undo`: whoever blocks an actor follows it no more and gets nothing
//! from it. What it said before stays its own.

use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::check::Refusal;

use super::scene::{Scene, Step, Stopped, ignored};
use crate::app::App;
use crate::model;

/// What a delivery says that a block dropped.
const DROPPED: &str = "dropped: its receiver blocks the sender";

/// Ends a follow, and closes the sender's own inbox to the actor it blocks.
pub(super) fn on_block(app: &App, activity: &Activity) -> Result<Step, Refusal> {
    let object = activity.object.as_ref().and_then(ObjectRef::id).ok_or(Refusal::Missing("object"))?;
    let object = object.as_str().to_owned();
    if app.urls.local(&object).is_none() {
        return Ok(ignored("a block of an actor of another server"));
    }
    let id = activity.id.to_string();
    Ok(Step::Effect(Box::new(move |scene| {
        let Some(blocked) = scene.local_actor(&object)? else {
            return Err(Stopped::Refused("no_such_actor", "there is no such actor here"));
        };
        if model::reply::is_buried(scene.conn, &id, scene.sender.id)? {
            return Ok("the block was undone before it came");
        }
        model::follower::remove(scene.conn, blocked.id, scene.sender.id)?;
        model::block::add(scene.conn, blocked.id, scene.sender.id, &id, scene.now)?;
        // A shared inbox is not closed: others read there.
        for inbox in model::block::closed_inboxes(scene.conn, blocked.id)? {
            if inbox == scene.sender.inbox {
                model::delivery::drop_inbox(scene.conn, &inbox, Some(blocked.id), scene.now, DROPPED)?;
            }
        }
        Ok("an actor of ours was blocked")
    })))
}

/// Ends a block, by the actor it was of.
pub(super) fn unblock(scene: &mut Scene<'_>, blocked: &str) -> Result<&'static str, Stopped> {
    let Some(actor) = scene.local_actor(blocked)? else {
        return Ok("an undo of a block of nobody here");
    };
    match model::block::remove(scene.conn, actor.id, scene.sender.id)? {
        true => Ok("an actor of ours is no longer blocked"),
        false => Ok("there was no such block"),
    }
}
