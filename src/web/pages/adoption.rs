//! Beside minutes and meetings: who submitted, approved, adopted and corrected them, and the meetings before and after of
//! their series.

use serde_json::{Value, json};

use super::parts::{Moment, Named, Reading};
use crate::actions::minutes::{approved, attending};
use crate::db::Conn;
use crate::domain::publication::Details;
use crate::domain::state::State;
use crate::model::act::{self, Done};
use crate::model::publication::Publication;
use crate::model::series::{self, Edition};
use crate::text::{tf, word};
use crate::web::error::Error;

/// What the database has of both.
#[derive(Default)]
pub(super) struct Loaded {
    acts: Vec<Done>,
    known: Vec<String>,
    editions: Vec<Edition>,
}

/// An act on minutes.
pub(super) struct ActView {
    pub act: &'static str,
    pub by: Named,
    pub date: Moment,
    pub reason: Option<String>,
}

/// Another meeting of the series, and its language.
type Neighbour = (Named, String);

/// Beside minutes and meetings.
#[derive(Default)]
pub(super) struct View {
    pub acts: Vec<ActView>,
    /// How many have approved and how many may, while minutes wait.
    pub waits: Option<String>,
    /// The meeting before, with its language.
    pub previous: Option<Neighbour>,
    /// The meeting after, with its language.
    pub next: Option<Neighbour>,
}

/// Reads what belongs beside a publication; nothing of kinds that have none of it.
pub(super) fn load(conn: &mut Conn, publication: &Publication) -> Result<Loaded, Error> {
    let (Details::Minutes(meeting) | Details::Meeting(meeting)) = &publication.details else {
        return Ok(Loaded::default());
    };
    let editions = match &meeting.series {
        Some(name) => series::of(conn, publication.row.coalition_id, name)?,
        None => Vec::new(),
    };
    if !matches!(publication.details, Details::Minutes(_)) {
        return Ok(Loaded { editions, ..Loaded::default() });
    }
    let acts = act::of(conn, &publication.row.id)?;
    Ok(Loaded { acts, known: attending(conn, meeting)?, editions })
}

/// Makes it ready.
pub(super) fn view(loaded: &Loaded, publication: &Publication, reading: &Reading) -> View {
    let told = |done: &Done| ActView {
        act: word(reading.lang, "deed", done.act.as_str()),
        by: Named::organisation(&done.handle, &done.name),
        date: reading.moment(done.made_at),
        reason: done.reason.clone(),
    };
    let row = &publication.row;
    let is_waiting = matches!(row.state, State::Submitted | State::Corrected) && !loaded.known.is_empty();
    let count = |list: &[String]| i64::try_from(list.len()).unwrap_or(i64::MAX);
    let waits = is_waiting.then(|| {
        let approved = count(&approved(&loaded.known, &loaded.acts, row.revision));
        let args = [("approved", approved.into()), ("known", count(&loaded.known).into())];
        tf(reading.lang, "minutes-approvals", &args)
    });
    let (previous, next) = neighbours(&loaded.editions, publication);
    View { acts: loaded.acts.iter().map(told).collect(), waits, previous, next }
}

/// The meetings before and after: of the same kind where there is one, since a meeting and its minutes are one edition.
fn neighbours(editions: &[Edition], publication: &Publication) -> (Option<Neighbour>, Option<Neighbour>) {
    let row = &publication.row;
    let Some(own) = editions.iter().find(|one| one.id == row.id) else {
        return (None, None);
    };
    let key = |one: &Edition| (one.starts_at, one.edition);
    let others = || {
        editions.iter().filter(|one| {
            one.id != own.id && key(one) != key(own) && (one.edition.is_none() || one.edition != own.edition)
        })
    };
    // Of one edition the kind of this page comes last, and is taken.
    let nearest = |a: &&Edition, b: &&Edition| {
        key(a).cmp(&key(b)).then((a.kind == row.kind).cmp(&(b.kind == row.kind)))
    };
    let before = others().filter(|one| key(one) < key(own)).max_by(nearest);
    let after = others()
        .filter(|one| key(one) > key(own))
        .min_by(|a, b| key(a).cmp(&key(b)).then((b.kind == row.kind).cmp(&(a.kind == row.kind))));
    let named = |one: &Edition| {
        let href = Some(format!("/publications/{}", one.id));
        (Named { name: one.title.clone(), href }, one.language.clone())
    };
    (before.map(named), after.map(named))
}

/// The acts for programs.
pub(super) fn data(loaded: &Loaded) -> Vec<Value> {
    let told = |done: &Done| {
        json!({
            "act": done.act,
            "by": done.handle,
            "revision": done.revision,
            "reason": done.reason,
            "at": done.made_at.and_utc().to_rfc3339(),
        })
    };
    loaded.acts.iter().map(told).collect()
}
