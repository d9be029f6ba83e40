//! Answers to a consultation, as Mastodon sends them: a `Create` of a `Note` that has a `name` and no text, one for each
//! choice; GoToSocial may send several in one `Create`. Counted, never shown and never kept as text.

use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::check::Refusal;
use reset_federation::limits::MAX_OPTIONS;
use reset_federation::note;

use super::scene::{Counter, Scene, Step, Stopped, ignored, publication_of};
use crate::app::App;
use crate::domain::consultation::takes_answers;
use crate::model::consultation::{self, NewAnswer};

/// Counts an answer; none where the activity is no answer to a publication of ours.
pub(super) fn on_vote(app: &App, activity: &Activity) -> Result<Option<Step>, Refusal> {
    let mut publication = None;
    let mut names = Vec::new();
    // More choices than there can be options change nothing.
    for value in activity.objects().filter_map(ObjectRef::value).take(MAX_OPTIONS) {
        let note = note::parse(value, app.config.federation.allow_http)?;
        let (true, Some(asked), Some(name)) = (note.is_vote(), note.in_reply_to.as_ref(), note.name) else {
            return Ok(None);
        };
        let asked = publication_of(app, asked);
        if asked.is_none() || publication.as_ref().is_some_and(|one| Some(one) != asked.as_ref()) {
            return Ok(Some(ignored("an answer to no consultation of ours")));
        }
        publication = asked;
        names.push(name);
    }
    let counted = |id| Step::Effect(Box::new(move |scene: &mut Scene<'_>| count(scene, id, &names)));
    Ok(publication.map(counted))
}

/// One ballot for each actor: of a single choice the first counts, of several each once, as in Mastodon.
fn count(scene: &mut Scene<'_>, id: String, names: &[String]) -> Result<&'static str, Stopped> {
    let Some(asked) = consultation::asked(scene.conn, &id)? else {
        return Ok("an answer to no consultation of ours");
    };
    if !takes_answers(asked.state, asked.opens_at, asked.closes_at, scene.received) {
        return Ok("an answer while the consultation is not open");
    }
    let (sender, several) = (scene.sender.id, asked.consultation.multiple);
    if !several && consultation::has_answered(scene.conn, &id, sender)? {
        return Ok("the actor has answered already");
    }
    let most = if several { names.len() } else { 1 };
    let choices = names.iter().filter_map(|name| {
        let choice = asked.consultation.options.iter().position(|option| option == name)?;
        i32::try_from(choice).ok()
    });
    let mut counted = 0;
    for choice in choices.take(most) {
        let answer =
            NewAnswer { publication_id: id.clone(), remote_id: sender, choice, received_at: scene.received };
        counted += i64::from(consultation::answer(scene.conn, &answer)?);
    }
    if counted == 0 {
        return Ok("no such option, or chosen already");
    }
    scene.tally.add(id, Counter::Answers, counted);
    Ok("an answer was counted")
}
