//! Publishing and revising what a coalition says. The same id, or else the same slug in the same coalition, is
//! a revision; what did not change travels to nobody.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::content::{content, kept};
use super::front_matter::Manuscript;
use super::register::{self, Told};
pub use super::withdrawal::{withdraw, withdraw_on};
use super::{Act, Error, consultation, filed, moving, no_actor, note, proposal, trace};
use crate::ap::activity::Said;
use crate::app::{App, Local};
use crate::db::{self, Conn};
use crate::domain::actor::ActorKind;
use crate::domain::publication::{Content, Details, Kind};
use crate::domain::state::{State, transition};
use crate::model::actor::Actor;
use crate::model::coalition;
use crate::model::consultation as answered;
use crate::model::listing;
use crate::model::publication::{self, Publication, Row};
use crate::outbox::{self, Audience, Hosts, NewActivity};
use crate::text::{html, summary};

/// Whether followers get what is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Travel {
    /// They do.
    Deliver,
    /// Pages and outbox only: for archives.
    Quiet,
}

/// What publishing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is public now, and was not before.
    Published,
    /// It was public and is now otherwise.
    Revised,
    /// It is a draft: nobody sees it.
    Drafted,
    /// It already was as it was written.
    Unchanged,
}

/// A publication after it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its URL.
    pub id: String,
    /// What was done.
    pub outcome: Outcome,
}

/// What followers would see, for `--dry-run`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What would be done.
    pub outcome: Outcome,
    /// The title: Mastodon's heading.
    pub title: String,
    /// The line with kind, state and deadline: all that Mastodon shows beside the heading, and GoToSocial's warning.
    pub summary: String,
    /// The HTML that GoToSocial shows behind the warning.
    pub content: String,
    /// The options of a consultation: both then show the content, without a warning, and a poll.
    pub options: Vec<String>,
}

/// Publishes all, or, where one is refused, none.
///
/// # Errors
/// [`Error`], with the index of the manuscript that was refused where it was one of them.
pub async fn publish(
    app: &App,
    manuscripts: Vec<Manuscript>,
    travel: Travel,
) -> Result<Vec<Published>, (Option<usize>, Error)> {
    let mut act = Act::now(app);
    let work = move |conn: &mut Conn| {
        let mut done = Vec::with_capacity(manuscripts.len());
        for (index, manuscript) in manuscripts.iter().enumerate() {
            let published = publish_on(conn, &act, manuscript, travel);
            done.push(published.map_err(|error| Stopped::Refused(Some(index), error))?);
            act.tick();
        }
        Ok(done)
    };
    let result = app.db.write(work).await;
    app.wake.outbox.notify_one();
    result.map_err(Stopped::told)
}

/// What [`publish`] would do and show; nothing of it is kept.
///
/// # Errors
/// As [`publish`].
pub async fn preview(
    app: &App,
    manuscripts: Vec<Manuscript>,
) -> Result<Vec<Preview>, (Option<usize>, Error)> {
    let act = Act::now(app);
    let work = move |conn: &mut Conn| {
        let mut previews = Vec::with_capacity(manuscripts.len());
        for (index, manuscript) in manuscripts.iter().enumerate() {
            let shown = preview_on(conn, &act, manuscript);
            previews.push(shown.map_err(|error| Stopped::Refused(Some(index), error))?);
        }
        Err::<(), _>(Stopped::Preview(previews))
    };
    match app.db.write(work).await {
        Ok(()) => Ok(Vec::new()),
        Err(Stopped::Preview(previews)) => Ok(previews),
        Err(stopped) => Err(stopped.told()),
    }
}

/// Why a transaction was rolled back.
enum Stopped {
    Refused(Option<usize>, Error),
    Preview(Vec<Preview>),
}

impl Stopped {
    fn told(self) -> (Option<usize>, Error) {
        match self {
            Stopped::Refused(index, error) => (index, error),
            Stopped::Preview(_) => (None, db::Error::Panicked.into()),
        }
    }
}

