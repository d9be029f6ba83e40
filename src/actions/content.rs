//! From what an author wrote to a publication's content: the coalition's defaults filled in, authors found.

use chrono::SubsecRound;

use super::front_matter::Manuscript;
use super::{Act, Error, no_actor};
use crate::db::Conn;
use crate::domain::actor::{ActorKind, Role};
use crate::domain::news::is_next_round;
use crate::domain::publication::{Content, Decision, Details, LICENCE, Proposal, When};
use crate::domain::roadmap;
use crate::domain::round::Phase;
use crate::domain::state::{State, first_public};
use crate::model::coalition::{self, Coalition};
use crate::model::publication::Publication;
use crate::model::{meta, organisation};
use crate::text::dates;

/// The content with the coalition's defaults filled in, and the row ids of its authors.
pub(super) fn content(
    conn: &mut Conn,
    act: &Act,
    coalition: &Coalition,
    manuscript: &Manuscript,
    before: Option<&Publication>,
) -> Result<(Content, Vec<i64>), Error> {
    let (authors, ids) = authors(conn, coalition.actor_id, &manuscript.authors)?.into_iter().unzip();
    if manuscript.attachments.len() != manuscript.enclosed.len() {
        return Err(Error::Refused("the attachments were not read: publish the file itself".to_owned()));
    }
    let mut details = manuscript.details.clone();
    let state = match (manuscript.state, before) {
        (Some(state), _) => state,
        (None, Some(before)) => before.row.state,
        (None, None) => first_public(details.kind()),
    };
    if let Details::Proposal(proposal) = &mut details {
        round(act, before, proposal, state);
    }
    if let Details::Roadmap(written) = &mut details {
        let stood = before.and_then(|before| match &before.details {
            Details::Roadmap(roadmap) if before.row.published_at.is_some() => Some(roadmap),
            _ => None,
        });
        roadmap::succeed(stood, written).map_err(|refused| Error::Refused(refused.to_string()))?;
    }
    let corrected = before.is_none_or(|before| before.row.state != State::Corrected);
    if state == State::Corrected && corrected && manuscript.reason.is_none() {
        return Err(Error::Refused(
            "a correction is published with its reason: write `reason = \"…\"` above the text".to_owned(),
        ));
    }
    if let (Details::Decision(decision), Some(Details::Decision(stood))) =
        (&mut details, before.map(|before| &before.details))
    {
        decision.reached.clone_from(&stood.reached);
    }
    let content = Content {
        title: manuscript.title.clone(),
        summary: manuscript.summary.clone(),
        body: manuscript.body.clone(),
        language: manuscript.language.clone().unwrap_or_else(|| coalition.language.clone()),
        licence: manuscript.licence.clone().unwrap_or_else(|| LICENCE.to_owned()),
        state,
        tags: manuscript.tags.clone(),
        authors,
        details,
        attachments: manuscript.attachments.clone(),
    };
    Ok((content, ids))
}

/// Content as the row and its revision keep it: of the positions that led to a decision there may be many, and they stand in its entry.
pub(super) fn kept(content: &Content) -> Content {
    let mut kept = content.clone();
    if let Details::Decision(Decision { reached: Some(reached), .. }) = &mut kept.details {
        reached.positions.clear();
    }
    kept
}

/// When a round opens whose author did not say: as before, else now, unless it would be over already.
fn opens(act: &Act, before: Option<&Publication>, closes: Option<When>) -> Option<When> {
    let stood = before.and_then(|before| match &before.details {
        Details::Proposal(proposal) => proposal.opens,
        _ => None,
    });
    let now = act.at.with_timezone(&act.zone).fixed_offset().trunc_subsecs(0);
    let over = match closes {
        Some(When::Instant(at)) => at < now,
        Some(day) => day.day() < now.date_naive(),
        None => false,
    };
    stood.or_else(|| (!over).then_some(When::Instant(now)))
}

/// What a text leaves of the round that stands: it begins another where its dates do. After the first round, a file whose `opens` is
/// not this round's still holds the dates of a round before it, which change nothing.
fn round(act: &Act, before: Option<&Publication>, proposal: &mut Proposal, state: State) {
    let written = proposal.opens;
    if written.is_none() && state != State::Draft {
        proposal.opens = opens(act, before, proposal.closes);
    }
    let Some(Details::Proposal(stood)) = before.map(|before| &before.details) else {
        return;
    };
    (proposal.round, proposal.phase) = (stood.round, stood.phase);
    if state == State::Open && is_next_round(stood, proposal) {
        proposal.round = Some(stood.round().saturating_add(1));
        proposal.phase = stood.phase.map(|_| Phase::Clarify);
        return;
    }
    let began = stood.opens.filter(|_| stood.round() > 1).map(|opens| dates::begin(opens, act.zone));
    if began.is_some_and(|began| written.is_none_or(|opens| dates::begin(opens, act.zone) < began)) {
        (proposal.opens, proposal.closes) = (stood.opens, stood.closes);
    }
}

/// Handles and row ids: those named, else the steward, else the organisation that runs the node.
fn authors(conn: &mut Conn, coalition: i64, named: &[String]) -> Result<Vec<(String, i64)>, Error> {
    let mut handles: Vec<String> = Vec::with_capacity(named.len());
    for handle in named.iter().map(|handle| handle.trim_start_matches('@')) {
        if !handles.iter().any(|known| known == handle) {
            handles.push(handle.to_owned());
        }
    }
    if handles.is_empty() {
        let steward =
            coalition::members(conn, coalition)?.into_iter().find(|member| member.role == Role::Steward);
        match steward {
            Some(steward) => return Ok(vec![(steward.handle, steward.actor_id)]),
            None => handles.extend(meta::get(conn, meta::ORGANISATION)?),
        }
    }
    let mut authors = Vec::with_capacity(handles.len());
    for handle in handles {
        match organisation::by_handle(conn, &handle)? {
            Some((actor, _)) => authors.push((handle, actor.id)),
            None => return Err(no_actor(conn, ActorKind::Organisation, &handle)),
        }
    }
    Ok(authors)
}
