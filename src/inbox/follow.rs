//! `Follow` of one of our actors: accepted at once, and again each time it is repeated, since the first Accept may be lost.

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
        model::follower::add(scene.conn, followed.id, scene.sender.id, scene.now)?;
        let accept = Answer { kind: "Accept", actor_id: followed.id, actor: &object, subject: &object };
        answer::send(scene, &accept, &activity)?;
        Ok("a follower was added")
    })))
}
