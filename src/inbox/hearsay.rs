//! What one actor says that another did: an activity that was handed on (signed by who forwards it), or one inside an
//! `Announce` (FEP-1b12). It counts if its own actor vouches for it, else if the announcer lives where that actor lives, else
//! as far as its origin confirms it; else it is dropped.

use reset_federation::activity::{self, Activity, ActivityKind, ObjectRef};
use reset_federation::check::{self, Refusal};
use reset_federation::url_check::{authority, same_origin};
use url::Url;

use super::intake::known_by;
use super::moved;
use super::scene::{Step, Stopped, ignored};
use crate::ap::fetch::{FetchError, Fetcher};
use crate::ap::policy::{Policy, Rules};
use crate::ap::resolve::{self, Age};
use crate::ap::vouched::{self, Made, Unvouched};
use crate::app::App;
use crate::model::inbox_item;
use crate::{db, model};

/// An activity and who told it.
pub(super) struct Hearsay {
    /// What is said to have been done.
    activity: Activity,
    /// Who says so; signed.
    teller: Url,
    /// Whether it stood in an `Announce`.
    announced: bool,
}

/// An activity that `teller` handed on.
///
/// # Errors
/// Where it is not its actor's.
pub(super) fn handed_on(rules: &Rules, activity: Activity, teller: &str) -> Result<Step, Refusal> {
    if activity.kind == ActivityKind::Move {
        return Ok(ignored(moved::HEARSAY));
    }
    check::activity_origin(&activity)?;
    let teller = Url::parse(teller).map_err(|_| Refusal::Invalid("actor"))?;
    // Either was let in, and blocked since.
    if [&teller, &activity.actor].into_iter().any(|url| rules.id(url) == Policy::Blocked) {
        return Ok(Step::Effect(Box::new(|_| {
            Err(Stopped::Refused("blocked", "its sender is blocked here"))
        })));
    }
    Ok(Step::Hear(Box::new(Hearsay { activity, teller, announced: false })))
}

/// The activity inside an `Announce`; none where its object is something else. What has no effect here is not even asked about.
///
/// # Errors
/// Where the embedded activity cannot be read or is not its actor's.
pub(super) fn announced(app: &App, announce: &Activity) -> Result<Option<Step>, Refusal> {
    let Some(ObjectRef::Embedded(object)) = &announce.object else { return Ok(None) };
    let is_act = object.kind.as_deref().is_some_and(|kind| ActivityKind::of(kind).is_known());
    if !is_act || object.value.get("actor").is_none() {
        return Ok(None);
    }
    let activity = activity::parse(object.value.clone(), app.config.federation.allow_http)?;
    if activity.kind == ActivityKind::Announce {
        return Ok(Some(ignored("an announce of an announce")));
    }
    if activity.kind == ActivityKind::Move {
        return Ok(Some(ignored(moved::HEARSAY)));
    }
    if authority(&activity.actor) == app.urls.host() {
        return Ok(Some(ignored("what our own actors do is known here")));
    }
    check::activity_origin(&activity)?;
    let hearsay = Hearsay { activity, teller: announce.actor.clone(), announced: true };
    Ok(Some(Step::Hear(Box::new(hearsay))))
}

