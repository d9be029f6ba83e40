//! `Follow` of one of our actors: accepted at once, and again each time it is repeated, since the first Accept may be lost.

use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::check::Refusal;

use super::scene::{Scene, Step, Stopped, ignored};
use crate::ap::activity::Said;
use crate::app::{App, new_id};
use crate::model;
use crate::model::actor::Actor;
use crate::outbox::{self, Audience, NewActivity};

/// Adds a follower and accepts.
pub(super) fn on_follow(app: &App, activity: Activity) -> Result<Step, Refusal> {
    let object = activity.object.as_ref().and_then(ObjectRef::id).ok_or(Refusal::Missing("object"))?;
    let object = object.as_str().to_owned();
    if app.urls.local(&object).is_none() {
        return Ok(ignored("a follow of an actor of another server"));
    }
    Ok(Step::Effect(Box::new(move |scene| {
        let Some(followed) = scene.local_actor(&object)? else {
            return Err(Stopped::Refused("there is no such actor here"));
        };
        // Whoever follows again blocks no more.
        model::block::remove(scene.conn, followed.id, scene.sender.id)?;
        model::follower::add(scene.conn, followed.id, scene.sender.id, scene.now)?;
        accept(scene, &followed, &object, &activity)?;
        Ok("a follower was added")
    })))
}

/// To the follower's own inbox, with the Follow as it came (Mastodon and GoToSocial match on it).
fn accept(
    scene: &mut Scene<'_>,
    followed: &Actor,
    followed_url: &str,
    follow: &Activity,
) -> Result<(), Stopped> {
    let at = scene.now.and_utc();
    let id = new_id(at);
    let said = Said { urls: &scene.app.urls, id: &id, actor: followed_url, at };
    let document = said.to("Accept", &scene.sender.url, &follow.raw);
    let new = NewActivity {
        id,
        actor_id: followed.id,
        kind: "Accept",
        publication_id: None,
        document,
        public: false,
        to: Audience::Inboxes(vec![scene.sender.inbox.clone()]),
        subject: followed_url.to_owned(),
        now: scene.now,
        quiet: false,
    };
    scene.after.due.extend(outbox::store(scene.conn, new)?);
    Ok(())
}
