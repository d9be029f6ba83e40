//! A file beside what it said last and what stands: it changes what it says otherwise than last, leaves what acts made since, and
//! passes over no rule that acts keep. It adopts nothing that its record does not bear out, changes no text that was decided on,
//! and takes nobody's time away.

use serde_json::Value;

use super::closing;
use super::front_matter::Manuscript;
use super::minutes;
use super::publication::{Outcome, Published};
use super::{Act, Error};
use crate::db::{self, Conn};
use crate::domain::decision::same_frozen;
use crate::domain::merge::merge;
use crate::domain::publication::{Content, Details, Kind, Method, Proposal};
use crate::domain::roadmap;
use crate::domain::round::{self, asks_again};
use crate::domain::state::State;
use crate::model::publication::Publication;
use crate::model::{self, manuscript};
use crate::text::dates;

/// What is to stand after a file that says `file`; a state that it does not write is none.
///
/// # Errors
/// The database's.
pub(super) fn merged(
    conn: &mut Conn,
    before: &Publication,
    file: &Content,
    writes_state: bool,
) -> Result<Content, Error> {
    let row = &before.row;
    let Some(last) = manuscript::last(conn, &row.id)?.filter(|_| file.details.kind() == row.kind) else {
        return Ok(file.clone());
    };
    let last: Value = serde_json::from_str(&last).map_err(corrupt)?;
    let mut said = json(file, true)?;
    if let (false, Some(members)) = (writes_state, said.as_object_mut()) {
        members.insert("state".to_owned(), last.get("state").cloned().unwrap_or_default());
    }
    let stood = before.content();
    let mut merged: Content =
        serde_json::from_value(merge(&last, &said, &json(&stood, true)?)).map_err(corrupt)?;
    if let (Details::Roadmap(merged), Details::Roadmap(file), Details::Roadmap(stood)) =
        (&mut merged.details, &file.details, &stood.details)
    {
        roadmap::moved(merged, file, stood);
    }
    Ok(merged)
}

/// Keeps what the file said.
///
/// # Errors
/// The database's.
pub(super) fn keep(conn: &mut Conn, id: &str, file: &Content, writes_state: bool) -> Result<(), Error> {
    Ok(manuscript::keep(conn, id, &json(file, writes_state)?.to_string())?)
}

fn json(content: &Content, with_state: bool) -> Result<Value, Error> {
    let mut json = serde_json::to_value(content).map_err(corrupt)?;
    if let (false, Some(members)) = (with_state, json.as_object_mut()) {
        members.remove("state");
    }
    Ok(json)
}

fn corrupt(error: serde_json::Error) -> Error {
    db::Error::Corrupt(format!("what a file said of a publication: {error}")).into()
}

