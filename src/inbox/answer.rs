//! Our `Accept` or `Reject` of what an actor asked: to its own inbox, with the activity as it came (Mastodon, GoToSocial and
//! Mobilizon match on it).

use reset_federation::activity::Activity;
use reset_federation::limits::MAX_ANSWERED;
use serde_json::Value;

use super::scene::{Scene, Stopped};
use crate::ap::activity::Said;
use crate::app::new_id;
use crate::outbox::{self, Audience, NewActivity};

/// Who answers, and about what.
pub(super) struct Answer<'a> {
    /// `Accept` or `Reject`.
    pub(super) kind: &'static str,
    /// The row id of the local actor that answers.
    pub(super) actor_id: i64,
    /// Its id.
    pub(super) actor: &'a str,
    /// The id of the thing that was asked about: answers about it keep their order.
    pub(super) subject: &'a str,
}

/// Refuses to answer with a large activity inside: it would be kept, signed and sent once more for each time it comes.
///
/// # Errors
/// [`Stopped::Refused`].
pub(super) fn is_small(asked: &Value) -> Result<(), Stopped> {
    match asked.to_string().len() <= MAX_ANSWERED {
        true => Ok(()),
        false => Err(Stopped::Refused("too_large", "it is too large to be answered")),
    }
}

/// Stores the answer to `asked`, to be sent once the effect is kept.
///
/// # Errors
/// [`Stopped::Refused`] where it is too large, and the database's.
pub(super) fn send(scene: &mut Scene<'_>, answer: &Answer<'_>, asked: &Activity) -> Result<(), Stopped> {
    is_small(&asked.raw)?;
    let at = scene.now.and_utc();
    let id = new_id(at);
    let said = Said { urls: &scene.app.urls, id: &id, actor: answer.actor, at };
    let document = said.to(answer.kind, &scene.sender.url, &asked.raw);
    let new = NewActivity {
        id,
        actor_id: answer.actor_id,
        kind: answer.kind,
        publication_id: None,
        document,
        public: false,
        to: Audience::Inboxes(vec![scene.sender.inbox.clone()]),
        subject: answer.subject.to_owned(),
        now: scene.now,
        quiet: false,
    };
    scene.after.due.extend(outbox::store(scene.conn, new)?);
    Ok(())
}