impl<E: Into<Error>> From<E> for Stopped {
    fn from(error: E) -> Stopped {
        Stopped::Refused(None, error.into())
    }
}

fn preview_on(conn: &mut Conn, act: &Act, manuscript: &Manuscript) -> Result<Preview, Error> {
    let published = publish_on(conn, act, manuscript, Travel::Quiet)?;
    let publication = the(conn, act, &published.id)?;
    let context = summary::Context { zone: act.zone, at: act.at, number: publication.decision_number };
    let known = listing::organisations_in(conn, &publication.details)?;
    Ok(Preview {
        outcome: published.outcome,
        title: publication.row.title.clone(),
        summary: summary::summary(&publication.content(), context),
        content: crate::ap::content::html(&publication, &known, act.urls.base(), context),
        options: match publication.details {
            Details::Consultation(asked) => asked.options,
            _ => Vec::new(),
        },
    })
}

/// Publishes within a transaction.
///
/// # Errors
/// [`Error`]; then nothing of the transaction may be kept.
pub fn publish_on(
    conn: &mut Conn,
    act: &Act,
    manuscript: &Manuscript,
    travel: Travel,
) -> Result<Published, Error> {
    let found = coalition::by_handle(conn, &manuscript.coalition)?;
    let Some((group, coalition)) = found else {
        return Err(no_actor(conn, ActorKind::Coalition, &manuscript.coalition));
    };
    coalition::lock(conn, group.id)?;
    moving::speaks(conn, act, &group)?;
    let before = existing(conn, act, &group, manuscript)?;
    let (content, authors, file) = content(conn, act, &coalition, manuscript, before.as_ref())?;
    if let Some(before) = &before
        && let Some(published) = filed::closed(conn, act, manuscript, before, &content)?
    {
        filed::keep(conn, &before.row.id, &file, manuscript.state.is_some())?;
        return Ok(published);
    }
    let (id, outcome) = match &before {
        None => insert(conn, act, &group, manuscript, &content, &authors)?,
        Some(before) => revise(conn, act, manuscript, before, &content, &authors)?,
    };
    filed::keep(conn, &id, &file, manuscript.state.is_some())?;
    let hosts = match (outcome, &before) {
        (Outcome::Published, _) => tell(conn, act, &id, "Create", travel)?,
        (Outcome::Revised, Some(before)) => {
            let mut hosts = tell(conn, act, &id, "Update", travel)?;
            if travel == Travel::Deliver {
                let now = the(conn, act, &id)?;
                hosts.extend(note::learn(conn, act, &before.content(), &now)?);
            }
            hosts
        }
        _ => Hosts::new(),
    };
    if matches!(outcome, Outcome::Published | Outcome::Revised) {
        trace::after_on(conn, act, &id, travel)?;
    }
    outbox::make_due(conn, &hosts, act.at.naive_utc())?;
    Ok(Published { id: act.urls.publication(&id), outcome })
}

/// The publication that a manuscript revises.
pub(super) fn existing(
    conn: &mut Conn,
    act: &Act,
    group: &Actor,
    manuscript: &Manuscript,
) -> Result<Option<Publication>, Error> {
    if let Some(id) = &manuscript.id {
        let here = publication::find(conn, &bare_id(act, id))?;
        let found = match here {
            Some(found) => Some(found),
            None => match publication::id_by_former(conn, id)? {
                Some(id) => publication::find(conn, &id)?,
                None => None,
            },
        };
        if let Some(found) = found {
            if found.actor.id != group.id {
                return Err(Error::OtherCoalition { id: id.clone(), coalition: found.actor.handle });
            }
            return Ok(Some(found));
        }
    }
    let slug = manuscript.slug.as_ref().unwrap_or(&manuscript.default_slug);
    match publication::id_by_slug(conn, group.id, slug)? {
        Some(id) => Ok(publication::find(conn, &id)?),
        None => Ok(None),
    }
}

/// The UUID at the end of one of our URLs; anything else as it is.
pub(super) fn bare_id(act: &Act, id: &str) -> String {
    match act.urls.local(id) {
        Some(Local::Publication(uuid)) => uuid,
        _ => id.to_owned(),
    }
}

