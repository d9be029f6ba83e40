//! What our people do. Each action is one transaction: the domain write and the activities that it causes; the caller's
//! workers are woken after it. An action takes what was asked, never a request or a session, and refuses in one sentence.

pub mod account;
pub mod action_item;
pub mod amendment;
pub mod attachment;
pub mod ballot;
pub mod blocklist;
pub mod charter;
pub mod closing;
pub mod coalition;
mod coalition_file;
pub mod comment;
pub mod confirmation;
pub mod consultation;
mod content;
pub mod contribution;
pub mod decision;
pub mod declaration;
pub mod deletion;
mod entitled;
pub mod fields;
mod filed;
pub mod follow;
pub mod front_matter;
pub mod handles;
pub mod keys;
pub mod life;
pub mod lock;
pub mod membership;
pub mod milestone;
pub mod minutes;
pub mod moderation;
pub mod moving;
pub mod node;
pub mod note;
pub mod organisation;
pub mod pin;
pub mod position;
pub mod profile;
pub mod proposal;
pub mod publication;
pub mod quote;
pub mod register;
pub mod registration;
pub mod reply;
pub mod report;
mod restate;
mod revision;
mod steps;
pub mod suspension;
pub mod trace;
mod withdrawal;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::ap;
use crate::app::{App, Urls, new_id};
use crate::db::{self, Conn};
use crate::domain::actor::ActorKind;
use crate::domain::handle::BadHandle;
use crate::domain::publication::Kind;
use crate::domain::state::Forbidden;
use crate::model;
use crate::outbox::{self, Audience, Hosts, NewActivity};

/// Why an action was refused, as one sentence, or why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not answer.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// A handle that cannot be used.
    #[error(transparent)]
    Handle(#[from] BadHandle),
    /// A handle that an actor has or had.
    #[error("the handle `{0}` is taken: handles are one namespace and are never reused, choose another")]
    Taken(String),
    /// No such actor.
    #[error("there is no {kind} `{handle}` on this node{}", .nearest.as_ref().map(|near| format!(": did you mean `{near}`?")).unwrap_or_default())]
    NoActor {
        /// What was looked for.
        kind: ActorKind,
        /// As written.
        handle: String,
        /// One that there is.
        nearest: Option<String>,
    },
    /// No such publication.
    #[error(
        "there is no publication `{0}` on this node: give its URL, the id at the end of it, or coalition/slug"
    )]
    NoPublication(String),
    /// A state that cannot follow.
    #[error(transparent)]
    State(#[from] Forbidden),
    /// What the rules of a round do not allow.
    #[error(transparent)]
    Round(#[from] crate::domain::round::Refused),
    /// A publication is of another kind than its new text.
    #[error("`{slug}` is a {kind}: its kind cannot be changed, publish the other under another slug")]
    OtherKind {
        /// Of the publication.
        slug: String,
        /// What it is.
        kind: Kind,
    },
    /// A publication belongs to another coalition.
    #[error("the publication `{id}` belongs to the coalition `{coalition}`: its coalition cannot be changed")]
    OtherCoalition {
        /// Its id.
        id: String,
        /// Whose it is.
        coalition: String,
    },
    /// A slug that another publication of the coalition has.
    #[error("the slug `{0}` is another publication's of this coalition: choose another")]
    SlugTaken(String),
    /// The frozen part of a decision would change.
    #[error(
        "decision {number} of `{coalition}` is in the register: its title, text, language, date, method and source are frozen, publish another decision that supersedes it"
    )]
    Frozen {
        /// Whose register.
        coalition: String,
        /// In the register.
        number: i32,
    },
    /// The options of a published consultation would change.
    #[error(
        "people answer the options of `{0}`: they stay as they were published, withdraw it and ask under another slug"
    )]
    Asked(String),
    /// A decision cannot be withdrawn.
    #[error("a decision is never withdrawn: publish another decision that supersedes or repeals it")]
    DecisionStays,
    /// What was withdrawn cannot be revised.
    #[error("`{0}` was withdrawn: its address stays a tombstone, publish the text under another slug")]
    Withdrawn(String),
    /// A reason is needed.
    #[error("the reason is empty: say in a few words why, it is published")]
    NoReason,
    /// What would travel is larger than peers take.
    #[error(
        "`{title}` would be {bytes} bytes as an activity: peers take at most {}, shorten it",
        reset_federation::limits::MAX_ACTIVITY_OUT
    )]
    TooLong {
        /// Of the publication.
        title: String,
        /// Of the activity.
        bytes: usize,
    },
    /// A profile that cannot be read.
    #[error(transparent)]
    Field(#[from] fields::Error),
    /// Something else that the person who asked can mend; a sentence.
    #[error("{0}")]
    Refused(String),
    /// A key of an actor could not be made or read.
    #[error(transparent)]
    Key(#[from] crate::ap::keys::Error),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Error {
        Error::Database(error.into())
    }
}

