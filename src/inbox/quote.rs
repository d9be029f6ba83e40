//! `QuoteRequest` for one of our publications or notes (FEP-044f): allowed with a stamp, and again with the same one each time it is
//! repeated; refused where the publication was withdrawn or the stamp was revoked. A post that quotes without asking has no
//! effect here.

use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::check::Refusal;
use reset_federation::{note, quote};
use serde_json::Value;

use super::answer;
use super::scene::{Scene, Step, Stopped, ignored, ours};
use crate::ap;
use crate::ap::activity::Said;
use crate::ap::policy;
use crate::app::{App, new_id};
use crate::model;
use crate::model::actor::Actor;
use crate::model::quote::Quote;
use crate::model::reaction::On;
use crate::outbox::{self, Audience, NewActivity};

/// Answers a request. The quoting post is its sender's own: the checks before have seen to that.
pub(super) fn on_quote_request(app: &App, activity: Activity) -> Result<Step, Refusal> {
    let target = activity.object.as_ref().and_then(ObjectRef::id).ok_or(Refusal::Missing("object"))?;
    let (Some(quoted), Some(path)) = (ours(app, target), app.urls.path(target.as_str())) else {
        return Ok(ignored("a request to quote nothing of ours"));
    };
    let value = activity.instrument.as_ref().and_then(ObjectRef::value);
    let value = value.ok_or(Refusal::Missing("instrument"))?;
    let post = note::parse(value, app.config.federation.allow_http)?;
    let page = post.url.as_ref().unwrap_or(&post.id).to_string();
    let request = Request {
        quoted,
        path: path.to_owned(),
        target: target.as_str().to_owned(),
        page: post.is_public().then_some(page),
        quotes_another: quote::quotes_another(value, target.as_str()),
        url: post.id.into(),
        answered: ap::quote::answered(&activity.raw),
    };
    Ok(Step::Effect(Box::new(move |scene| request.answer(scene))))
}

/// A request, read.
struct Request {
    /// What is to be quoted.
    quoted: On,
    /// Its path, as rows hold it.
    path: String,
    /// Its URL.
    target: String,
    /// The quoting post.
    url: String,
    /// Where people read it, if everybody may.
    page: Option<String>,
    /// It says that it quotes something else.
    quotes_another: bool,
    /// The request as our answer holds it.
    answered: Value,
}

impl Request {
    fn answer(self, scene: &mut Scene<'_>) -> Result<&'static str, Stopped> {
        answer::is_small(&self.answered)?;
        let Some((quoted, is_there)) = self.quoted(scene)? else {
            return Ok("a request to quote what was never public");
        };
        if model::reply::is_buried(scene.conn, &self.url, scene.sender.id)? {
            return Ok("the quoting post was deleted before it asked");
        }
        let known = model::quote::find(scene.conn, &self.path, &self.url)?;
        let is_revoked = known.as_ref().is_some_and(|known| known.revoked_at.is_some());
        if !is_there || is_revoked || self.quotes_another {
            self.say(scene, &quoted, "Reject", None)?;
            return Ok("a quote was refused");
        }
        let (stamp, outcome) = match known {
            Some(known) => {
                model::quote::set_page(scene.conn, &known.id, self.page.as_deref())?;
                (known.id, "a quote was allowed again")
            }
            None => (self.store(scene, &quoted)?, "a quote was allowed"),
        };
        let stamp = scene.app.urls.stamp(&stamp);
        self.say(scene, &quoted, "Accept", Some(stamp))?;
        Ok(outcome)
    }

    /// Who said what is to be quoted, and whether it is still there; none where it never was for everybody.
    fn quoted(&self, scene: &mut Scene<'_>) -> Result<Option<(Actor, bool)>, Stopped> {
        Ok(match &self.quoted {
            On::Publication(id) => {
                let found = model::publication::find(scene.conn, id)?;
                let found = found.filter(|found| found.row.published_at.is_some());
                found.map(|found| (found.actor.clone(), found.is_public()))
            }
            On::Note(id) => {
                let found = model::note::find(scene.conn, id)?;
                found.map(|found| (found.author, found.row.deleted_at.is_none()))
            }
        })
    }

    /// Stores the quote. The id of its stamp.
    fn store(&self, scene: &mut Scene<'_>, quoted: &Actor) -> Result<String, Stopped> {
        let quote = Quote {
            id: new_id(scene.now.and_utc()),
            actor_id: quoted.id,
            target: self.path.clone(),
            remote_id: scene.sender.id,
            url: self.url.clone(),
            page: self.page.clone(),
            given_at: scene.now,
            revoked_at: None,
            revoked_reason: None,
        };
        model::quote::insert(scene.conn, &quote)?;
        model::handles::named(scene.conn, scene.sender.id, scene.now)?;
        if policy::is_withheld(scene.conn, &scene.rules, scene.sender.id, &scene.sender.url)? {
            model::quote::set_withheld(scene.conn, scene.sender.id, true)?;
        }
        Ok(quote.id)
    }

    /// To the own inbox of who asked, by the actor that was quoted.
    fn say(
        &self,
        scene: &mut Scene<'_>,
        quoted: &Actor,
        kind: &'static str,
        stamp: Option<String>,
    ) -> Result<(), Stopped> {
        let at = scene.now.and_utc();
        let id = new_id(at);
        let actor = scene.app.urls.actor(quoted.kind, &quoted.handle);
        let said = Said { urls: &scene.app.urls, id: &id, actor: &actor, at };
        let mut document = said.to(kind, &scene.sender.url, &self.answered);
        if let (Some(stamp), Some(object)) = (stamp, document.as_object_mut()) {
            object.insert("result".to_owned(), stamp.into());
        }
        let new = NewActivity {
            id,
            actor_id: quoted.id,
            kind,
            publication_id: None,
            document,
            public: false,
            to: Audience::Inboxes(vec![scene.sender.inbox.clone()]),
            subject: self.target.clone(),
            now: scene.now,
            quiet: false,
        };
        scene.after.due.extend(outbox::store(scene.conn, new)?);
        Ok(())
    }
}
