//! What an effect sees and leaves: the transaction, the sender, the counters, and what to do once it is committed.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDateTime;
use reset_federation::activity::Activity;
use url::Url;

use super::hearsay::Hearsay;
use crate::ap::policy::{self, Rules};
use crate::app::{App, Local};
use crate::db::{self, Conn};
use crate::domain::consultation::RESULTS_EVERY;
use crate::domain::reaction::Kind;
use crate::model;
use crate::model::actor::Actor;
use crate::model::reaction::On;
use crate::outbox::Hosts;

/// What an activity asks for.
pub(super) enum Step {
    /// An effect on our rows.
    Effect(Effect),
    /// The object must first be read from its own server; the activity is then understood again with it.
    Fetch(Url, Box<Activity>),
    /// Somebody else says that it was done: whether that is so must be asked first.
    Hear(Box<Hearsay>),
}

/// An effect on our rows, all of it or nothing; its answer goes into the item's outcome.
pub(super) type Effect = Box<dyn FnOnce(&mut Scene<'_>) -> Result<&'static str, Stopped> + Send>;

/// No effect, and why.
pub(super) fn ignored(why: &'static str) -> Step {
    Step::Effect(Box::new(move |_| Ok(why)))
}

/// Why an effect was not completed; nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stopped {
    /// The sender may not do this: one of a few words for counting, and a sentence.
    #[error("refused: {1}")]
    Refused(&'static str, &'static str),
    /// It may work later.
    #[error(transparent)]
    Db(#[from] db::Error),
}

impl From<diesel::result::Error> for Stopped {
    fn from(error: diesel::result::Error) -> Stopped {
        Stopped::Db(error.into())
    }
}

/// The actor whose act it is: who signed, or who was said to have done it and did.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    /// Row id.
    pub(super) id: i64,
    /// Its id.
    pub(super) url: String,
    /// Its own inbox.
    pub(super) inbox: String,
}

/// A counter of a publication, or of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Counter {
    /// Replies that are shown.
    Replies,
    /// Likes or announces.
    Reactions(Kind),
    /// Answers to a consultation, come or gone: their counts are to be told.
    Answers,
    /// Likes or announces of a note.
    NoteReactions(Kind),
}

/// What a batch of effects adds up to, written once at its end, in the order of publications so that two batches never wait
/// for each other in a circle.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<(String, Counter), i64>);

impl Tally {
    /// Adds to a counter.
    pub(super) fn add(&mut self, publication: String, counter: Counter, change: i64) {
        *self.0.entry((publication, counter)).or_default() += change;
    }

    /// Adds to the likes or announces of a publication or a note.
    pub(super) fn react(&mut self, on: On, kind: Kind, change: i64) {
        match on {
            On::Publication(id) => self.add(id, Counter::Reactions(kind), change),
            On::Note(id) => self.add(id, Counter::NoteReactions(kind), change),
        }
    }

    /// Adds another tally.
    pub(super) fn merge(&mut self, other: Tally) {
        for ((publication, counter), change) in other.0 {
            self.add(publication, counter, change);
        }
    }

    /// Writes the sums.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn write(self, conn: &mut Conn, now: NaiveDateTime) -> model::Result<()> {
        for ((publication, counter), change) in self.0 {
            match counter {
                _ if change == 0 => {}
                Counter::Replies => model::reply::count(conn, &publication, change)?,
                Counter::Reactions(kind) => model::reaction::count(conn, &publication, kind, change)?,
                Counter::Answers => model::consultation::changed(conn, &publication, now + RESULTS_EVERY)?,
                Counter::NoteReactions(kind) => {
                    model::reaction::count_note(conn, &publication, kind, change)?;
                }
            }
        }
        Ok(())
    }
}

/// What is done once the transaction is committed.
#[derive(Debug, Default)]
pub(super) struct After {
    /// Hosts to which something was enqueued: made due at the end of the transaction.
    pub(super) due: Hosts,
    /// Keys that may have changed.
    pub(super) keys: Vec<String>,
    /// Senders of whom something was put off: what they sent later waits.
    pub(super) put_off: Vec<String>,
    /// Nothing was done, since the rules for servers changed meanwhile.
    pub(super) stale: bool,
    /// When what was done with came in.
    pub(super) ended: Vec<NaiveDateTime>,
}

/// See the module.
pub(super) struct Scene<'a> {
    /// The server.
    pub(super) app: &'a App,
    /// The transaction.
    pub(super) conn: &'a mut Conn,
    /// The time.
    pub(super) now: NaiveDateTime,
    /// When the activity came.
    pub(super) received: NaiveDateTime,
    /// Whose act it is.
    pub(super) sender: Sender,
    /// Whom this node speaks with.
    pub(super) rules: Arc<Rules>,
    /// What changes in the counters, if the effect is kept.
    pub(super) tally: Tally,
    /// What follows, if the effect is kept.
    pub(super) after: After,
}

impl Scene<'_> {
    /// Shows or withholds the replies of the sender, after one of ours began or ceased to follow it.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn settle_shown(&mut self) -> Result<(), Stopped> {
        let sender = vec![(self.sender.id, self.sender.url.clone())];
        for (publication, change) in policy::settle_shown(self.conn, &self.rules, sender)? {
            self.tally.add(publication, Counter::Replies, change);
        }
        Ok(())
    }

    /// The local actor with exactly this id.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn local_actor(&mut self, url: &str) -> Result<Option<Actor>, Stopped> {
        let handle = match self.app.urls.local(url) {
            Some(Local::Actor(handle)) => handle,
            Some(Local::Node) => "node".to_owned(),
            _ => return Ok(None),
        };
        let found = model::actor::by_handle(self.conn, &handle)?;
        Ok(found.filter(|actor| self.app.urls.actor(actor.kind, &actor.handle) == url))
    }
}

/// The row id of the publication with exactly this id; none for anything else.
pub(super) fn publication_of(app: &App, url: &Url) -> Option<String> {
    match app.urls.local(url.as_str()) {
        Some(Local::Publication(id)) if app.urls.publication(&id) == url.as_str() => Some(id),
        _ => None,
    }
}

/// The publication or the note of ours with exactly this id; none for anything else.
pub(super) fn ours(app: &App, url: &Url) -> Option<On> {
    match app.urls.local(url.as_str()) {
        Some(Local::Note(id)) if app.urls.note(&id) == url.as_str() => Some(On::Note(id)),
        _ => publication_of(app, url).map(On::Publication),
    }
}

/// Whether everybody may read it.
///
/// # Errors
/// The database's.
pub(super) fn is_public(conn: &mut Conn, on: &On) -> Result<bool, Stopped> {
    Ok(match on {
        On::Publication(id) => model::publication::is_public(conn, id)?,
        On::Note(id) => model::note::is_public(conn, id)?,
    })
}
