//! `Create` of a public reply in the thread of one of our publications. All else that is created elsewhere is none of ours;
//! what was addressed to a few is never stored to be shown.

use chrono::NaiveDateTime;
use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::check::Refusal;
use reset_federation::note::{self, RemoteObject};
use serde_json::Value;
use url::Url;

use super::scene::{Counter, Scene, Step, Stopped, ignored, ours};
use super::vote;
use crate::ap::policy;
use crate::app::App;
use crate::model;
use crate::model::reaction::On;
use crate::model::reply::{Attachment, NewReply};
use crate::text::html;

/// Counts an answer to a consultation, or stores a reply.
pub(super) fn on_create(app: &App, activity: &Activity) -> Result<Step, Refusal> {
    if let Some(answer) = vote::on_vote(app, activity)? {
        return Ok(answer);
    }
    let value = activity.object.as_ref().and_then(ObjectRef::value).ok_or(Refusal::Missing("object"))?;
    let Some(reply) = Reply::read(app, value)? else {
        return Ok(ignored("it answers nothing"));
    };
    if !reply.public {
        return Ok(ignored("a reply that is not public"));
    }
    Ok(Step::Effect(Box::new(move |scene| store(scene, reply))))
}

/// A remote object that answers something, with its text already safe.
pub(super) struct Reply {
    /// Its id.
    pub(super) url: String,
    /// Whether everybody may read it.
    pub(super) public: bool,
    in_reply_to: Url,
    /// The publication or the note of ours that it answers.
    answered: Option<On>,
    html: String,
    warning: Option<String>,
    attachments: String,
    page: Option<String>,
    language: Option<String>,
    published: Option<NaiveDateTime>,
    updated: Option<NaiveDateTime>,
    document: String,
}

impl Reply {
    /// None where it answers nothing, or is a vote.
    pub(super) fn read(app: &App, value: &Value) -> Result<Option<Reply>, Refusal> {
        let object = note::parse(value, app.config.federation.allow_http)?;
        let Some(in_reply_to) = object.in_reply_to.clone() else {
            return Ok(None);
        };
        let answered = ours(app, &in_reply_to);
        if object.is_vote() {
            return Ok(None);
        }
        Ok(Some(Reply {
            public: object.is_public(),
            in_reply_to,
            answered,
            html: safe(&object),
            warning: warning(&object),
            attachments: attachments(&object),
            page: object.url.as_ref().map(Url::to_string),
            language: object.language.clone(),
            published: object.published.map(|at| at.naive_utc()),
            updated: object.updated.map(|at| at.naive_utc()),
            document: value.to_string(),
            url: object.id.into(),
        }))
    }

    /// The row, under this publication.
    pub(super) fn into_row(self, publication_id: String, remote_id: i64, now: NaiveDateTime) -> NewReply {
        NewReply {
            url: self.url,
            publication_id,
            in_reply_to: self.in_reply_to.into(),
            remote_id,
            html: self.html,
            page: self.page,
            language: self.language,
            published_at: self.published.map_or(now, |at| at.min(now)),
            updated_at: self.updated.map(|at| at.min(now)),
            received_at: now,
            document: self.document,
            warning: self.warning,
            attachments: self.attachments,
            withheld: false,
        }
    }
}

/// The content warning as one line.
fn warning(object: &RemoteObject) -> Option<String> {
    let warning = html::line_of_remote(object.summary.as_deref()?);
    (!warning.is_empty()).then_some(warning)
}

/// What it brings along, as the row keeps it.
fn attachments(object: &RemoteObject) -> String {
    let kept = |one: &note::Attachment| Attachment { url: one.url.to_string(), name: one.name.clone() };
    let kept: Vec<Attachment> = object.attachments.iter().map(kept).collect();
    serde_json::to_string(&kept).unwrap_or_else(|_| "[]".to_owned())
}

/// The text as safe HTML. A text that says it is not HTML is shown as it stands.
fn safe(object: &RemoteObject) -> String {
    let mut safe = String::new();
    let content = object.content.as_deref().or(object.name.as_deref()).unwrap_or_default();
    match object.content.is_some() && object.media_type == "text/html" {
        true => safe.push_str(&html::sanitise_remote(content)),
        false if content.is_empty() => {}
        false => {
            safe.push_str("<p>");
            safe.push_str(&html::escape(content));
            safe.push_str("</p>");
        }
    }
    safe
}

/// Stores a public reply, if it is in a thread of ours.
pub(super) fn store(scene: &mut Scene<'_>, reply: Reply) -> Result<&'static str, Stopped> {
    // It may have been put off, and have been overtaken by the Delete.
    if model::remote::is_gone(scene.conn, scene.sender.id)? {
        return Ok("a reply by an actor that was deleted");
    }
    let publication = match &reply.answered {
        Some(On::Publication(id)) => Some(id.clone()),
        Some(On::Note(id)) => model::note::thread(scene.conn, id)?,
        None => {
            let parent = model::reply::find(scene.conn, reply.in_reply_to.as_str())?;
            parent.map(|parent| parent.publication_id)
        }
    };
    let Some(publication) = publication else {
        return Ok("a reply in no thread of ours");
    };
    if !model::publication::is_public(scene.conn, &publication)? {
        return Ok("a reply to what is not public");
    }
    if model::reply::is_buried(scene.conn, &reply.url, scene.sender.id)? {
        return Ok("the reply was deleted before it came");
    }
    if model::lock::find(scene.conn, &publication)?.is_some() {
        return Ok("a reply to a publication that is locked");
    }
    let mut row = reply.into_row(publication, scene.sender.id, scene.now);
    row.withheld = policy::is_withheld(scene.conn, &scene.rules, scene.sender.id, &scene.sender.url)?;
    if !model::reply::insert(scene.conn, &row)? {
        return Ok("the reply was known");
    }
    if row.withheld {
        return Ok("a reply was kept, and is not shown: its author's server is limited here");
    }
    model::handles::named(scene.conn, scene.sender.id, scene.now)?;
    scene.tally.add(row.publication_id, Counter::Replies, 1);
    Ok("a reply was added")
}