/// The publication with this URL, id, or `coalition/slug`.
pub(crate) fn the(conn: &mut Conn, act: &Act, id: &str) -> Result<Publication, Error> {
    let mut found = publication::find(conn, &bare_id(act, id))?;
    if let (None, Some((handle, slug))) = (&found, id.split_once('/'))
        && let Some((group, _)) = coalition::by_handle(conn, handle.trim_start_matches('@'))?
        && let Some(id) = publication::id_by_slug(conn, group.id, slug)?
    {
        found = publication::find(conn, &id)?;
    }
    found.ok_or_else(|| Error::NoPublication(id.to_owned()))
}

fn details_json(details: &Details) -> Result<String, Error> {
    serde_json::to_string(details)
        .map_err(|error| db::Error::Corrupt(format!("the details cannot be written: {error}")).into())
}

fn insert(
    conn: &mut Conn,
    act: &Act,
    group: &Actor,
    manuscript: &Manuscript,
    content: &Content,
    authors: &[i64],
) -> Result<(String, Outcome), Error> {
    let kind = content.details.kind();
    transition(kind, State::Draft, content.state)?;
    let now = act.at.naive_utc();
    let public = content.state != State::Draft;
    let slug = manuscript.slug.as_ref().unwrap_or(&manuscript.default_slug);
    let kept = kept(content);
    let row = Row {
        id: act.new_id(),
        coalition_id: group.id,
        kind,
        slug: slug.clone(),
        former_id: manuscript.id.clone(),
        state: content.state,
        title: content.title.clone(),
        summary: content.summary.clone(),
        body: content.body.clone(),
        html: html::render(&content.body),
        language: content.language.clone(),
        licence: content.licence.clone(),
        details: details_json(&kept.details)?,
        revision: i32::from(public),
        published_at: public.then_some(now),
        updated_at: now,
        withdrawn_at: None,
        withdrawn_reason: None,
        replies: 0,
        likes: 0,
        shares: 0,
    };
    publication::insert(conn, &row, authors, &kept)?;
    if !public {
        return Ok((row.id, Outcome::Drafted));
    }
    match &content.details {
        Details::Consultation(asked) => consultation::schedule(conn, act, &row, asked)?,
        Details::Proposal(_) => proposal::filed(conn, act, None, &row, content, authors)?,
        _ => {}
    }
    register::keep(conn, act, group, &row.id, None, content, &told(manuscript, content))?;
    Ok((row.id, Outcome::Published))
}

/// What a file tells of the state that it gives a decision.
fn told(manuscript: &Manuscript, content: &Content) -> Told {
    let by = content.authors.first().cloned();
    Told { by, reason: manuscript.reason.clone(), ..Told::default() }
}

fn revise(
    conn: &mut Conn,
    act: &Act,
    manuscript: &Manuscript,
    before: &Publication,
    content: &Content,
    authors: &[i64],
) -> Result<(String, Outcome), Error> {
    let id = before.row.id.clone();
    let kind = before.row.kind;
    if content.details.kind() != kind {
        let slug = before.row.slug.clone();
        return Err(Error::OtherKind { slug, kind });
    }
    if before.row.withdrawn_at.is_some() {
        return Err(Error::Withdrawn(before.row.slug.clone()));
    }
    transition(kind, before.row.state, content.state)?;
    let old = before.content();
    let slug = new_slug(conn, manuscript, before)?;
    if *content == old {
        if slug != before.row.slug {
            publication::set_slug(conn, &id, &slug)?;
        }
        return Ok((id, Outcome::Unchanged));
    }
    filed::may_revise(conn, act, before, content)?;
    let row = revised(act, before, content, slug)?;
    publication::revise(conn, &row, authors, content, manuscript.reason.as_deref())?;
    let outcome = match (before.row.published_at, row.published_at) {
        (None, None) => Outcome::Drafted,
        (None, Some(_)) => Outcome::Published,
        (Some(_), _) => Outcome::Revised,
    };
    register::keep(conn, act, &before.actor, &id, Some(before), content, &told(manuscript, content))?;
    if let (Outcome::Published | Outcome::Revised, Details::Consultation(asked)) = (outcome, &content.details)
    {
        consultation::schedule(conn, act, &row, asked)?;
    }
    if outcome != Outcome::Drafted && kind == Kind::Proposal {
        proposal::filed(conn, act, Some(before), &row, content, authors)?;
    }
    Ok((id, outcome))
}

