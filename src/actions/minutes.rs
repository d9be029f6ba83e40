//! Minutes from their submission to their adoption. Those who attended adopt them; what they then make, decisions and action
//! items, is made in the same transaction and once, whatever is corrected and adopted again.

use std::collections::BTreeSet;

use super::attachment::hex;
use super::front_matter::Manuscript;
use super::publication::{Travel, existing, publish_on, the};
use super::revision::{keeps, note, organisation, restate_on};
use super::{Act, Error, action_item, moving, no_actor};
use crate::app::App;
use crate::db::Conn;
use crate::domain::act::Act as What;
use crate::domain::actor::ActorKind;
use crate::domain::handle;
use crate::domain::minutes::{self as rules, Step};
use crate::domain::publication::{Content, Decision, Details, Kind, Meeting, Outcome, Point, When};
use crate::domain::state::State;
use crate::model::act::Done;
use crate::model::actor::Actor;
use crate::model::minutes::{self as acted, Effect};
use crate::model::publication::{self, Publication};
use crate::model::{self, coalition, listing};
use crate::text::dates;
use crate::text::summary::cut;

/// Longest title that a decision takes from a point without one, and longest part of a slug.
const MAX_TITLE: usize = 90;

/// What an organisation does with minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// What.
    pub act: What,
    /// The minutes: their URL, or the id at its end.
    pub id: String,
    /// The handle of the organisation.
    pub by: String,
    /// Why, published.
    pub reason: Option<String>,
}

/// Submits, approves or adopts minutes. Doing so again changes nothing. Their URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn act(app: &App, deed: Deed) -> Result<String, Error> {
    let act = Act::now(app);
    let url = app.db.write(move |conn| act_on(conn, &act, &deed)).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

/// The same within a transaction.
///
/// # Errors
/// As [`act`].
pub fn act_on(conn: &mut Conn, act: &Act, deed: &Deed) -> Result<String, Error> {
    let group = the(conn, act, &deed.id)?.actor;
    coalition::lock(conn, group.id)?;
    moving::speaks(conn, act, &group)?;
    let minutes = the(conn, act, &deed.id)?;
    let by = organisation(conn, &deed.by)?;
    let reason = deed.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let mut table = Table { act, by: &by, reason, minutes };
    table.refuse_others()?;
    match deed.act {
        What::Submitted => table.submit(conn)?,
        What::Approved => table.approve(conn)?,
        What::Adopted => table.adopt(conn)?,
        What::Corrected | What::MilestoneSet => {
            return Err(Error::Refused("a correction is a text: use `minutes correct FILE.md`".to_owned()));
        }
    }
    Ok(act.urls.publication(&table.minutes.row.id))
}

/// Publishes a corrected text of minutes that were adopted. Their URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn correct(
    app: &App,
    mut manuscript: Manuscript,
    by: String,
    reason: String,
) -> Result<String, Error> {
    let act = Act::now(app);
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::NoReason);
    }
    manuscript.state = Some(State::Corrected);
    manuscript.reason = Some(reason);
    let url = app.db.write(move |conn| correct_on(conn, &act, &manuscript, &by)).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

/// The same within a transaction; the manuscript says its reason.
///
/// # Errors
/// As [`correct`].
pub fn correct_on(conn: &mut Conn, act: &Act, manuscript: &Manuscript, by: &str) -> Result<String, Error> {
    let Some((group, _)) = coalition::by_handle(conn, &manuscript.coalition)? else {
        return Err(no_actor(conn, ActorKind::Coalition, &manuscript.coalition));
    };
    coalition::lock(conn, group.id)?;
    let slug = manuscript.slug.as_ref().unwrap_or(&manuscript.default_slug);
    let Some(before) = existing(conn, act, &group, manuscript)? else {
        return Err(Error::Refused(format!(
            "there are no minutes `{slug}` in `{}` to correct",
            group.handle
        )));
    };
    let by = organisation(conn, by)?;
    keeps(conn, &group, &by, &before.content().authors)?;
    let published = publish_on(conn, act, manuscript, Travel::Deliver)?;
    let now = the(conn, act, &published.id)?;
    if now.row.revision == before.row.revision {
        return Err(Error::Refused(format!("`{slug}` is as it was: correct the text first")));
    }
    let reason = manuscript.reason.as_deref();
    note(conn, act, (&now, &by), What::Corrected, reason)?;
    Ok(published.id)
}

/// Minutes on the table, and who acts on them.
struct Table<'a> {
    act: &'a Act,
    by: &'a Actor,
    reason: Option<&'a str>,
    minutes: Publication,
}

