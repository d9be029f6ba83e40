//! From what an author wrote to a publication's content: the coalition's defaults filled in, authors found.

use chrono::SubsecRound;

use super::front_matter::Manuscript;
use super::{Act, Error, filed, no_actor};
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

/// The content that is to stand, the row ids of its authors, and what the file itself says, with the coalition's defaults filled in.
pub(super) fn content(
    conn: &mut Conn,
    act: &Act,
    coalition: &Coalition,
    manuscript: &Manuscript,
    before: Option<&Publication>,
) -> Result<(Content, Vec<i64>, Content), Error> {
    let file = said(conn, act, coalition, manuscript, before)?;
    let mut content = match before {
        Some(before) => filed::merged(conn, before, &file, manuscript.state.is_some())?,
        None => file.clone(),
    };
    let state = content.state;
    if let Details::Meeting(meeting) = &content.details {
        let stood =
            before.is_some_and(|before| before.row.state == state && before.details == content.details);
        if state == State::Scheduled && meeting.tentative_until.is_some() && !stood {
            return Err(Error::Refused(
                "`tentative_until` is of a date that is to be confirmed: write `state = \"tentative\"`, or `start` with \
                 the date that holds and no `tentative_until`"
                    .to_owned(),
            ));
        }
    }
    if let Details::Proposal(proposal) = &mut content.details {
        round(act, before, proposal, (state, &manuscript.details));
    }
    if let Details::Roadmap(written) = &mut content.details {
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
        (&mut content.details, before.map(|before| &before.details))
    {
        decision.reached.clone_from(&stood.reached);
    }
    let ids = authors(conn, coalition.actor_id, &content.authors)?.into_iter().map(|(_, id)| id).collect();
    Ok((content, ids, file))
}

/// What the file says; what it leaves out is as it stands, else as the coalition has it.
fn said(
    conn: &mut Conn,
    act: &Act,
    coalition: &Coalition,
    manuscript: &Manuscript,
    before: Option<&Publication>,
) -> Result<Content, Error> {
    let stood = before.map(Publication::content);
    let authors = match &stood {
        Some(stood) if manuscript.authors.is_empty() => stood.authors.clone(),
        _ => {
            authors(conn, coalition.actor_id, &manuscript.authors)?.into_iter().map(|(one, _)| one).collect()
        }
    };
    if manuscript.attachments.len() != manuscript.enclosed.len() {
        return Err(Error::Refused("the attachments were not read: publish the file itself".to_owned()));
    }
    let mut details = manuscript.details.clone();
    let state = match (manuscript.state, before) {
        (Some(state), _) => state,
        (None, Some(before)) => before.row.state,
        (None, None) => first(&details),
    };
    if let Details::Proposal(proposal) = &mut details
        && proposal.opens.is_none()
        && state != State::Draft
    {
        proposal.opens = opens(act, before, proposal.closes);
    }
    Ok(Content {
        title: manuscript.title.clone(),
        summary: manuscript.summary.clone(),
        body: manuscript.body.clone(),
        language: manuscript
            .language
            .clone()
            .unwrap_or_else(|| stood.map_or_else(|| coalition.language.clone(), |stood| stood.language)),
        licence: manuscript.licence.clone().unwrap_or_else(|| LICENCE.to_owned()),
        state,
        tags: manuscript.tags.clone(),
        authors,
        details,
        attachments: manuscript.attachments.clone(),
    })
}

/// Content as the row and its revision keep it: of the positions that led to a decision there may be many, and they stand in its entry.
pub(super) fn kept(content: &Content) -> Content {
    let mut kept = content.clone();
    if let Details::Decision(Decision { reached: Some(reached), .. }) = &mut kept.details {
        reached.positions.clear();
    }
    kept
}

/// The state of a first publication that names none: a range of dates is to be confirmed.
fn first(details: &Details) -> State {
    match details {
        Details::Meeting(meeting) if meeting.tentative_until.is_some() => State::Tentative,
        details => first_public(details.kind()),
    }
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
fn round(act: &Act, before: Option<&Publication>, proposal: &mut Proposal, (state, file): (State, &Details)) {
    let written = match file {
        Details::Proposal(file) => file.opens,
        _ => None,
    };
    let Some(Details::Proposal(stood)) = before.map(|before| &before.details) else {
        return;
    };
    (proposal.round, proposal.phase) = (stood.round, stood.phase);
    // A round that has not begun is put off, not followed by another.
    let began = |opens: When| dates::begin(opens, act.zone) <= act.at;
    let ran = before.is_some_and(|before| before.row.published_at.is_some()) && stood.opens.is_none_or(began);
    if state == State::Open && ran && is_next_round(stood, proposal) {
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