/// Refuses what a file may not do to what stands.
///
/// # Errors
/// [`Error`], a sentence that says what does it instead.
pub(super) fn may_revise(
    conn: &mut Conn,
    act: &Act,
    before: &Publication,
    content: &Content,
) -> Result<(), Error> {
    if before.row.published_at.is_none() {
        return Ok(());
    }
    let (stood, slug) = (before.content(), &before.row.slug);
    match (&stood.details, &content.details) {
        (Details::Decision(a), Details::Decision(b)) => {
            let frozen = before.decision_number.filter(|_| !same_frozen(&stood, a, content, b));
            if let Some(number) = frozen {
                return Err(Error::Frozen { coalition: before.actor.handle.clone(), number });
            }
            Ok(())
        }
        (Details::Consultation(a), Details::Consultation(b))
            if (&a.options, a.multiple) != (&b.options, b.multiple) =>
        {
            Err(Error::Asked(slug.clone()))
        }
        (Details::Proposal(a), Details::Proposal(b)) => {
            if model::proposal::find(conn, &before.row.id)?.is_some_and(|row| row.outcome.is_some()) {
                return after_its_end(before, (&stood, a), (content, b));
            }
            keeps_its_time(act, (&stood, a), (content, b))
        }
        (Details::Minutes(meeting), Details::Minutes(_)) => match (stood.state, content.state) {
            (State::Adopted, State::Adopted)
                if !same_minutes(&stood, content) && minutes::were_adopted_here(conn, before)? =>
            {
                Err(Error::Refused(format!(
                    "`{slug}` is adopted: its text changes as a correction, with `state = \"corrected\"` and its `reason`, which is adopted again"
                )))
            }
            (State::Submitted | State::Corrected, State::Adopted) => {
                minutes::are_approved(conn, before, meeting)
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// What was decided on stays as it was.
fn after_its_end(
    before: &Publication,
    (stood, a): (&Content, &Proposal),
    (content, b): (&Content, &Proposal),
) -> Result<(), Error> {
    if asks_again(stood, content) || (a.opens, a.closes) != (b.opens, b.closes) {
        return Err(Error::Refused(format!(
            "`{}` is {}: its text, method, quorum and dates stay as they were decided on, publish another proposal",
            before.row.slug, stood.state
        )));
    }
    Ok(())
}

/// A round ends no sooner than it was announced, and no deadline is set into the past: positions were taken in time.
fn keeps_its_time(
    act: &Act,
    (stood, a): (&Content, &Proposal),
    (content, b): (&Content, &Proposal),
) -> Result<(), Error> {
    let is_open = stood.state == State::Open && content.state == State::Open;
    if !is_open || a.round() != b.round() || a.closes == b.closes {
        return Ok(());
    }
    let end = |proposal: &Proposal| proposal.closes.map(|closes| dates::end(closes, act.zone));
    let Some(ends) = end(b) else { return Ok(()) };
    if ends <= act.at {
        return Err(round::Refused::Past(ends.with_timezone(&act.zone)).into());
    }
    let began = a.opens.is_none_or(|opens| dates::begin(opens, act.zone) <= act.at);
    match end(a) {
        Some(announced) if began && ends < announced => Err(Error::Refused(format!(
            "the round lasts until {}: a file makes it longer, `proposal close` with a reason ends it sooner",
            a.closes.map(|closes| closes.to_string()).unwrap_or_default()
        ))),
        _ => Ok(()),
    }
}

/// But for what is said about the text.
fn same_minutes(stood: &Content, content: &Content) -> bool {
    let text = Content {
        summary: stood.summary.clone(),
        licence: stood.licence.clone(),
        tags: stood.tags.clone(),
        authors: stood.authors.clone(),
        attachments: stood.attachments.clone(),
        ..content.clone()
    };
    text == *stood
}

/// A file that says what an open proposal came to closes it, as its first author would by hand: with the outcome of its record, or
/// not at all. None where it says no such thing, or nobody took a position here: then it was decided elsewhere, and the file
/// tells of it.
///
/// # Errors
/// [`Error`], a sentence.
pub(super) fn closed(
    conn: &mut Conn,
    act: &Act,
    manuscript: &Manuscript,
    before: &Publication,
    content: &Content,
) -> Result<Option<Published>, Error> {
    let row = &before.row;
    let says = match content.state {
        State::Adopted => true,
        State::NotAdopted => false,
        _ => return Ok(None),
    };
    let is_open = row.kind == Kind::Proposal && row.state == State::Open && row.published_at.is_some();
    if !is_open || model::position::all(conn, &row.id)?.is_empty() {
        return Ok(None);
    }
    if (Content { state: State::Open, ..content.clone() }) != before.content() {
        return Err(Error::Refused(format!(
            "`{}` is open and its text would change: publish the change first, a changed text asks everybody again",
            row.slug
        )));
    }
    let by = content.authors.first().cloned().unwrap_or_default();
    let choice = match &content.details {
        Details::Proposal(proposal) if proposal.method == Method::Advice => Some(says),
        _ => None,
    };
    let ended = closing::close_on(conn, act, &row.id, &by, choice, manuscript.reason.as_deref())?;
    if ended.closed.adopted != says {
        return Err(Error::Refused(format!(
            "`{}` is not {}: its record comes to `{}`, close it with `proposal close`",
            row.slug, content.state, ended.closed.why
        )));
    }
    Ok(Some(Published { id: ended.url, outcome: Outcome::Revised }))
}
