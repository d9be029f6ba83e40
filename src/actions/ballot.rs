//! Everything that the outcome of a proposal depends on, read at once: for closing it, and for its page.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{Act, Error, entitled};
use crate::app::App;
use crate::db::{self, Conn};
use crate::domain::outcome::{Closed, Entitled, Outcome, Record, Taken};
use crate::domain::position::{Reached, Recorded};
use crate::domain::publication::{Details, Proposal};
use crate::domain::round::Span;
use crate::model::position::Position;
use crate::model::proposal::Row;
use crate::model::publication::Publication;
use crate::model::{self, coalition, position};
use crate::text::dates;

/// A proposal with every position that was taken on it.
#[derive(Clone, Debug)]
pub struct Ballot {
    /// Its id.
    pub id: String,
    /// What its author wrote.
    pub proposal: Proposal,
    /// What the clock knows of it; none of a draft.
    pub row: Option<Row>,
    /// When its round counts.
    pub span: Span,
    /// Every position, oldest first.
    pub positions: Vec<Position>,
    /// Handle and name of every member that may take one.
    pub members: Vec<(String, String)>,
    taken: Vec<Taken>,
    /// By handle.
    entitled: BTreeMap<String, Vec<Entitled>>,
}

/// Reads the ballot of a proposal; none of another kind of publication. Deadlines without an hour end in `zone`.
///
/// # Errors
/// The database's.
pub fn read(conn: &mut Conn, publication: &Publication, zone: Tz) -> Result<Option<Ballot>, db::Error> {
    let Details::Proposal(proposal) = &publication.details else {
        return Ok(None);
    };
    let id = publication.row.id.clone();
    let positions = position::all(conn, &id)?;
    let members = coalition::members(conn, publication.actor.id)?;
    let members: Vec<_> = members.into_iter().filter(|member| member.role.is_member()).collect();
    Ok(Some(Ballot {
        entitled: entitled::read(conn, publication.actor.id, &members, &positions)?,
        row: model::proposal::find(conn, &id)?,
        span: span(publication, proposal, zone),
        taken: positions.iter().map(Position::taken).collect(),
        positions,
        members: members.into_iter().map(|member| (member.handle, member.name)).collect(),
        proposal: proposal.clone(),
        id,
    }))
}

/// When the round of a proposal counts.
pub(super) fn span(publication: &Publication, proposal: &Proposal, zone: Tz) -> Span {
    Span {
        state: publication.row.state,
        opens: proposal.opens.map(|opens| dates::begin(opens, zone).naive_utc()),
        closes: proposal.closes.map(|closes| dates::end(closes, zone).naive_utc()),
        zone,
    }
}

impl Ballot {
    /// The version of the text that positions are asked about.
    pub fn version(&self) -> i32 {
        self.row.as_ref().map_or(0, |row| row.version)
    }

    /// The record of its round.
    pub fn record(&self) -> Record<'_> {
        Record {
            method: self.proposal.method,
            quorum: self.proposal.quorum,
            entitled: self.entitled.iter().map(|(by, spans)| (by.as_str(), spans.clone())).collect(),
            positions: &self.taken,
            version: self.version(),
            round: self.proposal.round(),
            began: self.row.as_ref().and_then(|row| row.began_at),
            closes: self.span.closes,
        }
    }

    /// Whether the organisation with this handle may take a position.
    pub fn is_entitled(&self, handle: &str) -> bool {
        self.record().is_entitled(handle)
    }

    /// The last position of an organisation, and whether it counts or stands as an objection.
    pub fn last_of(&self, handle: &str) -> Option<(&Position, bool)> {
        let record = self.record();
        let last = record.last().remove(handle)?;
        let outcome = record.outcome(None);
        let holds = outcome.counted.contains_key(handle) || outcome.standing.contains_key(handle);
        let position = self.positions.iter().find(|one| one.row.id == last.id)?;
        Some((position, holds))
    }

    /// The positions of an outcome as an entry of the register keeps them, ordered by organisation.
    pub fn recorded(&self, those: &BTreeMap<&str, &Taken>) -> Vec<Recorded> {
        let is = |one: &&Position| those.get(one.handle.as_str()).is_some_and(|taken| taken.id == one.row.id);
        let mut kept: Vec<Recorded> = self.positions.iter().filter(is).map(Position::recorded).collect();
        kept.sort_by(|a, b| a.organisation.cmp(&b.organisation));
        kept
    }

    /// What an outcome is kept as.
    pub(super) fn closed(&self, outcome: &Outcome) -> Closed {
        Closed {
            adopted: outcome.adopted,
            why: outcome.why,
            reached: Reached {
                proposal: self.id.clone(),
                version: self.version(),
                round: self.proposal.round(),
                quorum: self.proposal.quorum,
                tally: outcome.tally(self.proposal.method),
                positions: self.recorded(&outcome.counted),
            },
            standing: self.recorded(&outcome.standing),
        }
    }

    /// What it came to, once it was closed here.
    ///
    /// # Errors
    /// The database's, where what is kept cannot be read.
    pub fn outcome(&self) -> Result<Option<Closed>, db::Error> {
        let kept = self.row.as_ref().and_then(|row| row.outcome.as_ref());
        kept.map(|json| serde_json::from_str(json)).transpose().map_err(|error| {
            db::Error::Corrupt(format!("the outcome of {} cannot be read: {error}", self.id))
        })
    }
}

