//! The milestones of a roadmap between two files: an organisation says how far one has come, the clock says that it is late.

use super::publication::{Travel, the};
use super::revision::{keeps, note, organisation, restate_on};
use super::{Act, Error, moving, nearest};
use crate::app::App;
use crate::db::{self, Conn};
use crate::domain::act::Act as What;
use crate::domain::publication::{Content, Details, Milestone, MilestoneStatus, Roadmap, When};
use crate::domain::roadmap::{Past, late, next_due, past};
use crate::domain::state::State;
use crate::model::publication::{self, Publication};
use crate::model::{coalition, series};
use crate::text::{Lang, dates, t};

/// Most roadmaps that one look takes: the next look goes on.
const AT_ONCE: i64 = 100;

/// Another status of a milestone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The roadmap: its URL, or the id at its end.
    pub id: String,
    /// The title of the milestone.
    pub milestone: String,
    /// How far it has come.
    pub status: MilestoneStatus,
    /// The handle of the organisation that says so.
    pub by: String,
    /// Why, published.
    pub reason: String,
    /// 0 to 100.
    pub progress: Option<u8>,
    /// Another due date.
    pub due: Option<When>,
}

/// Sets the status of a milestone. The roadmap's URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn set(app: &App, change: Change) -> Result<String, Error> {
    let act = Act::now(app);
    let url = app.db.write(move |conn| set_on(conn, &act, &change)).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

/// The same within a transaction.
///
/// # Errors
/// As [`set`].
pub fn set_on(conn: &mut Conn, act: &Act, change: &Change) -> Result<String, Error> {
    let reason = change.reason.trim();
    if reason.is_empty() {
        return Err(Error::NoReason);
    }
    let group = the(conn, act, &change.id)?.actor;
    coalition::lock(conn, group.id)?;
    moving::speaks(conn, act, &group)?;
    let before = the(conn, act, &change.id)?;
    let mut roadmap = roadmap(&before)?;
    let titles: Vec<String> = roadmap.milestones.iter().map(|one| one.title.clone()).collect();
    let milestone = roadmap.milestones.iter_mut().find(|one| one.title == change.milestone);
    let milestone = milestone.ok_or_else(|| {
        let near = nearest(&change.milestone, &titles).map(|near| format!(": did you mean `{near}`?"));
        Error::Refused(format!("there is no milestone `{}`{}", change.milestone, near.unwrap_or_default()))
    })?;
    let by = organisation(conn, &change.by)?;
    let also: Vec<String> = milestone.owners.iter().cloned().chain(before.content().authors).collect();
    keeps(conn, &group, &by, &also)?;
    apply(act, milestone, change)?;
    milestone.reason = Some(reason.to_owned());
    let content = Content { details: Details::Roadmap(roadmap), ..before.content() };
    let now = restate_on(conn, act, &before, &content, Some(reason))?;
    if now.row.revision != before.row.revision {
        note(conn, act, (&now, &by), What::MilestoneSet, Some(reason))?;
    }
    Ok(act.urls.publication(&before.row.id))
}

/// The roadmap of a publication that may be changed.
fn roadmap(publication: &Publication) -> Result<Roadmap, Error> {
    let row = &publication.row;
    if row.withdrawn_at.is_some() {
        return Err(Error::Withdrawn(row.slug.clone()));
    }
    if row.published_at.is_none() {
        return Err(Error::Refused(format!("`{}` is a draft: publish it first", row.slug)));
    }
    match &publication.details {
        Details::Roadmap(roadmap) => Ok(roadmap.clone()),
        _ => Err(Error::Refused(format!("`{}` is a {}: give the address of a roadmap", row.slug, row.kind))),
    }
}

fn apply(act: &Act, milestone: &mut Milestone, change: &Change) -> Result<(), Error> {
    milestone.due = change.due.or(milestone.due);
    milestone.progress = change.progress.or(milestone.progress);
    milestone.status = change.status;
    let alone = Roadmap { milestones: vec![milestone.clone()] };
    if late(&alone, &[], act.at, |when| dates::end(when, act.zone)).is_some() {
        return Err(Error::Refused(format!(
            "the due date of `{}` has passed, so it is late: give it another with --due",
            milestone.title
        )));
    }
    Ok(())
}

/// Says when a roadmap is next due. `travel`: how it is published or revised; what had passed when a public one was first published
/// without telling anybody is history from then on.
pub(super) fn schedule(
    conn: &mut Conn,
    act: &Act,
    id: &str,
    roadmap: &Roadmap,
    travel: Option<Travel>,
) -> Result<(), Error> {
    let end = |when: When| dates::end(when, act.zone);
    let noted = series::history(conn, id)?.is_some();
    let first = travel.filter(|_| !noted).map(|travel| match travel {
        Travel::Quiet => past(roadmap, act.at, end),
        Travel::Deliver => Vec::new(),
    });
    let history = match &first {
        Some(history) => history.clone(),
        None => history(conn, id)?,
    };
    let due = next_due(roadmap, &history, end).map(|due| due.naive_utc());
    series::set_due(conn, id, due)?;
    if let Some(first) = first {
        let json = serde_json::to_string(&first).map_err(|error| unreadable(&error))?;
        series::set_history(conn, id, &json)?;
    }
    Ok(())
}

fn history(conn: &mut Conn, id: &str) -> Result<Vec<Past>, Error> {
    let json = series::history(conn, id)?;
    Ok(json
        .map(|json| serde_json::from_str(&json).map_err(|error| unreadable(&error)))
        .transpose()?
        .unwrap_or_default())
}

fn unreadable(error: &serde_json::Error) -> Error {
    db::Error::Corrupt(format!("the history of a roadmap: {error}")).into()
}

/// Marks the milestones whose day has passed as late, and tells it: each roadmap in a transaction of its own and, with several
/// workers, by one of them. How many it were.
///
/// # Errors
/// The database's; what was not done is done at the next look.
pub async fn tend(app: &App) -> Result<usize, Error> {
    let now = app.now().naive_utc();
    let due = app.db.read(move |conn| Ok::<_, Error>(series::due(conn, now, AT_ONCE)?)).await?;
    let mut done = 0_usize;
    for (id, group) in due {
        let act = Act::now(app);
        let found = app.db.write(move |conn| late_on(conn, &act, &id, group)).await?;
        done = done.saturating_add(usize::from(found));
    }
    if done > 0 {
        app.wake.outbox.notify_one();
    }
    Ok(done)
}

fn late_on(conn: &mut Conn, act: &Act, id: &str, group: i64) -> Result<bool, Error> {
    coalition::lock(conn, group)?;
    if !series::take_due(conn, id, act.at.naive_utc())? {
        return Ok(false);
    }
    let Some(before) = publication::find(conn, id)?.filter(Publication::is_public) else {
        return Ok(false);
    };
    let gone = before.actor.moved_to.is_some() || before.actor.deleted_at.is_some();
    let (Details::Roadmap(roadmap), State::Published, false) = (&before.details, before.row.state, gone)
    else {
        return Ok(false);
    };
    let end = |when: When| dates::end(when, act.zone);
    let Some(marked) = late(roadmap, &history(conn, id)?, act.at, end) else {
        schedule(conn, act, id, roadmap, None)?;
        return Ok(false);
    };
    let lang = Lang::of_tag(&before.row.language).unwrap_or_default();
    let content = Content { details: Details::Roadmap(marked), ..before.content() };
    restate_on(conn, act, &before, &content, Some(t(lang, "milestone-by-clock")))?;
    Ok(true)
}
