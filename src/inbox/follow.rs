//! `Follow` of one of our actors: accepted at once, and again each time it is repeated, since the first Accept may be lost.
//! Who has moved takes no new followers.

use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::check::Refusal;

use super::answer::{self, Answer};
use super::scene::{Step, Stopped, ignored};
use crate::app::App;
use crate::model;

/// Adds a follower and accepts.
pub(super) fn on_follow(app: &App, activity: Activity) -> Result<Step, Refusal> {
    let object = activity.object.as_ref().and_then(ObjectRef::id).ok_or(Refusal::Missing("object"))?;
    let object = object.as_str().to_owned();
    if app.urls.local(&object).is_none() {
        return Ok(ignored("a follow of an actor of another server"));
    }
    Ok(Step::Effect(Box::new(move |scene| {
        let Some(followed) = scene.local_actor(&object)? else {
            return Err(Stopped::Refused("no_such_actor", "there is no such actor here"));
        };
        // Whoever follows again blocks no more.
        model::block::remove(scene.conn, followed.id, scene.sender.id)?;
        let moved = followed.moved_to.is_some()
            && !model::follower::is_one(scene.conn, followed.id, scene.sender.id)?;
        let kind = if moved { "Reject" } else { "Accept" };
        let answer = Answer { kind, actor_id: followed.id, actor: &object, subject: &object };
        answer::send(scene, &answer, &activity)?;
        if moved {
            return Ok("a follow of an actor that has moved was rejected");
        }
        model::follower::add(scene.conn, followed.id, scene.sender.id, scene.now)?;
        Ok("a follower was added")
    })))
}