/// The circumstances of an act: what a transaction needs of the node, apart from its connection.
#[derive(Clone, Debug)]
pub struct Act {
    /// Builds ids.
    pub urls: Urls,
    /// The moment.
    pub at: DateTime<Utc>,
    /// Where the node tells deadlines.
    pub zone: Tz,
    /// The node's language, BCP 47.
    pub language: String,
}

impl Act {
    /// An act now.
    pub fn now(app: &App) -> Act {
        Act {
            urls: app.urls.clone(),
            at: app.now(),
            zone: zone(app),
            language: app.config.node.language.clone(),
        }
    }

    /// The same a millisecond later: ids of things that are made one after the other sort in that order.
    pub fn tick(&mut self) {
        self.at += chrono::TimeDelta::milliseconds(1);
    }

    /// The day of the act, where the node is.
    pub fn today(&self) -> NaiveDate {
        self.at.with_timezone(&self.zone).date_naive()
    }

    /// A new id of this moment.
    pub fn new_id(&self) -> String {
        new_id(self.at)
    }
}

/// The node's time zone; configuration has refused a name that is none.
pub fn zone(app: &App) -> Tz {
    app.config.node.timezone.parse().unwrap_or(Tz::UTC)
}

fn no_actor(conn: &mut Conn, kind: ActorKind, handle: &str) -> Error {
    let handles = match model::actor::handles(conn, kind) {
        Ok(handles) => handles,
        Err(error) => return error.into(),
    };
    Error::NoActor { kind, handle: handle.to_owned(), nearest: nearest(handle, &handles) }
}

fn nearest(found: &str, known: &[String]) -> Option<String> {
    let scored = known.iter().map(|word| (strsim::jaro_winkler(found, word), word));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.7).then(|| best.1.clone())
}

/// Tells the followers of an actor what its profile says now. It must have its keys. The hosts are to be made due at the end
/// of the transaction.
fn tell_profile(conn: &mut Conn, act: &Act, app: &App, actor_id: i64) -> Result<Hosts, Error> {
    let row = model::actor::by_id(conn, actor_id)?;
    let signer = ap::keys::stored(conn, &act.urls, row.id)?;
    let profile = ap::actor::profile(conn, &row)?.ok_or_else(|| no_actor(conn, row.kind, &row.handle))?;
    let told = ap::actor::document(app, &row, &profile, &signer);
    let id = act.new_id();
    let new = NewActivity {
        document: ap::actor::update(app, &id, &told, act.at),
        id,
        actor_id: row.id,
        kind: "Update",
        publication_id: None,
        public: false,
        to: Audience::Followers,
        subject: act.urls.actor(row.kind, &row.handle),
        now: act.at.naive_utc(),
        quiet: false,
    };
    Ok(outbox::store(conn, new)?)
}

/// Takes a handle for a new actor.
fn take_handle(conn: &mut Conn, act: &Act, handle: &str, kind: ActorKind) -> Result<i64, Error> {
    crate::domain::handle::check(handle)?;
    if model::actor::ever(conn, handle)?.is_some() {
        return Err(Error::Taken(handle.to_owned()));
    }
    Ok(model::actor::insert(conn, handle, kind, act.at.naive_utc())?)
}