/// The reason of an act: trimmed, none where it is empty.
///
/// # Errors
/// [`Error::Refused`] where it is too long.
pub(super) fn reason(text: Option<String>) -> Result<Option<String>, Error> {
    let text = text.map(super::front_matter::one_line).filter(|text| !text.is_empty());
    match &text {
        Some(long) if long.chars().count() > MAX_REASON => Err(Error::Refused(format!(
            "the reason is longer than {MAX_REASON} characters: say it shortly, and the rest in a comment"
        ))),
        _ => Ok(text),
    }
}

/// Longest reason, in characters: a page shows those of everybody.
const MAX_REASON: usize = 2000;

/// A moment that stands in no row is none.
pub(super) fn earlier(at: Option<NaiveDateTime>, than: NaiveDateTime) -> bool {
    at.is_some_and(|at| at <= than)
}

/// Where a proposal (its URL or id) stands, for programs: its round, tally, positions, amendments and acts.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn show(app: &App, id: String) -> Result<Value, Error> {
    let act = Act::now(app);
    app.db
        .read(move |conn| {
            let found = super::publication::the(conn, &act, &id)?;
            let Some(ballot) = read(conn, &found, act.zone)? else {
                return Err(Error::Refused(format!(
                    "`{id}` is a {}: give the URL of a proposal",
                    found.row.kind
                )));
            };
            let mut shown = json!({"id": act.urls.publication(&found.row.id), "state": found.row.state});
            if let (Some(shown), Value::Object(told)) = (shown.as_object_mut(), told(conn, &ballot)?) {
                shown.extend(told);
            }
            Ok(shown)
        })
        .await
}

/// What programs are told of a proposal beside its content.
///
/// # Errors
/// The database's.
pub fn told(conn: &mut Conn, ballot: &Ballot) -> Result<Value, db::Error> {
    let time = |at: NaiveDateTime| at.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let (record, proposal) = (ballot.record(), &ballot.proposal);
    let outcome = record.outcome(None);
    let ended = ballot.outcome()?;
    let kept = ended.as_ref().map(|ended| ended.reached.positions.iter());
    let kept: BTreeMap<&str, &Recorded> =
        kept.into_iter().flatten().map(|one| (one.organisation.as_str(), one)).collect();
    let counts = |one: &Position| match &ended {
        Some(_) => kept.get(one.handle.as_str()).is_some_and(|kept| **kept == one.recorded()),
        None => outcome.counted.get(one.handle.as_str()).is_some_and(|counted| counted.id == one.row.id),
    };
    let position = |one: &Position| {
        json!({
            "organisation": one.handle, "stance": one.row.stance, "reason": one.row.reason,
            "version": one.row.version, "round": one.row.round, "counts": counts(one),
            "taken": time(one.row.taken_at), "withdrawn": one.row.withdrawn_at.map(time),
            "withdrawal": one.row.withdrawn_reason, "resolved": one.row.resolved_at.map(time),
            "resolution": one.row.resolution,
        })
    };
    let amendments = model::amendment::all(conn, &ballot.id)?;
    let acts = model::proposal::acts(conn, &ballot.id)?;
    let (tally, standing): (_, Vec<String>) = match &ended {
        Some(ended) => {
            let standing = ended.standing.iter().map(|one| one.organisation.clone());
            (ended.reached.tally.clone(), standing.collect())
        }
        None => {
            let standing = outcome.standing.keys().map(|by| (*by).to_owned());
            (outcome.tally(proposal.method), standing.collect())
        }
    };
    Ok(json!({
        "method": proposal.method, "round": proposal.round(), "phase": proposal.phase,
        "version": ballot.version(), "opens": proposal.opens, "closes": proposal.closes,
        "quorum": proposal.quorum, "needed": outcome.needed, "tally": tally, "objections": standing,
        "outcome": ended.as_ref().map(|ended| ended.why),
        "positions": ballot.positions.iter().map(position).collect::<Vec<_>>(),
        "amendments": amendments.iter().map(|one| json!({
            "id": one.row.id, "organisation": one.handle, "version": one.row.version, "state": one.row.state,
            "proposed": time(one.row.proposed_at), "reason": one.row.reason, "text": one.row.body,
            "answered": one.row.answered_at.map(time), "answer": one.row.answer,
        })).collect::<Vec<_>>(),
        "acts": acts.iter().map(|(act, by, _)| json!({
            "act": act.act, "by": by.as_ref().map(|by| &by.handle), "at": time(act.at), "version": act.version,
            "round": act.round, "phase": act.phase, "reason": act.reason,
        })).collect::<Vec<_>>(),
    }))
}