/// The slug that a revision leaves: the one written; where it is found by its id and none is written, its own.
fn new_slug(conn: &mut Conn, manuscript: &Manuscript, before: &Publication) -> Result<String, Error> {
    let Some(slug) = &manuscript.slug else {
        return Ok(before.row.slug.clone());
    };
    match publication::id_by_slug(conn, before.row.coalition_id, slug)? {
        Some(other) if other != before.row.id => Err(Error::SlugTaken(slug.clone())),
        _ => Ok(slug.clone()),
    }
}

/// The row of a publication after this content took the place of the one before.
pub(super) fn revised(
    act: &Act,
    before: &Publication,
    content: &Content,
    slug: String,
) -> Result<Row, Error> {
    let old = &before.row;
    let public = content.state != State::Draft;
    let at = match old.published_at {
        Some(_) => later(act.at, old.updated_at.and_utc()),
        None => act.at,
    }
    .naive_utc();
    Ok(Row {
        slug,
        state: content.state,
        title: content.title.clone(),
        summary: content.summary.clone(),
        body: content.body.clone(),
        html: html::render(&content.body),
        language: content.language.clone(),
        licence: content.licence.clone(),
        details: details_json(&content.details)?,
        revision: old.revision.saturating_add(i32::from(public)),
        published_at: old.published_at.or(public.then_some(at)),
        updated_at: at,
        ..old.clone()
    })
}

/// `updated` travels in whole seconds, and peers take only a newer one: each revision has a second of its own.
pub(super) fn later(now: DateTime<Utc>, last: DateTime<Utc>) -> DateTime<Utc> {
    now.max(last.trunc_subsecs(0) + TimeDelta::seconds(1))
}

/// Stores an activity with the document of a publication as it is now; the caller makes its hosts due.
pub(super) fn tell(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    kind: &'static str,
    travel: Travel,
) -> Result<Hosts, Error> {
    let publication = the(conn, act, id)?;
    let known = listing::organisations_in(conn, &publication.details)?;
    let object = crate::ap::publication::document(&act.urls, &publication, &known, act.zone, act.at);
    say(conn, act, &publication, kind, &object, travel)
}

/// Stores an activity of a coalition about its publication; the caller makes its hosts due.
pub(super) fn say(
    conn: &mut Conn,
    act: &Act,
    publication: &Publication,
    kind: &'static str,
    object: &serde_json::Value,
    travel: Travel,
) -> Result<Hosts, Error> {
    let id = act.new_id();
    let actor = act.urls.coalition(&publication.actor.handle);
    let said = Said { urls: &act.urls, id: &id, actor: &actor, at: act.at };
    let document = said.publicly(kind, object);
    fits(&document, &publication.row.title)?;
    let new = NewActivity {
        id,
        actor_id: publication.actor.id,
        kind,
        publication_id: Some(publication.row.id.clone()),
        document,
        public: true,
        to: match publication.details {
            Details::Consultation(_) => Audience::FollowersAnd(answered::inboxes(conn, &publication.row.id)?),
            _ => Audience::Followers,
        },
        subject: act.urls.publication(&publication.row.id),
        now: act.at.naive_utc(),
        quiet: travel == Travel::Quiet,
    };
    Ok(outbox::store(conn, new)?)
}

/// Refuses what is larger than peers take.
pub(super) fn fits(document: &serde_json::Value, title: &str) -> Result<(), Error> {
    let bytes = document.to_string().len();
    if bytes > reset_federation::limits::MAX_ACTIVITY_OUT {
        return Err(Error::TooLong { title: title.to_owned(), bytes });
    }
    Ok(())
}
