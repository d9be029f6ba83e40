//! `Update` of a reply by its author, and of an actor by itself.

use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::actor::{self, RemoteActor};
use reset_federation::check::Refusal;

use super::create::{self, Reply};
use super::scene::{Counter, Scene, Step, Stopped, ignored};
use crate::ap::resolve;
use crate::app::App;
use crate::model;

/// Replaces what is stored of the object.
pub(super) fn on_update(app: &App, activity: Activity) -> Result<Step, Refusal> {
    let id = activity.object.as_ref().and_then(ObjectRef::id).ok_or(Refusal::Missing("object"))?.clone();
    let Some(value) = activity.object.as_ref().and_then(ObjectRef::value) else {
        return Ok(Step::Fetch(id, Box::new(activity)));
    };
    if id == activity.actor {
        let profile = actor::parse(value, app.config.federation.allow_http)?;
        let document = value.to_string();
        return Ok(Step::Effect(Box::new(move |scene| change_profile(scene, &profile, document))));
    }
    match Reply::read(app, value)? {
        Some(reply) => Ok(Step::Effect(Box::new(move |scene| change_reply(scene, reply)))),
        None => Ok(ignored("a change of nothing that is kept here")),
    }
}

fn change_profile(
    scene: &mut Scene<'_>,
    profile: &RemoteActor,
    document: String,
) -> Result<&'static str, Stopped> {
    // Those that are no longer listed are forgotten as well.
    scene.after.keys.extend(model::remote::key_ids(scene.conn, profile.id.as_str())?);
    resolve::keep(scene.conn, profile, document, scene.now)?;
    scene.after.keys.extend(profile.keys.iter().map(|key| key.id.to_string()));
    Ok("a profile was changed")
}

fn change_reply(scene: &mut Scene<'_>, reply: Reply) -> Result<&'static str, Stopped> {
    let Some(known) = model::reply::find(scene.conn, &reply.url)? else {
        return match reply.public {
            true => create::store(scene, reply),
            false => Ok("a reply that is not public"),
        };
    };
    if known.remote_id != scene.sender.id {
        return Err(Stopped::Refused("not_owner", "the reply is another actor's"));
    }
    if !reply.public {
        model::reply::delete(scene.conn, known.id)?;
        if known.is_shown() {
            scene.tally.add(known.publication_id, Counter::Replies, -1);
        }
        return Ok("a reply is no longer public");
    }
    let row = reply.into_row(known.publication_id, scene.sender.id, scene.now);
    if known.updated_at.is_some_and(|before| row.updated_at.is_none_or(|now| now < before)) {
        return Ok("an older text of a reply");
    }
    model::reply::revise(scene.conn, known.id, &row)?;
    Ok("a reply was changed")
}