/// What is found out about hearsay.
pub(super) enum Found {
    /// It is its actor's word, and has its effect once.
    Theirs(Activity),
    /// Its origin says what stands now: that counts, as often as it is asked.
    Now(Activity),
    /// It has no effect.
    Nothing(&'static str),
}

/// Asks whether it is true.
///
/// # Errors
/// [`FetchError`]: refused, or not to be told for now.
pub(super) async fn ask(fetcher: &Fetcher<'_>, hearsay: Hearsay) -> Result<Found, FetchError> {
    let Hearsay { mut activity, teller, announced } = hearsay;
    if !is_about_ours(fetcher.app(), &activity).await? {
        return Ok(Found::Nothing("it is about nothing of ours"));
    }
    // What an actor is, and that it is no more, no other actor of its server can say for it.
    if announced && same_origin(&teller, &activity.actor) && !is_about_itself(&activity) {
        resolve::actor(fetcher, &activity.actor, Age::Any).await?;
        return Ok(Found::Theirs(activity));
    }
    match vouched::check(fetcher, &activity.raw, &activity.actor, Made::Lately).await {
        // A profile holds keys: it is read from its origin, so that no old one comes back.
        Ok(()) if activity.kind != ActivityKind::Update || !is_about_itself(&activity) => {
            return Ok(Found::Theirs(activity));
        }
        Ok(()) | Err(Unvouched::Missing) => {}
        Err(Unvouched::Actor(error @ FetchError::Later(_))) => return Err(error),
        Err(why) => {
            tracing::info!(activity = %activity.id, %teller, %why, "what was handed on does not vouch for itself")
        }
    }
    let object = activity.object.as_ref().and_then(ObjectRef::id).cloned();
    match (&activity.kind, object) {
        (ActivityKind::Delete, Some(id)) => Ok(match is_gone(fetcher, &id).await? {
            true => Found::Now(activity),
            false => Found::Nothing("it is said to be deleted, but is still there"),
        }),
        (ActivityKind::Create | ActivityKind::Update, Some(id)) => {
            let document = fetcher.document(&id).await?;
            resolve::actor(fetcher, &activity.actor, Age::Any).await?;
            activity.object = Some(ObjectRef::from(document));
            activity.more_objects.clear();
            Ok(Found::Now(activity))
        }
        _ => of_origin(fetcher, &activity).await,
    }
}

/// Whether it may have an effect here at all: groups announce whatever is said in them, and nobody is asked about the rest.
async fn is_about_ours(app: &App, activity: &Activity) -> Result<bool, FetchError> {
    let object = activity.object.as_ref();
    let about = match activity.kind {
        ActivityKind::Create => match object.and_then(ObjectRef::value) {
            Some(value) => value.get("inReplyTo").and_then(|parent| parent.as_str()),
            None => return Ok(true),
        },
        ActivityKind::Like | ActivityKind::Dislike => object.and_then(ObjectRef::id).map(Url::as_str),
        _ => return Ok(true),
    };
    let Some(about) = about.map(str::to_owned) else { return Ok(false) };
    if app.urls.local(&about).is_some() {
        return Ok(true);
    }
    let known = app.db.read(move |conn| Ok::<_, db::Error>(model::reply::find(conn, &about)?)).await?;
    Ok(known.is_some())
}

/// Whether it changes or deletes its actor.
fn is_about_itself(activity: &Activity) -> bool {
    matches!(activity.kind, ActivityKind::Update | ActivityKind::Delete)
        && activity.objects().any(|object| object.id() == Some(&activity.actor))
}

async fn is_gone(fetcher: &Fetcher<'_>, id: &Url) -> Result<bool, FetchError> {
    match fetcher.document(id).await {
        Ok(document) => Ok(document.value.get("type").and_then(|kind| kind.as_str()) == Some("Tombstone")),
        Err(FetchError::Gone) => Ok(true),
        Err(error) => Err(error),
    }
}

/// The activity as its own server gives it by its id.
async fn of_origin(fetcher: &Fetcher<'_>, told: &Activity) -> Result<Found, FetchError> {
    let document = match fetcher.document(&told.id).await {
        Ok(document) => document,
        Err(FetchError::Gone) => return Ok(Found::Nothing("its origin does not know it")),
        Err(error) => return Err(error),
    };
    let found = activity::parse(document.value, fetcher.app().config.federation.allow_http)?;
    if found.id != told.id || found.actor != told.actor || found.kind != told.kind {
        return Ok(Found::Nothing("its origin says something else"));
    }
    resolve::actor(fetcher, &found.actor, Age::Any).await?;
    Ok(Found::Theirs(found))
}

/// Makes an effect happen once only, however many tell of the activity.
pub(super) fn once(actor: &str, id: &Url, step: Step) -> Step {
    let id = known_by(actor, id.as_str());
    match step {
        Step::Effect(effect) => {
            Step::Effect(Box::new(move |scene| match inbox_item::remember(scene.conn, &id, scene.now)? {
                true => effect(scene),
                false => Ok::<_, Stopped>("it was taken before"),
            }))
        }
        other => other,
    }
}