impl Table<'_> {
    fn refuse_others(&self) -> Result<(), Error> {
        let row = &self.minutes.row;
        if row.kind != Kind::Minutes {
            return Err(Error::Refused(format!(
                "`{}` is a {}: give the address of minutes",
                row.slug, row.kind
            )));
        }
        match row.withdrawn_at {
            Some(_) => Err(Error::Withdrawn(row.slug.clone())),
            None => Ok(()),
        }
    }

    fn meeting(&self) -> Meeting {
        match &self.minutes.details {
            Details::Minutes(meeting) => meeting.clone(),
            _ => Meeting::default(),
        }
    }

    /// The attending organisations that are known here, and of them those that approved this revision.
    fn attending(&self, conn: &mut Conn) -> Result<(Vec<String>, Vec<String>), Error> {
        let acts = model::act::of(conn, &self.minutes.row.id)?;
        let known = attending(conn, &self.meeting())?;
        Ok((known.clone(), approved(&known, &acts, self.minutes.row.revision)))
    }

    fn submit(&mut self, conn: &mut Conn) -> Result<(), Error> {
        keeps(conn, &self.minutes.actor, self.by, &self.minutes.content().authors)?;
        if self.minutes.row.state != State::Submitted {
            self.become_state(conn, State::Submitted, What::Submitted)?;
        }
        Ok(())
    }

    fn approve(&mut self, conn: &mut Conn) -> Result<(), Error> {
        let slug = self.minutes.row.slug.clone();
        let (known, mut approved) = self.attending(conn)?;
        if !known.contains(&self.by.handle) {
            return Err(Error::Refused(format!(
                "`{}` is not among the `organisations` that attended `{slug}`: those approve minutes",
                self.by.handle
            )));
        }
        match self.minutes.row.state {
            State::Submitted | State::Corrected => {}
            State::Adopted => return Ok(()),
            state => {
                return Err(Error::Refused(format!("`{slug}` is {state}: submit it with `minutes submit`")));
            }
        }
        if !approved.contains(&self.by.handle) {
            note(conn, self.act, (&self.minutes, self.by), What::Approved, self.reason)?;
            approved.push(self.by.handle.clone());
        }
        match rules::is_majority(known.len(), approved.len()) {
            true => self.become_state(conn, State::Adopted, What::Adopted),
            false => Ok(()),
        }
    }

    fn adopt(&mut self, conn: &mut Conn) -> Result<(), Error> {
        if self.minutes.row.state == State::Adopted {
            return Ok(());
        }
        let (known, approved) = self.attending(conn)?;
        if known.is_empty() {
            keeps(conn, &self.minutes.actor, self.by, &[])?;
            if self.reason.is_none() {
                return Err(Error::Refused(
                    "no attending organisation is known here that could approve: say with --reason why the minutes are adopted, it is published"
                        .to_owned(),
                ));
            }
        } else if !rules::is_majority(known.len(), approved.len()) {
            return Err(too_few(&known, &approved));
        } else {
            keeps(conn, &self.minutes.actor, self.by, &known)?;
        }
        self.become_state(conn, State::Adopted, What::Adopted)
    }

    fn become_state(&mut self, conn: &mut Conn, state: State, what: What) -> Result<(), Error> {
        if let (State::Adopted, Some(start)) = (state, self.meeting().start)
            && dates::begin(start, self.act.zone) > self.act.at
        {
            return Err(Error::Refused(format!(
                "`{}` is about a meeting that is to come: nobody can adopt what was not said yet",
                self.minutes.row.slug
            )));
        }
        let content = Content { state, ..self.minutes.content() };
        self.minutes = restate_on(conn, self.act, &self.minutes, &content, self.reason)?;
        note(conn, self.act, (&self.minutes, self.by), what, self.reason)
    }
}

/// The attending organisations that are known here, by handle, in the order of the minutes.
///
/// # Errors
/// The database's.
pub fn attending(conn: &mut Conn, meeting: &Meeting) -> Result<Vec<String>, diesel::result::Error> {
    let mut words: Vec<String> =
        meeting.organisations.iter().map(|word| word.trim_start_matches('@').to_owned()).collect();
    let known = listing::organisations_named(conn, &words)?;
    let mut seen = BTreeSet::new();
    words.retain(|word| known.iter().any(|(handle, _)| handle == word) && seen.insert(word.clone()));
    Ok(words)
}

/// Those of `known` that approved this revision: a changed text asks again.
pub fn approved(known: &[String], acts: &[Done], revision: i32) -> Vec<String> {
    let did = |handle: &&String| {
        acts.iter().any(|one| one.act == What::Approved && one.revision == revision && one.handle == **handle)
    };
    known.iter().filter(did).cloned().collect()
}

/// Refuses to have minutes adopted by a file while not more than half of those that attended and are known here have approved them.
pub(super) fn are_approved(conn: &mut Conn, minutes: &Publication, meeting: &Meeting) -> Result<(), Error> {
    let known = attending(conn, meeting)?;
    let acts = model::act::of(conn, &minutes.row.id)?;
    let approved = approved(&known, &acts, minutes.row.revision);
    match known.is_empty() || rules::is_majority(known.len(), approved.len()) {
        true => Ok(()),
        false => Err(too_few(&known, &approved)),
    }
}

