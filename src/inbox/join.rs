//! `Join` and `Leave` of a meeting (FEP-8a8e, as Mobilizon sends them): a registration, accepted or rejected at once, and again
//! each time it is repeated.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::check::Refusal;

use super::answer::{self, Answer};
use super::scene::{Scene, Step, Stopped, ignored, publication_of};
use crate::app::App;
use crate::domain::meeting::may_register;
use crate::domain::publication::{Details, Meeting};
use crate::model;
use crate::model::publication::Publication;
use crate::model::registration::{self, NewRegistration};
use crate::text::dates;

/// Registers the actor, or says no.
pub(super) fn on_join(app: &App, activity: Activity) -> Result<Step, Refusal> {
    let object = activity.object.as_ref().and_then(ObjectRef::id).ok_or(Refusal::Missing("object"))?;
    let Some(id) = publication_of(app, object) else {
        return Ok(ignored("a join of no meeting of ours"));
    };
    Ok(Step::Effect(Box::new(move |scene| join(scene, &id, &activity))))
}

/// Removes the actor's registration.
pub(super) fn on_leave(app: &App, activity: &Activity) -> Result<Step, Refusal> {
    let object = activity.object.as_ref().and_then(ObjectRef::id).ok_or(Refusal::Missing("object"))?;
    let Some(id) = publication_of(app, object) else {
        return Ok(ignored("a leave of no meeting of ours"));
    };
    Ok(Step::Effect(Box::new(move |scene| leave(scene, &id))))
}

/// Takes a registration back, for a `Leave` and for an `Undo` of the `Join`.
pub(super) fn leave(scene: &mut Scene<'_>, id: &str) -> Result<&'static str, Stopped> {
    match registration::remove(scene.conn, id, scene.sender.id)? {
        true => Ok("a registration was taken back"),
        false => Ok("there was no such registration"),
    }
}

fn join(scene: &mut Scene<'_>, id: &str, activity: &Activity) -> Result<&'static str, Stopped> {
    let found = model::publication::find(scene.conn, id)?;
    let Some(publication) = found.filter(|found| found.row.published_at.is_some()) else {
        return Ok("a join of no meeting of ours");
    };
    let Details::Meeting(meeting) = &publication.details else {
        return Ok("a join of no meeting of ours");
    };
    let join_id = activity.id.to_string();
    if model::reply::is_buried(scene.conn, &join_id, scene.sender.id)? {
        return Ok("the join was undone before it came");
    }
    let refused = refused(scene, &publication, meeting)?;
    if refused.is_none() {
        let row = NewRegistration {
            publication_id: id.to_owned(),
            remote_id: scene.sender.id,
            join_id,
            registered_at: scene.now,
        };
        registration::add(scene.conn, &row)?;
        model::handles::named(scene.conn, scene.sender.id, scene.now)?;
    }
    let answer = Answer {
        kind: if refused.is_some() { "Reject" } else { "Accept" },
        actor_id: publication.actor.id,
        actor: &scene.app.urls.coalition(&publication.actor.handle),
        subject: &scene.app.urls.publication(id),
    };
    answer::send(scene, &answer, activity)?;
    Ok(refused.unwrap_or("a registration was accepted"))
}

/// Why the actor may not register. One that is registered keeps its place.
fn refused(
    scene: &mut Scene<'_>,
    publication: &Publication,
    meeting: &Meeting,
) -> Result<Option<&'static str>, Stopped> {
    let id = &publication.row.id;
    if meeting.capacity.is_some() {
        registration::lock(scene.conn, id)?;
    }
    let mut others = registration::count(scene.conn, id)?;
    if registration::is_registered(scene.conn, id, scene.sender.id)? {
        // Its own place is among those that are taken.
        others = others.saturating_sub(1);
    }
    let zone = dates::zone(&scene.app.config.node.timezone);
    let over = is_over(meeting, zone, scene.now.and_utc());
    let elsewhere = meeting.registration_url.is_some();
    let may = may_register(publication.row.state, over, elsewhere, meeting.capacity, others);
    Ok(may.err().map(|why| why.sentence()))
}

/// Whether its end has passed: where no end is known, that of its last day.
fn is_over(meeting: &Meeting, zone: Tz, now: DateTime<Utc>) -> bool {
    let zone = meeting.timezone.as_deref().map_or(zone, dates::zone);
    crate::text::meetings::end(meeting, zone).is_some_and(|end| end <= now)
}
