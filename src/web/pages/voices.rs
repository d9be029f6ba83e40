//! Who stands where on a proposal and why: the organisations that spoke, a page of them at a time, those whose objection stands
//! first, the others by name; and what is counted of all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::{Moment, Named, Pager, Reading};
use super::{PER_PAGE, uncounted};
use crate::actions::ballot::Ballot;
use crate::domain::outcome::Closed;
use crate::domain::position::Recorded;
use crate::model::position::Position;
use crate::text::{t, tf, word};
use crate::web::error::Error;

/// What is counted: as it was kept when the proposal was closed here, else as it stands.
pub(super) struct Count {
    pub tally: BTreeMap<String, u32>,
    pub needed: u32,
    pub counted: Vec<Recorded>,
    pub standing: Vec<Recorded>,
    pub ended: Option<Closed>,
}

impl Count {
    pub(super) fn of(ballot: &Ballot) -> Result<Count, Error> {
        if let Some(ended) = ballot.outcome()? {
            return Ok(Count {
                tally: ended.reached.tally.clone(),
                needed: ended.reached.quorum.unwrap_or(1),
                counted: ended.reached.positions.clone(),
                standing: ended.standing.clone(),
                ended: Some(ended),
            });
        }
        let record = ballot.record();
        let outcome = record.outcome(None);
        Ok(Count {
            tally: outcome.tally(ballot.proposal.method),
            needed: outcome.needed,
            counted: ballot.recorded(&outcome.counted),
            standing: ballot.recorded(&outcome.standing),
            ended: None,
        })
    }
}

/// A position.
pub(super) struct Place {
    pub code: &'static str,
    pub stance: &'static str,
    pub reason: Option<String>,
    pub date: Moment,
    /// The version and round that it is about.
    pub on: String,
    /// What became of it: a word and the words of its author.
    pub end: Option<(&'static str, Option<String>)>,
}

/// An organisation with its last position, and those before it, latest first.
pub(super) struct Voice {
    pub by: Named,
    pub now: Place,
    /// Why it is not counted.
    pub old: Option<&'static str>,
    pub history: Vec<Place>,
}

/// An organisation with every position that it took, oldest first.
struct Spoke<'a> {
    objects: bool,
    /// Whether its last position counts, or stands as an objection.
    holds: bool,
    name: &'a str,
    handle: &'a str,
    positions: Vec<&'a Position>,
}

/// Everybody who spoke, in the order in which the page tells them.
pub(super) struct Voices<'a> {
    ballot: &'a Ballot,
    spoke: Vec<Spoke<'a>>,
}

impl<'a> Voices<'a> {
    pub(super) fn of(ballot: &'a Ballot, count: &Count) -> Voices<'a> {
        let mut positions: BTreeMap<(&str, &str), Vec<&Position>> = BTreeMap::new();
        for one in &ballot.positions {
            positions.entry((&one.name, &one.handle)).or_default().push(one);
        }
        let (counted, standing) = (by_handle(&count.counted), by_handle(&count.standing));
        let is = |kept: Option<&&Recorded>, last: &Recorded| {
            kept.is_some_and(|kept| (kept.stance, &kept.taken) == (last.stance, &last.taken))
        };
        let spoke = |((name, handle), positions): ((&'a str, &'a str), Vec<&'a Position>)| {
            let last = positions.last()?.recorded();
            let objects = is(standing.get(handle), &last);
            let holds = objects || is(counted.get(handle), &last);
            Some(Spoke { objects, holds, name, handle, positions })
        };
        let mut all: Vec<Spoke> = positions.into_iter().filter_map(spoke).collect();
        all.sort_by_key(|one| !one.objects);
        Voices { ballot, spoke: all }
    }

    /// The members that said nothing, or took it back.
    pub(super) fn silent(&self, members: &[(String, String)]) -> Vec<Named> {
        let stays = |one: &&Spoke| one.positions.last().is_some_and(|last| last.row.withdrawn_at.is_none());
        let spoke: BTreeSet<&str> = self.spoke.iter().filter(stays).map(|one| one.handle).collect();
        let silent = members.iter().filter(|(handle, _)| !spoke.contains(handle.as_str()));
        silent.map(|(handle, name)| Named::organisation(handle, name)).collect()
    }

    fn total(&self) -> i64 {
        i64::try_from(self.spoke.len()).unwrap_or(i64::MAX)
    }

    /// The page that is shown where this one is asked for: the last where there are not so many.
    pub(super) fn nearest(&self, page: i64) -> i64 {
        page.min(Pager::new("", page, self.total()).pages)
    }

    /// One page.
    pub(super) fn page(&self, page: i64, reading: &Reading) -> Vec<Voice> {
        let size = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        let those = self.spoke.iter().skip(size(Pager::offset(page))).take(size(PER_PAGE));
        let voice = |spoke: &Spoke| {
            let (last, before) = spoke.positions.split_last()?;
            Some(Voice {
                by: Named::organisation(spoke.handle, spoke.name),
                old: (!spoke.holds && last.row.withdrawn_at.is_none())
                    .then(|| uncounted::told(self.ballot, last, reading.lang)),
                now: place(last, reading),
                history: before.iter().rev().map(|one| place(one, reading)).collect(),
            })
        };
        those.filter_map(voice).collect()
    }

    /// The links between the pages: `?positions=` of the proposal's page.
    pub(super) fn pager(&self, publication: &str, page: i64) -> Pager {
        Pager::new(&format!("/publications/{publication}?positions="), page, self.total()).to("positions")
    }
}

fn by_handle(recorded: &[Recorded]) -> BTreeMap<&str, &Recorded> {
    recorded.iter().map(|one| (one.organisation.as_str(), one)).collect()
}

fn place(one: &Position, reading: &Reading) -> Place {
    let (row, lang) = (&one.row, reading.lang);
    let (version, round) = (row.version.to_string(), row.round.to_string());
    let end = match (row.withdrawn_at, row.resolved_at) {
        (Some(_), _) => Some((t(lang, "ballot-withdrawn"), row.withdrawn_reason.clone())),
        (None, Some(_)) => Some((t(lang, "ballot-resolved"), row.resolution.clone())),
        (None, None) => None,
    };
    Place {
        code: row.stance.as_str(),
        stance: word(lang, "stance", row.stance.as_str()),
        reason: row.reason.clone(),
        date: reading.moment(row.taken_at),
        on: tf(lang, "ballot-on", &[("version", (&version).into()), ("round", (&round).into())]),
        end,
    }
}