/// Whether an act adopted them, and no archive's file.
pub(super) fn were_adopted_here(conn: &mut Conn, minutes: &Publication) -> Result<bool, Error> {
    let acts = model::act::of(conn, &minutes.row.id)?;
    Ok(acts.iter().any(|one| one.act == What::Adopted))
}

fn too_few(known: &[String], approved: &[String]) -> Error {
    let missing: Vec<_> = known.iter().filter(|one| !approved.contains(one)).cloned().collect();
    Error::Refused(format!(
        "{} of {} attending organisations have approved, more than half must: ask {} to `minutes approve`",
        approved.len(),
        known.len(),
        missing.join(", ")
    ))
}

/// Makes what the points of adopted minutes have not made yet, and remembers it.
pub(super) fn take_effect(
    conn: &mut Conn,
    act: &Act,
    minutes: &Publication,
    meeting: &Meeting,
    travel: Travel,
) -> Result<(), Error> {
    if meeting.effects == Some(false) {
        return Ok(());
    }
    let mut act = act.clone();
    let made = acted::effects(conn, &minutes.row.id)?;
    let of = |key: &str| {
        let digest = hex(key.as_bytes());
        made.iter().find(|effect| effect.point == digest)
    };
    for step in rules::steps(&meeting.points, |key| of(key).is_some()) {
        act.tick();
        let effect = match step {
            Step::Known { key, was } => {
                of(&was).map(|old| Effect { point: hex(key.as_bytes()), ..old.clone() })
            }
            Step::Make { point, key } => match meeting.points.get(point) {
                Some(point) => Some(make(conn, &act, minutes, (meeting, point), (&key, travel))?),
                None => None,
            },
        };
        if let Some(effect) = effect {
            acted::remember(conn, &effect)?;
        }
    }
    Ok(())
}

fn make(
    conn: &mut Conn,
    act: &Act,
    minutes: &Publication,
    (meeting, point): (&Meeting, &Point),
    (key, travel): (&str, Travel),
) -> Result<Effect, Error> {
    let mut effect = Effect {
        publication_id: minutes.row.id.clone(),
        point: hex(key.as_bytes()),
        decision_id: None,
        action_id: None,
        made_at: act.at.naive_utc(),
    };
    if point.outcome == Outcome::Action {
        effect.action_id = Some(action_item::of_point(conn, act, minutes, point)?);
        return Ok(effect);
    }
    let manuscript = decision(conn, minutes, meeting, point)?;
    let published = publish_on(conn, act, &manuscript, travel)?;
    effect.decision_id = Some(the(conn, act, &published.id)?.row.id);
    Ok(effect)
}

/// The decision that a point took, as its author would have written it.
fn decision(
    conn: &mut Conn,
    minutes: &Publication,
    meeting: &Meeting,
    point: &Point,
) -> Result<Manuscript, Error> {
    let text = point.text.clone().or_else(|| point.title.clone()).unwrap_or_default();
    let title = point.title.clone().unwrap_or_else(|| cut(&text, MAX_TITLE));
    let slug = free_slug(conn, minutes, &title)?;
    let day = |when: When| match when {
        When::Month(_) => when,
        When::Day(_) | When::Instant(_) => When::Day(when.day()),
    };
    Ok(Manuscript {
        coalition: minutes.actor.handle.clone(),
        slug: Some(slug.clone()),
        default_slug: slug,
        id: None,
        title,
        summary: String::new(),
        body: text,
        language: Some(minutes.row.language.clone()),
        licence: Some(minutes.row.licence.clone()),
        tags: Vec::new(),
        authors: minutes.content().authors,
        state: None,
        reason: None,
        details: Details::Decision(Decision {
            date: meeting.start.map(day),
            method: None,
            source: Some(minutes.row.slug.clone()),
            review: None,
            reached: None,
        }),
        enclosed: Vec::new(),
        attachments: Vec::new(),
    })
}

/// A slug that no publication of the coalition has: that of the minutes, then the title's.
fn free_slug(conn: &mut Conn, minutes: &Publication, title: &str) -> Result<String, Error> {
    let row = &minutes.row;
    let mut base = format!("{}-{}", row.slug, handle::from_title(title).replace('_', "-"));
    base.truncate(MAX_TITLE);
    let base = base.trim_end_matches('-').to_owned();
    let mut slug = base.clone();
    let mut number = 2_u32;
    while publication::id_by_slug(conn, row.coalition_id, &slug)?.is_some() {
        slug = format!("{base}-{number}");
        number = number.saturating_add(1);
    }
    Ok(slug)
}
